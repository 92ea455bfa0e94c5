"""The supported boards as plain data: which part is on which pin. A new board is one table.

Nothing here needs a board: tests, diagrams (tools/wiring.py) and the tools read it too.
tests/drivers/board/test_wiring.py checks every table by the rules of the ESP32 below.

Sources: Espressif ESP32 series datasheet v4.5, 2.2 (GPIO34 to 39: inputs without pull-ups), 2.4
and 3.3 (strapping pins), 2.3 (GPIO6 to 11: the flash); ESP32-WROVER-E datasheet, table 3 (GPIO16
and 17: PSRAM); ESP32 series SoC errata, GPIO-3.11 (GPIO36 and 39 go low for 80 ns whenever an ADC
is powered: no serial line); ESP-IDF ADC oneshot driver (ADC2 is Wi-Fi's while it is on).
ESP32-DevKitC V4 getting started guide, header block. LilyGO: LilyGo-Modem-Series,
examples/ATdebug/utilities.h (LILYGO_T_A7670) and docs/en/esp32/a7670-esp32, "Pins Map".

A table:
  pins      what a technician connects, by part
  ways      ways to wire the seats -> pins of each. A bus uses one way, so ways may share
            pins; a way that is missing here cannot be wired to this board.
  on_board  pins that the board's own circuits use
  high      of those: outputs that have to be high from the start
  pulled    pins that need a resistor of 10 kOhm to 3.3 V outside
  uarts     serial port of each part; port 0 is the console
  dividers  (upper, lower) in ohm, before an ADC pin
  radios    those that it has
  switch_expander  inputs of an MCP23017 beside the board, by part: what has no pin of its own.
            Numbers as in MCP23017.read: 0 to 6 are GPA0 to 6, 7 to 13 are GPB0 to 6. The chip is
            needed only if one of these parts is fitted.
  bridge    an SC16IS740 is the serial port of the seat modules: the board's own are all in use
"""

STRAPPING = (0, 2, 5, 12, 15)
FLASH = (6, 7, 8, 9, 10, 11)
PSRAM = (16, 17)
CONSOLE = (1, 3)
INPUT_ONLY = (34, 35, 36, 37, 38, 39)
NO_SERIAL = (36, 39)
ADC1 = (32, 33, 34, 35, 36, 37, 38, 39)

SWITCHES = (  # part, what its closed contact means; drivers/switch.py says what a cut wire reads
    ("ignition", True),
    ("front_door", False),
    ("emergency_door", False),
    ("check_button", True),
    ("sos_button", True),
    ("check_button_2", False),
    ("here_button", True),
    ("driver_seat", True),
    ("presence_1", False),
    ("presence_2", False),
    ("presence_3", False),
    ("presence_4", False),
)
# The same on every board: contacts that a bus may have (bus.json, inputs).
_OPTIONAL = {
    "check_button_2": 7,
    "here_button": 8,
    "driver_seat": 9,
    "presence_1": 10,
    "presence_2": 11,
    "presence_3": 12,
    "presence_4": 13,
}

BOARDS: dict = {
    "devkit": {
        "name": "ESP32-DevKitC V4 (ESP32-WROOM-32)",
        "psram": False,
        "pins": {
            "sda": 21,
            "scl": 22,
            "gnss_rx": 16,
            "gnss_tx": 17,
            "ignition": 32,
            "front_door": 33,
            "emergency_door": 25,
            "check_button": 26,
            "sos_button": 27,
            "buzzer": 18,
            "lamp": 19,
            "horn": 23,
            "supply": 34,
            "lamp_sense": 35,
            "buzzer_sense": 36,
            "horn_sense": 39,
            "one_wire": 4,
        },
        "switch_expander": dict(_OPTIONAL, address=39),
        "ways": {
            "expanders": {"sda_2": 13, "scl_2": 14},
            "modbus": {"rs485_rx": 13, "rs485_tx": 14, "rs485_de": 4},
            "chain": {"chain_clock": 13, "chain_load": 14, "chain_data": 4},
            "mats": {},
        },
        "on_board": {},
        "high": (),
        "pulled": ("one_wire",),
        "uarts": {"gnss": 1, "modbus": 2},
        "dividers": {"supply": (100000, 10000)},  # 36 V of a 24 V bus -> 3.3 V
        "radios": ("wifi",),
        "bridge": False,
    },
    "devkit_wrover": {
        "name": "ESP32-DevKitC-VE (ESP32-WROVER-E)",
        "psram": True,
        "pins": {
            "sda": 21,
            "scl": 22,
            "gnss_rx": 35,
            "gnss_tx": 27,
            "ignition": 32,
            "front_door": 33,
            "emergency_door": 25,
            "check_button": 26,
            "buzzer": 18,
            "lamp": 19,
            "horn": 23,
            "supply": 34,
            "one_wire": 4,
        },
        # By inputs of an MCP23017 beside the board: PSRAM takes two of the header's pins.
        "switch_expander": dict(
            _OPTIONAL,
            address=39,
            sos_button=2,
            lamp_sense=3,
            buzzer_sense=4,
            horn_sense=5,
        ),
        "ways": {
            "expanders": {"sda_2": 13, "scl_2": 14},
            "modbus": {"rs485_rx": 13, "rs485_tx": 14, "rs485_de": 4},
            "chain": {"chain_clock": 13, "chain_load": 14, "chain_data": 4},
            "mats": {},
        },
        "on_board": {},
        "high": (),
        "pulled": ("one_wire",),
        "uarts": {"gnss": 1, "modbus": 2},
        "dividers": {"supply": (100000, 10000)},
        "radios": ("wifi",),
        "bridge": False,
    },
    "lilygo_a7670": {
        "name": "LilyGO T-A7670E R2 (ESP32-WROVER-E, A7670E)",
        "psram": True,
        "pins": {
            "sda": 21,
            "scl": 22,
            "gnss_rx": 32,
            "gnss_tx": 14,
            "ignition": 13,
            "buzzer": 18,
            "lamp": 19,
            "horn": 23,
            "supply": 34,
        },
        # By inputs of an MCP23017 beside the board: the header has no more pins.
        "switch_expander": dict(
            _OPTIONAL,
            address=39,
            front_door=0,
            emergency_door=1,
            sos_button=2,
            lamp_sense=3,
            buzzer_sense=4,
            horn_sense=5,
            check_button=6,
        ),
        "ways": {"expanders": {}, "modbus": {}, "mats": {}},
        "on_board": {
            "modem_rx": 27,
            "modem_tx": 26,
            "modem_key": 4,
            "modem_supply": 12,
            "modem_reset": 5,
            "modem_dtr": 25,
            "modem_ring": 33,
            "sd_miso": 2,
            "sd_mosi": 15,
            "backup": 35,
            "solar": 36,
        },
        # On battery the board resets if this one is not high soon after the start.
        "high": ("modem_supply",),
        "pulled": (),
        "uarts": {"modem": 1, "gnss": 2},
        "dividers": {"supply": (100000, 10000), "backup": (100000, 100000)},
        "radios": ("cellular", "wifi"),
        "bridge": True,
    },
}


def way_pins(board, seats):
    """-> dict, part -> pin, of the seats' wiring. board: a table; seats: config["seats"]."""
    pins = dict(board["ways"].get(seats["inputs"], {}))
    if seats["modbus"]["direction"] == "auto":
        pins.pop("rs485_de", None)
    return pins


def is_fitted(part, inputs):
    """-> bool. inputs: config["inputs"]; a switch without a setting there is always fitted."""
    if part.startswith("presence_"):
        return int(part[-1]) <= inputs["presence"]
    return inputs.get("here" if part == "here_button" else part, True)


def far_inputs(board, inputs):
    """-> dict, part -> input of the MCP23017 beside the board, and its "address"; {}: none is used.

    board: a table; inputs: config["inputs"].
    """
    far = dict(board["switch_expander"])
    address = far.pop("address")
    far = {part: far[part] for part in far if is_fitted(part, inputs)}
    if far:
        far["address"] = address
    return far

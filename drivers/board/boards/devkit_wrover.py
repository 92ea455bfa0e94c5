"""ESP32-DevKitC-VE or -VIE: the module has PSRAM.

Sources: Espressif, ESP32-DevKitC V4 getting started guide, header block; ESP32-WROVER-E datasheet,
table 3 (GPIO16 and 17: PSRAM).
"""

from drivers.board.boards import OPTIONAL

TABLE = {
    "name": "ESP32-DevKitC-VE (ESP32-WROVER-E)",
    "chip": "esp32",
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
        OPTIONAL,
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
}

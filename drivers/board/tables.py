"""The supported boards as plain data: which part is on which pin. A new board is one table.

Nothing here needs a board: tests, diagrams and the tools read it too. The tables stand in
drivers/board/boards/, one a file. tests/drivers/board/test_wiring.py checks every table by the
rules of its chip, which stand in sim/virtual/chips.py.

A table:
  chip      esp32 or esp32s3
  psram     it has PSRAM; on an ESP32-S3 it is octal
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

NAMES = (
    "devkit",
    "devkit_wrover",
    "lilygo_a7670",
    "esp32s3_devkitc",
    "lilygo_s3",
)
# Pins without output and pull resistors. Source: ESP32 series datasheet v4.5, 2.2; an ESP32-S3 has
# none (ESP32-S3 series datasheet v2.1, 2.3).
INPUT_ONLY = {"esp32": (34, 35, 36, 37, 38, 39), "esp32s3": ()}

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


def table(name):
    """-> dict, the table of a board. Raises KeyError if no board has this name."""
    if name not in NAMES:
        raise KeyError(name)
    module = "drivers.board.boards." + name
    return __import__(module, None, None, ("TABLE",)).TABLE


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

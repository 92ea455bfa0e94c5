"""Every board's table can be wired, and boot.py and the guide name the same pins."""

import ast

import pytest
from tools.wiring_svg import GUIDES, made, table_of
from vm import ROOT

from drivers.board.tables import (
    ADC1,
    BOARDS,
    CONSOLE,
    FLASH,
    INPUT_ONLY,
    NO_SERIAL,
    PSRAM,
    STRAPPING,
    SWITCHES,
    far_inputs,
    is_fitted,
    way_pins,
)
from drivers.mcp23017 import MCP23017
from firmware.config.settings import settings

DRIVEN = {"supply", "backup", "solar", "lamp_sense", "buzzer_sense", "horn_sense"}
DRIVEN |= {"gnss_rx", "rs485_rx", "chain_data"}  # another chip drives them: no pull-up needed
ANALOG = {"supply", "backup"}
OUTPUTS = {"horn", "buzzer", "lamp"}
# Two published pinouts, typed again from the makers' pages named in drivers/board/tables.py.
DEVKIT_HEADER = {36, 39, 34, 35, 32, 33, 25, 26, 27, 14, 12, 13, 9, 10, 11}
DEVKIT_HEADER |= {23, 22, 1, 3, 21, 19, 18, 5, 17, 16, 4, 0, 2, 15, 8, 7, 6}
LILYGO_OWN = {
    "modem_supply": 12, "modem_tx": 26, "modem_rx": 27, "modem_key": 4, "modem_reset": 5,
    "modem_ring": 33, "modem_dtr": 25, "sd_miso": 2, "sd_mosi": 15, "backup": 35, "solar": 36,
}  # fmt: skip
LILYGO_SD = {13, 14}  # clock and select of the card holder; free as long as it is empty
ROOM = [(name, way) for name, table in BOARDS.items() for way in table["ways"]]


def everything(board, way):
    """-> dict, part -> pin, of all that is connected if the seats are wired this way."""
    table = BOARDS[board]
    seats = {"inputs": way, "modbus": {"direction": "pin"}}
    return {**table["pins"], **table["on_board"], **way_pins(table, seats)}


def constant(path, name):
    """The literal that the module assigns to this name. The module needs a board: no import."""
    for node in ast.parse((ROOT / path).read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"{path} has no {name}")


def test_boot_and_main_switch_off_the_horn_that_every_board_has():
    assert {table["pins"]["horn"] for table in BOARDS.values()} == {constant("boot.py", "HORN_PIN")}
    assert constant("main.py", "HORN_PIN") == constant("boot.py", "HORN_PIN")


@pytest.mark.parametrize("table", BOARDS.values(), ids=list(BOARDS))
def test_every_output_can_be_read_back_and_every_switch_has_an_input(table):
    far = table["switch_expander"]
    parts = {f"{name}_sense" for name in OUTPUTS} | {name for name, _ in SWITCHES}
    assert parts <= {*table["pins"], *far}
    assert not set(table["pins"]) & set(far)
    inputs = [pin for name, pin in far.items() if name != "address"]
    assert len(set(inputs)) == len(inputs) and all(0 <= pin < MCP23017.inputs for pin in inputs)


def test_every_input_that_can_be_fitted_is_a_switch():
    inputs = {name: setting.default for name, setting in settings()["inputs"].items()}
    bare = dict.fromkeys(inputs, False) | {"presence": 0}
    always = {"ignition", "check_button", "sos_button"}
    assert {name for name, _ in SWITCHES if is_fitted(name, bare)} == always
    assert {name for name, _ in SWITCHES if is_fitted(name, inputs)} == {
        *always,
        "front_door",
        "emergency_door",
    }
    full = dict.fromkeys(inputs, True) | {"presence": 4}
    assert settings()["inputs"]["presence"].accepts(4)
    assert all(is_fitted(name, full) for name, _ in SWITCHES)


def test_the_expander_beside_a_devkit_is_made_only_if_an_input_needs_it():
    inputs = {name: setting.default for name, setting in settings()["inputs"].items()}
    devkit = BOARDS["devkit"]
    assert far_inputs(devkit, inputs) == {}
    assert far_inputs(devkit, inputs | {"presence": 1}) == {"address": 39, "presence_1": 10}
    lilygo = far_inputs(BOARDS["lilygo_a7670"], inputs | {"front_door": False})
    assert "front_door" not in lilygo and lilygo["emergency_door"] == 1


def test_the_config_knows_the_same_boards():
    board = settings()["board"]
    for name in BOARDS:
        assert board.accepts(name), f"add {name} to `board` in firmware/config/settings.py"
    assert not board.accepts("arduino")


@pytest.mark.parametrize(("board", "way"), ROOM)
def test_no_pin_has_two_parts(board, way):
    pins = everything(board, way)
    # A thermometer on one wire and these ways exclude each other; drivers/board/board.py says so.
    if {"rs485_de", "chain_data"} & set(pins):
        pins.pop("one_wire", None)
    assert len(set(pins.values())) == len(pins)


@pytest.mark.parametrize(("board", "way"), ROOM)
def test_what_is_connected_is_free_and_can_do_what_it_has_to(board, way):
    table = BOARDS[board]
    connected = {**table["pins"], **table["ways"][way]}
    reserved = {*STRAPPING, *FLASH, *CONSOLE, *(PSRAM if table["psram"] else ())}
    assert not set(connected.values()) & reserved
    bare = {part for part, pin in connected.items() if pin in INPUT_ONLY}
    assert bare <= DRIVEN | set(table["pulled"])
    assert not bare & OUTPUTS
    assert not {pin for part, pin in connected.items() if part.endswith("_rx")} & set(NO_SERIAL)
    assert {pin for part, pin in everything(board, way).items() if part in ANALOG} <= set(ADC1)


def test_the_pinouts_are_those_that_the_makers_publish():
    for way in BOARDS["devkit"]["ways"]:
        assert set(everything("devkit", way).values()) <= DEVKIT_HEADER
        assert set(everything("devkit_wrover", way).values()) <= DEVKIT_HEADER - set(PSRAM)
    lilygo = BOARDS["lilygo_a7670"]
    assert lilygo["on_board"] == LILYGO_OWN
    assert not set(lilygo["pins"].values()) & set(LILYGO_OWN.values())
    assert {lilygo["pins"][part] for part in ("ignition", "gnss_tx")} == LILYGO_SD


@pytest.mark.parametrize("board", BOARDS)
def test_a_serial_port_has_one_part_and_none_is_the_console(board):
    ports = BOARDS[board]["uarts"].values()
    assert len(set(ports)) == len(ports) and set(ports) <= {1, 2}


def test_diagrams_and_tables_are_current():
    """If it fails: make wiring."""
    for path, words in made().items():
        assert (ROOT / path).read_text(encoding="utf-8") == words, path


@pytest.mark.parametrize("board", BOARDS)
def test_the_diagram_and_the_guides_name_every_pin(board):
    table = BOARDS[board]
    wired = [*table["pins"].values()]
    for pins in table["ways"].values():
        wired += pins.values()
    drawn = (ROOT / f"docs/wiring-{board}.svg").read_text(encoding="utf-8")
    told = {language: table_of(board, language) for language in ("en", "th")}
    for pin in wired:
        assert f"GPIO{pin}<" in drawn
        assert all(f"| {pin} |" in words for words in told.values())
    for part, number in table["switch_expander"].items():
        if part != "address":
            named = f"GPA{number}" if number < 7 else f"GPB{number - 7}"
            assert f": {named}" in drawn
            assert all(f"| {named} |" in words for words in told.values())
    for path in GUIDES:
        language = "th" if ".th." in path else "en"
        assert told[language] in (ROOT / path).read_text(encoding="utf-8")

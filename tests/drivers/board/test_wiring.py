"""Every board's table can be wired, and boot.py and the guide name the same pins."""

import ast
import re
from xml.etree import ElementTree

import pytest
from vm import ROOT

from drivers.board.tables import (
    INPUT_ONLY,
    NAMES,
    SWITCHES,
    far_inputs,
    is_fitted,
    table,
    way_pins,
)
from drivers.mcp23017 import MCP23017
from firmware.config.settings import settings
from sim.virtual.chips import CHIPS
from tools.wiring import CIRCUITS, GUIDES, made, table_of
from tools.wiring_parts import PARTS

DRIVEN = {"supply", "backup", "solar", "lamp_sense", "buzzer_sense", "horn_sense"}
DRIVEN |= {"gnss_rx", "rs485_rx", "chain_data"}  # another chip drives them: no pull-up needed
ANALOG = {"supply", "backup"}
OUTPUTS = {"horn", "buzzer", "lamp"}
# Published pinouts, typed again from the makers' pages named in drivers/board/boards/.
DEVKIT_HEADER = {36, 39, 34, 35, 32, 33, 25, 26, 27, 14, 12, 13, 9, 10, 11}
DEVKIT_HEADER |= {23, 22, 1, 3, 21, 19, 18, 5, 17, 16, 4, 0, 2, 15, 8, 7, 6}
LILYGO_OWN = {
    "modem_supply": 12, "modem_tx": 26, "modem_rx": 27, "modem_key": 4, "modem_reset": 5,
    "modem_ring": 33, "modem_dtr": 25, "sd_miso": 2, "sd_mosi": 15, "backup": 35, "solar": 36,
}  # fmt: skip
LILYGO_SD = {13, 14}  # clock and select of the card holder; free as long as it is empty
S3_HEADER = {4, 5, 6, 7, 15, 16, 17, 18, 8, 3, 46, 9, 10, 11, 12, 13, 14}
S3_HEADER |= {43, 44, 1, 2, 42, 41, 40, 39, 38, 37, 36, 35, 0, 45, 48, 47, 21, 20, 19}
S3_LED = {38, 48}  # of v1.1, of v1.0
LILYGO_S3_HEADERS = {4, 5, 6, 7, 15, 16, 8, 46, 12, 13, 14, 21}
LILYGO_S3_HEADERS |= {43, 44, 1, 2, 42, 41, 40, 39, 38, 0, 48, 47}
LILYGO_S3_OWN = {
    "modem_tx": 11, "modem_rx": 10, "modem_key": 18, "modem_reset": 17, "modem_ring": 3,
    "modem_dtr": 9, "led": 12, "backup": 4, "solar": 5,
}  # fmt: skip
ROOM = [(name, way) for name in NAMES for way in table(name)["ways"]]


def everything(board, way):
    """-> dict, part -> pin, of all that is connected if the seats are wired this way."""
    own = table(board)
    seats = {"inputs": way, "modbus": {"direction": "pin"}}
    return {**own["pins"], **own["on_board"], **way_pins(own, seats)}


def constant(path, name):
    """The literal that the module assigns to this name. The module needs a board: no import."""
    for node in ast.parse((ROOT / path).read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"{path} has no {name}")


@pytest.mark.parametrize("path", ["boot.py", "main.py"])
def test_boot_and_main_switch_off_the_horn_that_every_board_has(path):
    horns = {"esp32": constant(path, "HORN_PIN"), "esp32s3": constant(path, "HORN_PIN_S3")}
    for name in NAMES:
        assert table(name)["pins"]["horn"] == horns[table(name)["chip"]]
    # How they know the chip: an ESP32-S3 has no pin of that number, and says so.
    assert horns["esp32"] not in CHIPS["esp32s3"].pins


def test_a_board_that_does_not_exist_has_no_table():
    with pytest.raises(KeyError):
        table("arduino")


@pytest.mark.parametrize("name", NAMES)
def test_every_output_can_be_read_back_and_every_switch_has_an_input(name):
    own = table(name)
    far = own["switch_expander"]
    parts = {f"{name}_sense" for name in OUTPUTS} | {name for name, _ in SWITCHES}
    assert parts <= {*own["pins"], *far}
    assert not set(own["pins"]) & set(far)
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
    devkit = table("devkit")
    assert far_inputs(devkit, inputs) == {}
    assert far_inputs(devkit, inputs | {"presence": 1}) == {"address": 39, "presence_1": 10}
    lilygo = far_inputs(table("lilygo_a7670"), inputs | {"front_door": False})
    assert "front_door" not in lilygo and lilygo["emergency_door"] == 1


def test_the_config_knows_the_same_boards():
    board = settings()["board"]
    for name in NAMES:
        assert board.accepts(name), f"add {name} to `board` in firmware/config/settings.py"
    assert not board.accepts("arduino")


@pytest.mark.parametrize(("board", "way"), ROOM)
def test_no_pin_has_two_parts(board, way):
    pins = everything(board, way)
    # A thermometer on one wire and these ways exclude each other; drivers/board/wire.py says so.
    if {"rs485_de", "chain_data"} & set(pins):
        pins.pop("one_wire", None)
    assert len(set(pins.values())) == len(pins)


@pytest.mark.parametrize(("board", "way"), ROOM)
def test_what_is_connected_is_free_and_can_do_what_it_has_to(board, way):
    own = table(board)
    chip = CHIPS[own["chip"]]
    connected = {**own["pins"], **own["ways"][way]}
    reserved = {*chip.strapping, *chip.flash, *chip.console, *(chip.psram if own["psram"] else ())}
    assert not set(connected.values()) & reserved
    assert set(everything(board, way).values()) <= set(chip.pins) - set(chip.flash)
    bare = {part for part, pin in connected.items() if pin in INPUT_ONLY[own["chip"]]}
    assert bare <= DRIVEN | set(own["pulled"])
    assert not bare & OUTPUTS
    assert not {connected[part] for part in OUTPUTS} & set(chip.high_at_start)
    received = {pin for part, pin in connected.items() if part.endswith("_rx")}
    assert not received & set(chip.no_serial)
    assert {pin for part, pin in everything(board, way).items() if part in ANALOG} <= set(chip.adc1)


def test_the_pinouts_are_those_that_the_makers_publish():
    psram = {name: set(chip.psram) for name, chip in CHIPS.items()}
    for way in table("devkit")["ways"]:
        assert set(everything("devkit", way).values()) <= DEVKIT_HEADER
        assert set(everything("devkit_wrover", way).values()) <= DEVKIT_HEADER - psram["esp32"]
        free = S3_HEADER - S3_LED - psram["esp32s3"]
        assert set(everything("esp32s3_devkitc", way).values()) <= free
    lilygo = table("lilygo_a7670")
    assert lilygo["on_board"] == LILYGO_OWN
    assert not set(lilygo["pins"].values()) & set(LILYGO_OWN.values())
    assert {lilygo["pins"][part] for part in ("ignition", "gnss_tx")} == LILYGO_SD
    lilygo = table("lilygo_s3")
    assert lilygo["on_board"] == LILYGO_S3_OWN
    assert set(lilygo["pins"].values()) <= LILYGO_S3_HEADERS - set(LILYGO_S3_OWN.values())


@pytest.mark.parametrize("board", NAMES)
def test_a_serial_port_has_one_part_and_none_is_the_console(board):
    ports = table(board)["uarts"].values()
    assert len(set(ports)) == len(ports) and set(ports) <= set(CHIPS[table(board)["chip"]].uarts)


def test_drawings_and_tables_are_current():
    """If it fails: make wiring."""
    for path, words in made().items():
        assert (ROOT / path).read_text(encoding="utf-8") == words, path


def drawn(path):
    """-> list, every text of a picture in docs/."""
    root = ElementTree.parse(ROOT / "docs" / path).getroot()
    return [
        "".join(node.itertext()).strip() for node in root.iter("{http://www.w3.org/2000/svg}text")
    ]


def places(board):
    """-> dict, part -> where it is connected, as people write it."""
    own = table(board)
    found = {part: f"GPIO{pin}" for part, pin in own["pins"].items()}
    for pins in own["ways"].values():
        found.update({part: f"GPIO{pin}" for part, pin in pins.items()})
    for part, number in own["switch_expander"].items():
        if part != "address":
            found[part] = f"GPA{number}" if number < 7 else f"GPB{number - 7}"
    return found


@pytest.mark.parametrize("board", NAMES)
def test_the_picture_of_a_board_and_the_guides_name_every_pin(board):
    picture = " ".join(drawn(f"wiring-{board}.svg"))
    told = {language: table_of(board, language) for language in ("en", "th")}
    for place in places(board).values():
        assert re.search(rf"\b{place}\b", picture), place
        assert all(f"| {place.removeprefix('GPIO')} |" in words for words in told.values()), place
    for path in GUIDES:
        language = "th" if ".th." in path else "en"
        assert told[language] in (ROOT / path).read_text(encoding="utf-8")


def test_a_circuit_names_the_pin_of_each_of_its_parts_on_every_board():
    """Read from the pictures themselves: the table at the foot, one row a part."""
    shown = set()
    for circuit in CIRCUITS:
        texts = drawn(f"circuits/{circuit}.svg")
        for part in {part for board in NAMES for part in places(board)}:
            name = PARTS[part][0]
            ends = [at for at, text in enumerate(texts) if text == name]
            if not ends or texts[ends[-1] + 1][:4] not in ("GPIO", "0x27", "-"):
                continue
            at = ends[-1]
            for board, cell in zip(NAMES, texts[at + 1 :], strict=False):
                assert cell.split()[-1] == places(board).get(part, "-"), (
                    circuit,
                    part,
                    board,
                )
            shown.add(part)
    assert shown == {part for board in NAMES for part in places(board)}


def test_the_circuit_of_the_supply_divides_as_the_tables_do():
    texts = drawn("circuits/power.svg")
    for board in NAMES:
        for ohm in table(board)["dividers"]["supply"]:
            assert f"{ohm // 1000} kΩ" in texts


def test_every_circuit_and_board_stands_in_both_guides():
    for path in GUIDES:
        words = (ROOT / path).read_text(encoding="utf-8")
        assert [name for name in CIRCUITS if f"](circuits/{name}.svg)" not in words] == []
        assert [name for name in NAMES if f"](wiring-{name}.svg)" not in words] == []

"""drivers/board/board.py: the board reports what it cannot do, and starts all the same.

`machine` and the like do nothing here: the test looks only at what Board makes of its settings.
"""

import sys
from unittest.mock import MagicMock

import pytest

from firmware.config.load import parse


@pytest.fixture
def make(monkeypatch):
    """make(text of bus.json) -> Board."""
    machine, esp32 = MagicMock(), MagicMock()
    esp32.Partition.find.return_value = [MagicMock(ioctl=lambda op, _: {4: 96, 5: 4096}[op])]
    esp32.NVS.return_value.get_i32.return_value = 0
    for name, module in (("machine", machine), ("esp32", esp32), ("network", MagicMock())):
        monkeypatch.setitem(sys.modules, name, module)
    for name in [name for name in sys.modules if name.startswith("drivers.")]:
        monkeypatch.delitem(sys.modules, name)

    def board(text):
        from drivers.board.board import Board

        return Board(parse(text)[0], bytearray(512))

    return board


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ('"seats":{"inputs":"chain"}', "seats.inputs is chain"),
        ('"seats":{"inputs":"expanders","expanders":[39]}', "the address 39"),
    ],
)
def test_what_the_lilygo_has_no_pins_for_is_reported_and_it_starts(make, settings, told):
    board = make(f'{{"board":"lilygo_a7670",{settings}}}')
    assert [told in error for error in board.errors] == [True]


def test_the_devkit_has_pins_for_it(make):
    assert make('{"board":"devkit","readback":{"fitted":true}}').errors == []


def test_an_input_beside_the_devkit_makes_the_expander_and_its_address_is_not_for_seats(make):
    board = make('{"board":"devkit","inputs":{"here":true,"presence":2,"emergency_door":false}}')
    assert board.errors == [] and board.switches is not None
    assert len(board.presence) == 2 and board.presence_3 is None
    assert board.emergency_door is None and board.here_button is not None
    assert make('{"board":"devkit","seats":{"expanders":[39]}}').errors == []
    (error,) = make('{"board":"devkit","seats":{"expanders":[39]},"inputs":{"here":true}}').errors
    assert error == (
        "bus.json: seats uses the address 39 of the MCP23017 of doors, buttons and `inputs`; "
        "no seat is read."
    )


def test_lanes_that_leave_no_room_for_positions_are_reported(make):
    assert make('{"board":"devkit","journal":{"alarm_kb":192,"warning_kb":96}}').errors == []
    (error,) = make('{"board":"devkit","journal":{"alarm_kb":192,"warning_kb":100}}').errors
    assert error == (
        "journal.alarm_kb and journal.warning_kb are 292 KB together; this board's journal has "
        "384 KB, and positions need a quarter of it: make them 288 KB or less."
    )


@pytest.mark.parametrize(
    "text", ['{"board":"devkit-wrover"}', '{"board":"lilygo_a7670","seats":{', "{}"]
)
def test_a_board_whose_wiring_is_unknown_drives_no_pin_and_opens_no_bus(make, text):
    board = make(text)
    machine = sys.modules["machine"]
    assert not machine.Pin.called and not machine.I2C.called
    assert not machine.UART.called and not machine.ADC.called
    machine.WDT.assert_called_once()
    assert board.ignition is board.front_door is board.check_button is None
    assert board.seats.banks == [] and board.seats.turn(0) is False
    board.horn.set(True)
    assert board.horn.read_back() is None
    assert board.gnss.readinto(bytearray(8)) == 0
    with pytest.raises(OSError):
        board.supply.read_mv()


def test_the_modem_of_a_known_board_is_used_though_its_seats_are_not(make):
    settings = '"radios":["cellular"],"seats":{"belts":"false"}'
    assert make(f'{{"board":"lilygo_a7670",{settings}}}').radio.name == "cellular"
    assert sys.modules["machine"].UART.called
    assert "not known" in make('{"board":"lilygo","radios":["cellular"]}').radio.failure

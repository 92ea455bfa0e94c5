"""Doors and buttons behind an MCP23017: what its silence means."""

import pytest

from drivers.mcp23017 import MCP23017 as Driver
from drivers.switch import Switch
from drivers.switch_expander import SwitchExpander
from sim.bus_i2c import I2C
from sim.chips.mcp23017 import MCP23017
from sim.rig import Rig


@pytest.fixture
def chip():
    return MCP23017()


@pytest.fixture
def far(chip):
    i2c = I2C()
    i2c.attach(0x27, chip)
    far = SwitchExpander(Driver(i2c, 0x27))
    far.refresh()  # the first read sets it up
    return far


def test_a_contact_is_read_as_on_a_pin_of_the_board(chip, far):
    door, button = Switch(far.pin(1), False), Switch(far.pin(2), True)
    assert far.refresh()
    assert (door.read(), button.read()) == (True, False)
    chip.wires(0b110)
    assert far.refresh()
    assert (door.read(), button.read()) == (False, True)


def test_a_silent_or_reset_chip_is_unknown(chip, far):
    door = Switch(far.pin(1), False)
    chip.wires(0b10)
    far.refresh()
    chip.answers = False
    assert not far.refresh()
    assert door.read() is None
    chip.answers = True
    chip.reset()
    assert not far.refresh()
    assert door.read() is None
    assert far.refresh()
    assert door.read() is False


def test_its_silence_is_told_and_the_doors_are_unknown(chip, far, monkeypatch):
    rig = Rig()
    parts = rig.vehicle.board
    parts.switches = far
    parts.front_door = Switch(far.pin(0), False)
    chip.wires(0b111)
    rig.vehicle.power_cut()
    monkeypatch.setattr("sim.vehicle.SimBoard", lambda *args, **kwargs: parts)
    rig.power_on()
    rig.run_for(5000)
    assert rig.bus.snapshot.front_door is False
    chip.answers = False
    rig.run_for(5000)
    assert rig.bus.snapshot.front_door is None
    rig.drain()
    told = [event["data"] for event in rig.heard() if event["kind"] == "sensor_silent"]
    assert [data["sensor"] for data in told] == ["switches"]

"""Doors and buttons behind an MCP23017: what its silence means."""

import pytest

from drivers.mcp23017 import MCP23017 as Driver
from drivers.switch import Switch
from drivers.switch_expander import SwitchExpander
from sim.bus.rig import Rig, config_for
from sim.chips.mcp23017 import MCP23017
from sim.wires.bus_i2c import I2C
from sim.world.world import MONDAY_UTC_MS, World


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


def lilygo(world):
    config = config_for(world)
    config["board"] = "lilygo_a7670"
    config["readback"]["fitted"] = True
    rig = Rig(world, config)
    rig.run_for(5000)
    return rig


def test_the_lilygos_doors_and_sos_are_on_it_and_its_silence_is_reported():
    world = World(MONDAY_UTC_MS)
    rig = lilygo(world)
    assert rig.bus.snapshot.vehicle.front_door is False
    world.front_door_open = True
    rig.run_for(1000)
    assert rig.bus.snapshot.vehicle.front_door is True
    world.sos_button_pressed = True
    rig.run_for(5000)
    world.sos_button_pressed = False
    rig.vehicle.faults.silence_switches()
    rig.run_for(5000)
    assert rig.bus.snapshot.vehicle.front_door is None
    assert rig.bus.snapshot.vehicle.emergency_door is None
    rig.drain()
    told = [(event["kind"], event["data"]) for event in rig.heard()]
    assert "sos" in [kind for kind, _ in told]
    silent = [data for kind, data in told if kind == "sensor_silent"]
    assert [data["sensor"] for data in silent] == ["switches"]
    assert rig.vehicle.board.horn.read_back() is None
    assert "self_test_failed" not in [kind for kind, _ in told]


def test_the_lilygo_reads_back_its_horn_through_it():
    world = World(MONDAY_UTC_MS)
    rig = lilygo(world)
    world.turn_ignition(True)
    rig.run_for(5000)
    rig.drain()
    tests = [event for event in rig.heard() if event["kind"] == "self_test"]
    assert tests[-1]["data"] == {"ok": True, "faults": []}
    assert tests[-1]["why"]["horn_tested"] is True
    world.turn_ignition(False)
    rig.vehicle.faults.cut_wire("horn")
    rig.run_for(5000)
    world.turn_ignition(True)
    rig.run_for(5000)
    rig.drain()
    failed = [event["data"] for event in rig.heard() if event["kind"] == "self_test_failed"]
    assert failed and "horn" in str(failed[0])

"""Small parts: a thermometer, and outputs that are read back."""

import random

import pytest

from drivers.lm75 import LM75 as Driver
from drivers.output import Output
from sim.chips.lm75 import CONF, LM75, TEMP, TOS
from sim.wires.bus_i2c import I2C
from sim.wires.pin import Pin, SenseWire, Wire

ADDRESS = 0x48


@pytest.fixture
def air():
    return [25.0]


@pytest.fixture
def chip(air):
    return LM75(lambda: air[0])


@pytest.fixture
def i2c(chip):
    bus = I2C(random.Random(1))
    bus.attach(ADDRESS, chip)
    return bus


@pytest.mark.parametrize(
    ("celsius", "word"),  # data sheet, table 8
    [(127, 0x7D00), (125, 0x7D00), (25, 0x1900), (0.125, 0x0020), (0, 0), (-25, 0xE700),
     (-0.125, 0xFFE0), (-54.875, 0xC920), (-60, 0xC900)],
)  # fmt: skip
def test_the_chip_writes_temperatures_as_the_data_sheet_does(i2c, chip, air, celsius, word):
    air[0] = celsius
    chip.advance(0)
    assert i2c.readfrom_mem(ADDRESS, TEMP, 2) == word.to_bytes(2, "big")


def test_the_chip_converts_ten_times_a_second_unless_shut_down(i2c, chip, air):
    chip.advance(0)
    air[0] = 50.0
    chip.advance(99)
    assert i2c.readfrom_mem(ADDRESS, TEMP, 2) == b"\x19\x00"
    i2c.writeto_mem(ADDRESS, CONF, b"\x01")
    chip.advance(100)
    assert i2c.readfrom_mem(ADDRESS, TEMP, 2) == b"\x19\x00"
    i2c.writeto_mem(ADDRESS, CONF, b"\x00")
    chip.advance(200)
    assert i2c.readfrom_mem(ADDRESS, TEMP, 2) == b"\x32\x00"
    assert i2c.readfrom_mem(ADDRESS, TOS, 2) == b"\x50\x00"


@pytest.mark.parametrize(("celsius", "c10"), [(35.0, 350), (34.9, 348), (-0.125, -2), (-20, -200)])
def test_the_driver_reads_tenths_rounded_down(i2c, chip, air, celsius, c10):
    air[0] = celsius
    chip.advance(0)
    assert Driver(i2c).read_c10() == c10


def test_a_silent_thermometer_is_an_oserror(i2c, chip):
    chip.answers = False
    with pytest.raises(OSError):
        Driver(i2c).read_c10()


@pytest.mark.parametrize("bit", range(5))
def test_a_thermometer_whose_settings_changed_is_not_believed_and_goes_on(i2c, chip, air, bit):
    """Its bit 0 stops it: it would report the same temperature for ever."""
    driver = Driver(i2c)
    chip.advance(0)
    assert driver.read_c10() == 250
    chip.flip(bit)
    air[0] = 60.0
    chip.advance(1000)
    with pytest.raises(OSError):
        driver.read_c10()
    chip.advance(2000)
    assert driver.read_c10() == 600


def test_an_output_is_read_back_at_its_load():
    wire = Wire()
    output = Output(Pin(wire, Pin.OUT), Pin(SenseWire(wire)))
    assert output.read_back() is False
    output.set(True)
    assert output.read_back() is True
    wire.cut = True
    assert output.read_back() is False


def test_an_output_without_the_wire_cannot_tell():
    output = Output(Pin(Wire(), Pin.OUT))
    output.set(True)
    assert output.read_back() is None

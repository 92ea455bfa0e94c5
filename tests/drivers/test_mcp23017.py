"""The expander's driver against a chip made from the data sheet."""

import random

import pytest

from drivers.mcp23017 import MCP23017 as Driver
from sim.chips.mcp23017 import MCP23017 as Chip
from sim.wires.bus_i2c import I2C

ADDRESS = 0x20
IODIR, GPPU = 0x00, 0x0C


@pytest.fixture
def chip():
    return Chip(random.Random(1))


@pytest.fixture
def driver(chip):
    i2c = I2C(random.Random(1))
    i2c.attach(ADDRESS, chip)
    driver = Driver(i2c, ADDRESS)
    with pytest.raises(OSError):  # a chip that was just reset may read anything
        driver.read()
    return driver


def registers(chip, first, count):
    i2c = I2C(random.Random(1))
    i2c.attach(ADDRESS, chip)
    return i2c.readfrom_mem(ADDRESS, first, count)


def test_open_contacts_read_high_and_grounded_ones_low(chip, driver):
    assert driver.read() == 0x3FFF
    chip.wires(0xFFFF)
    assert driver.read() == 0


@pytest.mark.parametrize("bit", range(14))
def test_inputs_are_counted_past_gpa7(chip, driver, bit):
    pin = bit if bit < 7 else bit + 1  # GPB0 is pin 8
    chip.wires(0xFFFF & ~(1 << pin))
    assert driver.read() == 1 << bit


def test_gpa7_and_gpb7_are_outputs_because_as_inputs_they_can_block_the_bus(chip, driver):
    driver.read()
    assert registers(chip, IODIR, 2) == b"\x7f\x7f"
    assert registers(chip, GPPU, 2) == b"\x7f\x7f"


def test_a_chip_that_was_reset_is_not_believed_and_set_up_again(chip, driver):
    chip.wires(0xFFFF)
    assert driver.read() == 0
    chip.reset()
    with pytest.raises(OSError):
        driver.read()
    assert driver.read() == 0


def test_a_silent_chip_is_an_oserror(chip, driver):
    chip.answers = False
    with pytest.raises(OSError):
        driver.read()


def test_resets_are_counted_but_neither_the_first_set_up_nor_noise(chip, driver):
    for expected in (0, 1, 2):
        assert driver.resets == expected
        driver.read()
        chip.reset()
        with pytest.raises(OSError):
            driver.read()
    driver.read()
    chip._regs[GPPU] = 0x7E
    with pytest.raises(OSError):
        driver.read()
    assert driver.resets == 3


def test_a_chip_that_comes_back_from_silence_without_its_settings_was_reset(chip, driver):
    driver.read()
    chip.answers = False
    with pytest.raises(OSError):
        driver.read()
    chip.reset()
    chip.answers = True
    with pytest.raises(OSError):
        driver.read()
    assert driver.resets == 1

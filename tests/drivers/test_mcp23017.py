"""The expander's driver against a chip made from the data sheet."""

import random

import pytest

from drivers.mcp23017 import MCP23017 as Driver
from sim.chips.mcp23017 import DEFVAL, GPINTEN, GPPU, INTCON, IOCON, IODIR, IPOL, OLAT
from sim.chips.mcp23017 import MCP23017 as Chip
from sim.wires.bus_i2c import I2C

ADDRESS = 0x20
FLIPS = [
    (register + port, bit)
    for register in (IODIR, IPOL, GPINTEN, DEFVAL, INTCON, IOCON, GPPU)
    for port in (0, 1)
    for bit in range(8)
    if (register, bit) != (IOCON, 0)  # no chip has this bit
]


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


def test_resets_are_counted_but_not_the_first_set_up(chip, driver):
    for expected in (0, 1, 2):
        assert driver.resets == expected
        driver.read()
        chip.reset()
        with pytest.raises(OSError):
            driver.read()


@pytest.mark.parametrize(("register", "bit"), FLIPS)
def test_one_bit_that_is_turned_over_is_never_believed_and_set_right(chip, driver, register, bit):
    """Of seven children on one port and none on the other nobody gets lost."""
    chip.wires(0x7F00)
    assert driver.read() == 0x007F
    chip.flip(register, bit)
    with pytest.raises(OSError):
        driver.read()
    assert driver.read() == 0x007F
    assert driver.resets == 1
    assert registers(chip, IODIR, 14) == b"\x7f\x7f" + bytes(10) + b"\x7f\x7f"


def test_without_the_proof_a_flipped_direction_reads_empty(chip, driver):
    """What the proof is for: the pin reads its latch, whatever the contact does."""
    driver.read()
    chip.flip(IODIR, 3)
    assert registers(chip, 0x12, 1)[0] & 1 << 3 == 0
    chip.flip(OLAT, 3)
    assert registers(chip, 0x12, 1)[0] & 1 << 3


def test_noise_on_the_bus_is_not_counted_as_a_lost_setting():
    chip, i2c = Chip(random.Random(1)), I2C(random.Random(7))
    i2c.attach(ADDRESS, chip)
    noisy = Driver(i2c, ADDRESS)
    failed = 0
    i2c.noise = 0.02
    for _ in range(500):
        try:
            noisy.read()
        except OSError:
            failed += 1
    assert failed > 50
    assert noisy.resets == 0


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

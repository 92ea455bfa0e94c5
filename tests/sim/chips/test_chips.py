"""Chips and wires, byte by byte, against their datasheets."""

import random

import pytest

from sim.chips.mcp23017 import (
    DEFVAL,
    GPINTEN,
    GPIO,
    GPPU,
    INTCAP,
    INTCON,
    INTF,
    IOCON,
    IODIR,
    IPOL,
    MCP23017,
    OLAT,
)
from sim.wires.bus_i2c import ENODEV, ETIMEDOUT, I2C
from sim.wires.nvs import ESP_ERR_NVS_NOT_FOUND, NVS
from sim.wires.pin import ADC, WDT, Pin, Wire

ADDRESS = 0x20
PAIRS = (IODIR, IPOL, GPINTEN, DEFVAL, INTCON, GPPU, OLAT)


@pytest.fixture
def chip():
    return MCP23017(random.Random(1))


@pytest.fixture
def i2c(chip):
    bus = I2C(random.Random(2))
    bus.attach(ADDRESS, chip)
    return bus


def read(i2c, register, n=1):
    return i2c.readfrom_mem(ADDRESS, register, n)


def write(i2c, register, *values):
    i2c.writeto_mem(ADDRESS, register, bytes(values))


def levels(i2c):
    return int.from_bytes(read(i2c, GPIO, 2), "little")


# MCP23017


def test_power_on_values_are_those_of_table_3_3(i2c, chip):
    chip.wires(0xFFFF)  # nothing floats
    assert read(i2c, 0, 22) == b"\xff\xff" + bytes(20)


@pytest.mark.parametrize("register", PAIRS)
def test_every_read_write_register_keeps_both_ports(i2c, register):
    write(i2c, register, 0x5A, 0xA5)
    assert read(i2c, register, 2) == b"\x5a\xa5"


def test_iocon_is_one_register_under_two_addresses_and_its_bit_0_reads_0(i2c):
    write(i2c, IOCON + 1, 0x45)
    assert read(i2c, IOCON, 2) == b"\x44\x44"


def test_flags_and_captures_cannot_be_written(i2c):
    write(i2c, INTF, 0xFF, 0xFF, 0xFF, 0xFF)
    assert read(i2c, INTF, 4) == bytes(4)


def test_pull_up_reads_high_when_open_and_low_when_grounded(i2c, chip):
    write(i2c, GPPU, 0xFF, 0xFF)
    chip.wires(0x8101)
    assert levels(i2c) == 0x7EFE


def test_an_open_input_without_pull_up_reads_noise(i2c, chip):
    write(i2c, GPPU, 0xFF, 0x00)
    chip.wires(0)
    seen = {levels(i2c) for _ in range(50)}
    assert {value & 0xFF for value in seen} == {0xFF}
    assert len({value >> 8 for value in seen}) > 10


def test_polarity_inverts_the_port(i2c, chip):
    chip.wires(0x00FF, 0xFF00)
    write(i2c, IPOL, 0x0F, 0xF0)
    assert levels(i2c) == 0x0F0F


def test_writing_the_port_writes_the_latch_and_outputs_read_back(i2c, chip):
    write(i2c, IODIR, 0x00, 0xFF)
    chip.wires(0xFF00)
    write(i2c, GPIO, 0x3C)
    assert read(i2c, OLAT) == b"\x3c"
    assert chip.outputs == 0x003C
    assert levels(i2c) == 0x003C


def test_sequential_reads_wrap_to_register_zero(i2c, chip):
    chip.wires(0xFFFF)
    write(i2c, OLAT, 0x12, 0x34)
    assert read(i2c, OLAT, 4) == b"\x12\x34\xff\xff"
    read(i2c, OLAT, 2)
    assert i2c.readfrom(ADDRESS, 2) == b"\xff\xff"


def test_byte_mode_toggles_between_the_ports_of_a_pair(i2c, chip):
    chip.wires(0xFF00, 0x00FF)
    write(i2c, IOCON, 0x20)
    assert read(i2c, GPIO, 4) == b"\xff\x00\xff\x00"
    assert read(i2c, GPIO + 1, 3) == b"\x00\xff\x00"


def test_bank_1_splits_the_ports(i2c, chip):
    write(i2c, IOCON, 0x80)
    write(i2c, 0x06, 0xAA)  # GPPUA
    write(i2c, 0x16, 0x55)  # GPPUB
    chip.wires(0xFFFF)
    write(i2c, 0x05, 0x00)  # IOCON: back to BANK = 0
    assert read(i2c, GPPU, 2) == b"\xaa\x55"


def test_the_pointer_stays_for_a_bare_read(i2c, chip):
    chip.wires(0xFFFF)
    write(i2c, OLAT, 0x12, 0x34)
    i2c.writeto(ADDRESS, bytes((OLAT,)))
    assert i2c.readfrom(ADDRESS, 2) == b"\x12\x34"


def test_the_first_change_is_flagged_and_captured_until_read(i2c, chip):
    write(i2c, GPPU, 0xFF, 0xFF)
    chip.wires(0)
    write(i2c, GPINTEN, 0x03, 0x00)
    chip.wires(0x0001)
    chip.wires(0x0003)  # comes second: neither flagged nor captured
    assert read(i2c, INTF) == b"\x01"
    assert read(i2c, INTCAP) == b"\xfe"
    assert read(i2c, INTF) == b"\x00"  # reading INTCAP cleared it
    assert read(i2c, GPIO) == b"\xfc"


def test_a_lasting_difference_from_defval_interrupts_again(i2c, chip):
    write(i2c, GPPU, 0xFF, 0xFF)
    write(i2c, DEFVAL, 0x01)
    write(i2c, INTCON, 0x01)
    write(i2c, GPINTEN, 0x01)
    chip.wires(0x0001)
    read(i2c, GPIO)
    assert read(i2c, INTF) == b"\x01"
    chip.wires(0)
    read(i2c, GPIO)
    assert read(i2c, INTF) == b"\x00"


def test_reset_forgets_the_pull_ups(i2c, chip):
    write(i2c, GPPU, 0xFF, 0xFF)
    chip.reset()
    assert read(i2c, GPPU, 2) == b"\x00\x00"


# I2C


def test_nobody_at_an_address_is_enodev(i2c, chip):
    for address, answers in ((0x27, True), (ADDRESS, False)):
        chip.answers = answers
        with pytest.raises(OSError) as error:
            i2c.readfrom_mem(address, 0, 1)
        assert error.value.args[0] == ENODEV


def test_a_stuck_bus_times_out(i2c):
    i2c.stuck = True
    for call in (i2c.scan, lambda: i2c.writeto_mem(ADDRESS, 0, b"\0")):
        with pytest.raises(OSError) as error:
            call()
        assert error.value.args[0] == ETIMEDOUT


def test_scan_lists_who_answers(i2c, chip):
    silent = MCP23017()
    silent.answers = False
    i2c.attach(0x24, silent)
    i2c.attach(0x21, MCP23017())
    assert i2c.scan() == [ADDRESS, 0x21]


def test_noise_flips_bits(i2c, chip):
    chip.wires(0xFFFF)
    i2c.noise = 0.5
    assert len({bytes(read(i2c, GPIO, 2)) for _ in range(40)}) > 4


@pytest.mark.parametrize("address", [0x00, 0x78, ADDRESS])
def test_an_address_is_free_and_not_reserved(i2c, address):
    with pytest.raises(ValueError):
        i2c.attach(address, MCP23017())


# Pin, ADC, WDT, NVS


def test_an_input_reads_its_wire_and_a_cut_one_its_pull():
    wire = Wire(0)
    up, down = Pin(wire, Pin.IN, Pin.PULL_UP), Pin(wire, Pin.IN, Pin.PULL_DOWN)
    assert (up.value(), down()) == (0, 0)
    wire.cut = True
    assert (up.value(), down()) == (1, 0)
    wire.cut, wire.level = False, None
    assert (up.value(), down()) == (1, 0)


def test_an_open_input_without_pull_reads_noise():
    pin = Pin(Wire(), Pin.IN)
    assert {pin.value() for _ in range(64)} == {0, 1}


def test_an_output_drives_the_load_until_the_wire_is_cut():
    wire = Wire()
    pin = Pin(wire, Pin.OUT, value=1)
    assert (wire.load, pin.value()) == (1, 1)
    pin.off()
    assert wire.load == 0
    pin.on()
    wire.cut = True
    assert wire.load == 0


def test_setting_an_input_only_sets_its_latch():
    wire = Wire()
    pin = Pin(wire, Pin.IN)
    pin.on()
    assert wire.load == 0
    pin.init(Pin.OUT)
    assert wire.load == 1


def test_adc_clips_at_its_range():
    volts = [1_000_000]
    adc = ADC(lambda: volts[0])
    assert adc.read_uv() == 1_000_000
    volts[0] = 9_000_000
    assert (adc.read_uv(), adc.read_u16()) == (3_100_000, 65535)
    volts[0] = -5
    assert adc.read_uv() == 0


def test_a_watchdog_bites_unless_fed():
    now = [0]
    dog = WDT(lambda: now[0], timeout=8000)
    now[0] = 5000
    dog.feed()
    assert dog.deadline_ms == 13000


def test_nvs_keeps_what_was_committed():
    nvs = NVS()
    nvs.set_i32("boot", 3)
    nvs.commit()
    nvs.set_i32("boot", 4)
    assert nvs.get_i32("boot") == 4
    nvs.power_cut()
    assert (nvs.get_i32("boot"), nvs.writes) == (3, 1)


def test_nvs_refuses_what_the_idf_refuses():
    nvs = NVS()
    with pytest.raises(OSError) as error:
        nvs.get_i32("never")
    assert error.value.args[0] == ESP_ERR_NVS_NOT_FOUND
    with pytest.raises(OSError):
        nvs.set_i32("sixteen_letters_", 1)
    with pytest.raises(OverflowError):
        nvs.set_i32("boot", 1 << 31)

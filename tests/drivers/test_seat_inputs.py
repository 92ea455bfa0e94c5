"""Each way to wire seats: the drivers against chips made from the datasheets, with each fault."""

import random

import pytest

from drivers.ads1115 import ADS1115 as MatDriver
from drivers.chain import Chain
from drivers.mcp23017 import MCP23017 as ExpanderDriver
from drivers.modbus import Modbus, Module
from drivers.sc16is740 import SC16IS740 as BridgeDriver
from drivers.tca9548a import MuxBus
from firmware.config.load import defaults
from sim.chips.ads1115 import ADS1115, CONFIG
from sim.chips.hc165 import Chain74HC165, LoadPin
from sim.chips.mcp23017 import MCP23017
from sim.chips.modbus_inputs import ModbusInputs, crc, framed
from sim.chips.sc16is740 import EFCR, FCR, IER, LCR, MCR, RXLVL, SC16IS740
from sim.chips.tca9548a import TCA9548A
from sim.wires.bus_i2c import I2C
from sim.wires.rs485 import RS485


def words(banks):
    """What each bank reads; None: OSError."""
    read = []
    for bank in banks:
        try:
            read.append(bank.read())
        except OSError:
            read.append(None)
    return read


# RS-485


class Line:
    """Two modules of 48 and 32 inputs, the scanner, and a clock to turn."""

    def __init__(self, baud=9600, bridged=False, seed=1):
        self.now_ms = 0
        self.wire = RS485(lambda: self.now_ms, random.Random(seed))
        self.wire.init(baud)
        self.chips = [ModbusInputs(1, 48, baud), ModbusInputs(2, 32, baud)]
        self.wire.modules = self.chips
        uart = self.wire
        if bridged:
            self.i2c = I2C()
            self.bridge = SC16IS740(self.wire)
            self.i2c.attach(0x4D, self.bridge)
            uart = BridgeDriver(self.i2c, baud)
        self.modules = [Module(1, 48), Module(2, 32)]
        self.scanner = Modbus(uart, self.modules, baud, 100)

    def runs(self, ms):
        for _ in range(ms):
            self.now_ms += 1
            self.scanner.turn(self.now_ms)

    def read(self):
        return [words(module.banks) for module in self.modules]


EMPTY = [[0, 0, 0], [0, 0]]


def all_closed(line):
    line.chips[0].levels = (1 << 48) - 1
    line.chips[1].levels = (1 << 32) - 1
    return line


@pytest.mark.parametrize("bridged", [False, True])
@pytest.mark.parametrize("baud", [9600, 115200])
def test_eighty_inputs_are_scanned_over_one_pair(baud, bridged):
    line = all_closed(Line(baud, bridged))
    line.runs(300)
    assert line.read() == EMPTY
    line.chips[0].levels ^= 1 << 47
    line.chips[1].levels ^= 1 << 16
    line.runs(300)
    assert line.read() == [[0, 0, 0x8000], [0, 1]]


def test_a_module_whose_cable_is_cut_is_unknown_and_the_other_is_not():
    line = all_closed(Line())
    line.runs(300)
    line.chips[0].cut = True
    line.runs(800)
    assert line.read() == [[None] * 3, [0, 0]]
    line.chips[0].cut = False
    line.runs(400)
    assert line.read() == EMPTY


@pytest.mark.parametrize("damage", ["baud", "address", "inputs", "cut"])
def test_a_module_set_up_wrong_is_unknown(damage):
    line = all_closed(Line())
    chip = line.chips[1]
    if damage == "baud":
        chip.baud = 19200
    elif damage == "address":
        chip.address = 9
    elif damage == "inputs":
        chip.inputs = 16
    else:
        chip.cut = True
    line.runs(800)
    assert line.read() == [[0, 0, 0], [None, None]]
    assert line.modules[1].exception == (2 if damage == "inputs" else 0)


@pytest.mark.parametrize("seed", range(20))
def test_noise_never_reads_what_is_not_so(seed):
    line = Line(seed=seed)
    line.chips[0].levels, line.chips[1].levels = 0x5555_5555_5555, 0xAAAA_AAAA
    line.wire.noise, line.wire.chatter, line.wire.echo = 0.02, 5, seed % 2 == 0
    known = 0
    for _ in range(100):
        line.runs(50)
        for read, truth in zip(line.read(), ([0xAAAA] * 3, [0x5555] * 2), strict=True):
            assert read in (truth, [None] * len(truth)), f"seed {seed}"
            known += read == truth
    assert known > 100, f"seed {seed}"  # the noise has not silenced it


def test_the_bridge_is_set_up_again_after_a_dip_of_its_supply():
    line = all_closed(Line(bridged=True))
    line.runs(300)
    line.bridge.reset()
    line.runs(800)
    assert line.read() == EMPTY
    line.bridge.answers = False
    line.runs(800)
    assert line.read() == [[None] * 3, [None] * 2]


BRIDGE_FLIPS = (
    [lambda chip, bit=bit: chip.flip(LCR, bit) for bit in range(8)]
    + [lambda chip, bit=bit: chip.flip(FCR, bit) for bit in range(8)]
    + [lambda chip, bit=bit: chip.flip(MCR, bit) for bit in range(8)]
    + [lambda chip, bit=bit: chip.flip(IER, bit) for bit in range(8)]
    + [lambda chip, bit=bit: chip.flip(EFCR, bit) for bit in range(8)]
    + [lambda chip, bit=bit: chip.flip_divisor(bit) for bit in range(16)]
    + [lambda chip, bit=bit: chip.flip_efr(bit) for bit in range(8)]
)


@pytest.mark.parametrize("flip", BRIDGE_FLIPS)
def test_one_bit_of_the_bridge_that_is_turned_over_is_set_right(flip):
    line = all_closed(Line(bridged=True))
    line.runs(300)
    flip(line.bridge)
    for _ in range(40):
        line.runs(5)
        for read, truth in zip(line.read(), EMPTY, strict=True):
            assert read in (truth, [None] * len(truth))
    line.runs(100)
    assert line.read() == EMPTY


def test_what_the_bridge_does_with_such_a_bit_before_it_is_set_right():
    line = all_closed(Line(bridged=True))
    line.runs(300)
    for register, bit in ((LCR, 6), (LCR, 2), (MCR, 4), (IER, 4), (FCR, 0), (EFCR, 4)):
        line.bridge.flip(register, bit)
        line.bridge.receive(bytes((0, 1, 2, 0, 0, 0, 48)))
        line.wire.write(b"\x55")
        line.now_ms += 20
        assert line.i2c.readfrom_mem(0x4D, RXLVL << 3, 1) == b"\0"
        line.bridge.flip(register, bit)


def test_a_module_is_as_strict_as_the_standard():
    chip = ModbusInputs(5, 16)
    assert crc(b"\x02\x07") == 0x1241
    assert chip.answer(framed(bytes((5, 2, 0, 0, 0, 16)))) == framed(b"\x05\x02\x02\x00\x00")
    assert chip.answer(framed(bytes((5, 2, 0, 0, 0, 17)))) == framed(b"\x05\x82\x02")
    assert chip.answer(framed(bytes((5, 2, 0, 0, 0, 0)))) == framed(b"\x05\x82\x03")
    assert chip.answer(framed(bytes((5, 3, 0, 0, 0, 1)))) == framed(b"\x05\x83\x01")
    assert chip.answer(framed(bytes((0, 2, 0, 0, 0, 16)))) is None
    assert chip.answer(framed(bytes((5, 2, 0, 0, 0, 16)))[:-1] + b"\x00") is None


# 74HC165


def chain(registers=5):
    chips = Chain74HC165(registers + 1)
    chips.inputs[-1] = 0xA5
    return chips, Chain(chips, LoadPin(chips), registers)


def test_a_chain_reads_each_input_at_its_place():
    chips, driver = chain()
    assert [bank.inputs for bank in driver.banks] == [16, 16, 8]
    for register in range(5):
        for bit in range(8):
            chips.inputs[register] = 1 << bit
            expected = [0, 0, 0]
            expected[register // 2] = 1 << bit + 8 * (register % 2)
            assert words(driver.banks) == expected
        chips.inputs[register] = 0


@pytest.mark.parametrize("floats", [0, 1])
@pytest.mark.parametrize("wire", ["cut_data", "cut_load", "cut_clock"])
@pytest.mark.parametrize("at", range(6))
def test_a_chain_that_is_cut_anywhere_is_unknown(wire, at, floats):
    chips, driver = chain()
    assert words(driver.banks) == [0, 0, 0]
    setattr(chips, wire, at)
    chips.floats = floats
    read = [words(driver.banks) for _ in range(3)]
    assert read[-2:] == [[None] * 3] * 2
    assert read[0] in ([None] * 3, [0, 0, 0])  # no false reading even then
    setattr(chips, wire, None)
    assert words(driver.banks) == [0, 0, 0]


@pytest.mark.parametrize("slips", [1, 2, 3, 7, 8, 16])
def test_a_clock_that_jumps_is_noticed(slips):
    chips, driver = chain()
    chips.slips = slips
    assert words(driver.banks) == [None] * 3
    assert words(driver.banks) == [0, 0, 0]


# TCA9548A


def test_expanders_with_the_same_address_behind_a_mux():
    i2c, mux = I2C(), TCA9548A()
    mux.join(i2c)
    chips, drivers = [], []
    for channel in (0, 1, 7):
        chip = MCP23017()
        mux.buses[channel].attach(0x20, chip)
        chips.append(chip)
        drivers.append(ExpanderDriver(MuxBus(i2c, channel), 0x20))
    assert words(drivers) == [None] * 3  # set up
    for at, chip in enumerate(chips):
        chip.wires(0xFFFF & ~(1 << at))
    assert words(drivers) == [1, 2, 4]
    mux.reset()
    assert words(drivers) == [1, 2, 4]
    for bit in range(8):  # it is chosen anew before each transfer
        mux.control ^= 1 << bit
        assert words(drivers) == [1, 2, 4]
    chips[1].answers = False
    assert words(drivers) == [1, None, 4]
    mux.answers = False
    assert words(drivers) == [None] * 3


# ADS1115


class Mats:
    def __init__(self):
        self.now_ms = 0
        self.uv = [1_650_000] * 4
        self.chip = ADS1115(lambda: self.now_ms, lambda channel: self.uv[channel])
        self.i2c = I2C()
        self.i2c.attach(0x48, self.chip)
        self.driver = MatDriver(self.i2c, 0x48, defaults()["seats"]["mats"])

    def reads(self, ms=250):
        for _ in range(0, ms, 5):
            self.now_ms += 5
            self.driver.turn(self.now_ms)
        return words(self.driver.banks)


@pytest.mark.parametrize(
    ("mv", "reads"),
    [
        (0, None), (149, None), (151, 1), (400, 1), (1299, 1), (1301, 0), (1650, 0),
        (2599, 0), (2602, None), (3300, None),
    ],
)  # fmt: skip
def test_a_mat_is_taken_empty_or_its_wire_broken(mv, reads):
    mats = Mats()
    mats.uv[2] = mv * 1000
    assert mats.reads() == [0, 0, reads, 0]


def test_mats_are_unknown_before_they_were_measured_and_while_the_chip_is_silent():
    mats = Mats()
    assert words(mats.driver.banks) == [None] * 4
    assert mats.reads() == [0, 0, 0, 0]
    mats.chip.answers = False
    assert mats.reads() == [None] * 4


def test_a_chip_that_was_reset_during_a_conversion_is_not_believed():
    mats = Mats()
    mats.reads()
    while mats.driver._begun_ms is None:
        mats.reads(5)
    mats.chip.reset()
    mats.now_ms += 20
    mats.driver.turn(mats.now_ms)
    assert words(mats.driver.banks).count(None) == 1
    assert mats.reads() == [0, 0, 0, 0]


@pytest.mark.parametrize("bit", range(16))
def test_one_bit_of_a_mat_reader_that_is_turned_over_is_never_believed(bit):
    mats = Mats()
    mats.uv = [400_000] * 4
    assert mats.reads() == [1] * 4
    while mats.driver._begun_ms is None:
        mats.reads(5)
    mats.reads(10)
    if bit != 8:  # a chip that converts on and on is not modelled
        mats.chip.flip(CONFIG, bit)
    for _ in range(20):
        assert set(mats.reads(5)) <= {1, None}
    assert mats.reads() == [1] * 4

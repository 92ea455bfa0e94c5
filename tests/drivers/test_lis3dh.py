"""LIS3DH: the chip against its datasheet, the driver against the chip, and a ride."""

import contextlib
import random

import pytest

from drivers.lis3dh import LIS3DH as Driver
from sim.bus.ride import Ride
from sim.chips.lis3dh import (
    CTRL_REG1,
    CTRL_REG4,
    CTRL_REG5,
    FIFO_CTRL_REG,
    FIFO_SRC_REG,
    LIS3DH,
    OUT_X_L,
    WHO_AM_I,
)
from sim.wires.bus_i2c import I2C
from sim.world.world import World

ADDRESS = 0x18
MANY = 0x80


class Felt:
    """What the chip feels; `count` in x makes each sample different."""

    def __init__(self):
        self.xyz = (0.0, 0.0, 1000.0)
        self.counts = False

    def __call__(self, at_ms):
        return (at_ms, *self.xyz[1:]) if self.counts else self.xyz


@pytest.fixture
def felt():
    return Felt()


@pytest.fixture
def chip(felt):
    return LIS3DH(felt, random.Random(1))


@pytest.fixture
def i2c(chip):
    bus = I2C(random.Random(2))
    bus.attach(ADDRESS, chip)
    return bus


@pytest.fixture
def driver(i2c, chip):
    driver = Driver(i2c, ADDRESS)
    with pytest.raises(OSError):
        driver.read()  # sets it up
    chip.advance(0)
    driver.read()
    return driver


def read(i2c, register, n=1):
    return i2c.readfrom_mem(ADDRESS, register, n)


def write(i2c, register, *values):
    i2c.writeto_mem(ADDRESS, register, bytes(values))


def start(i2c, mode=0x80):
    write(i2c, CTRL_REG4, 0x28)
    write(i2c, CTRL_REG5, 0x40)
    write(i2c, FIFO_CTRL_REG, mode)
    write(i2c, CTRL_REG1, 0x57)


# the chip


def test_power_on_values_are_those_of_table_17(i2c, chip):
    assert read(i2c, WHO_AM_I) == b"\x33"
    assert read(i2c, CTRL_REG1 | MANY, 6) == b"\x07" + bytes(5)
    assert read(i2c, FIFO_SRC_REG) == b"\x20"
    chip.advance(1000)
    assert read(i2c, FIFO_SRC_REG) == b"\x20", "it is powered down"


def test_only_bit_7_of_the_sub_address_counts_up(i2c):
    assert read(i2c, WHO_AM_I, 3) == b"\x33\x33\x33"
    write(i2c, CTRL_REG1, 0x10, 0x57)
    assert read(i2c, CTRL_REG1 | MANY, 2) == b"\x57\x00"


def test_a_reserved_register_must_not_be_written_and_an_output_cannot(i2c):
    with pytest.raises(AssertionError):
        write(i2c, 0x1E, 1)
    write(i2c, WHO_AM_I, 0)
    assert read(i2c, WHO_AM_I) == b"\x33"


@pytest.mark.parametrize(
    ("scale", "resolution", "raw"),
    [
        (0x00, 0x08, 1000 << 4),  # +-2 g, 12 bits, 1 mg
        (0x10, 0x08, 500 << 4),
        (0x20, 0x08, 250 << 4),
        (0x30, 0x08, 83 << 4),  # +-16 g, 12 mg
        (0x20, 0x00, 62 << 6),  # 10 bits, 16 mg
    ],
)
def test_one_g_at_each_scale_is_what_table_4_says(i2c, chip, monkeypatch, scale, resolution, raw):
    monkeypatch.setattr("sim.chips.lis3dh._NOISE_MG", 0.0)
    write(i2c, CTRL_REG4, scale | resolution)
    write(i2c, CTRL_REG1, 0x57)
    chip.advance(0)
    assert read(i2c, OUT_X_L + 4 | MANY, 2) == raw.to_bytes(2, "little")


def test_it_clips_at_full_scale(i2c, chip, felt):
    start(i2c, 0)
    felt.xyz = (-99_000.0, 99_000.0, 0.0)
    chip.advance(0)
    assert read(i2c, OUT_X_L | MANY, 4) == b"\x00\x80\xf0\x7f"


def test_the_queue_counts_fills_and_in_stream_mode_forgets_the_oldest(i2c, chip, felt):
    felt.counts = True
    start(i2c)
    chip.advance(90)
    assert read(i2c, FIFO_SRC_REG)[0] & 0x1F == 10
    chip.advance(300)
    assert read(i2c, FIFO_SRC_REG)[0] & 0x7F == 31
    chip.advance(310)
    assert read(i2c, FIFO_SRC_REG)[0] & 0x7F == 0x40 | 31, "32 are stored"
    chip.advance(400)
    first = int.from_bytes(read(i2c, OUT_X_L | MANY, 2), "little") >> 2
    assert abs(first - 90) < 10


def test_in_fifo_mode_the_oldest_stay_and_bypass_empties_it(i2c, chip, felt):
    felt.counts = True
    start(i2c, 0x40)
    chip.advance(2000)
    assert int.from_bytes(read(i2c, OUT_X_L | MANY, 2), "little") >> 2 < 10
    write(i2c, FIFO_CTRL_REG, 0)
    assert read(i2c, FIFO_SRC_REG)[0] & 0x3F == 0x20


def test_a_burst_goes_round_the_outputs_and_takes_one_sample_each_time(i2c, chip):
    start(i2c)
    chip.advance(20)
    assert read(i2c, FIFO_SRC_REG)[0] & 0x1F == 3
    assert len(read(i2c, OUT_X_L | MANY, 12)) == 12
    assert read(i2c, FIFO_SRC_REG)[0] & 0x1F == 1


# the driver


def test_another_chip_is_refused(i2c, chip):
    chip._regs[WHO_AM_I] = 0x44
    driver = Driver(i2c, ADDRESS)
    for _ in range(3):
        with pytest.raises(OSError):
            driver.read()
    assert read(i2c, CTRL_REG1) == b"\x07", "it was left alone"


def test_a_tick_gets_its_ten_samples_in_mg(driver, chip, felt):
    felt.xyz = (-500.0, 2500.0, 1000.0)
    chip.advance(100)
    assert driver.read() == 10
    assert all(abs(mg + 500) < 12 for mg in driver.x[:10])
    assert all(abs(mg - 2500) < 12 for mg in driver.y[:10])
    assert all(abs(mg - 1000) < 12 for mg in driver.z[:10])
    assert driver.read() == 0


def test_of_a_long_pause_the_newest_32_are_given_oldest_first(driver, chip, felt):
    felt.counts = True
    chip.advance(1000)
    assert driver.read() == 32
    assert abs(driver.x[0] - 690) < 12
    assert abs(driver.x[31] - 1000) < 12
    chip.advance(1020)
    assert driver.read() == 2


def test_a_silent_chip_is_an_oserror_and_a_reset_one_is_set_up_again(driver, chip):
    chip.answers = False
    with pytest.raises(OSError):
        driver.read()
    chip.answers = True
    chip.reset()
    chip.advance(200)
    with pytest.raises(OSError):
        driver.read()
    chip.advance(300)
    assert driver.read() > 0


# the ride


@pytest.mark.parametrize(
    ("register", "bit"),
    [(CTRL_REG1, 0), (CTRL_REG1, 4), (CTRL_REG1 + 1, 3), (CTRL_REG4, 4), (CTRL_REG4, 3),
     (CTRL_REG5, 6), (FIFO_CTRL_REG, 7)],
)  # fmt: skip
def test_one_bit_that_is_turned_over_is_found_within_two_seconds(driver, chip, felt, register, bit):
    driver.read()
    chip.flip(register, bit)
    refused = 0
    for tick in range(1, 21):
        chip.advance(tick * 100)
        try:
            driver.read()
        except OSError:
            refused += 1
    assert (refused, driver.resets) == (1, 1)
    chip.advance(2200)
    assert driver.read()
    assert abs(driver.z[0] - 1000) < 20


def test_noise_on_the_bus_is_not_counted_as_a_lost_setting(driver, chip, i2c):
    i2c.noise = 0.02
    for tick in range(400):
        chip.advance(tick * 100)
        with contextlib.suppress(OSError):
            driver.read()
    assert driver.resets == 0


@pytest.mark.parametrize(
    ("forward", "up", "braking"),
    [("+x", "+z", (-200, 0, 1000)), ("-y", "+z", (0, 200, 1000)), ("+z", "-x", (-1000, 0, -200))],
)
def test_braking_is_felt_along_the_axis_that_points_forward(forward, up, braking):
    world = World()
    ride = Ride(world, random.Random(1), forward, up)
    world.speed_mms = 10_000
    world.advance(100)
    ride.look()
    world.speed_mms -= 196
    world.advance(200)
    ride.look()
    felt = [0.0, 0.0, 0.0]
    for at_ms in range(100, 200):
        felt = [total + mg / 100 for total, mg in zip(felt, ride.feel(at_ms), strict=True)]
    assert felt == pytest.approx(braking, abs=10)


def test_a_bend_to_the_right_presses_to_the_right_and_a_blow_passes():
    world = World()
    ride = Ride(world, random.Random(1))
    world.speed_mms, world.course_cdeg = 10_000, 35_900
    world.advance(100)
    ride.look()
    world.course_cdeg = 100  # 2 degrees in 0.1 s at 10 m/s: 3.5 m/s2
    world.advance(200)
    ride.look()
    world.blow(50, forward=-5000)
    y = sum(ride.feel(100)[1] for _ in range(100)) / 100
    assert y == pytest.approx(-356, abs=15), "right is -y of a chip that lies flat"
    x = [ride.feel(at_ms)[0] for at_ms in (199, 200, 249, 250)]
    assert [mg < -4000 for mg in x] == [False, True, True, False]

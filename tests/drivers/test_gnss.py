"""The GNSS module, its wire and its driver, together and each alone."""

import random

import pytest

from drivers.gnss import Gnss
from drivers.gnss_commands import sentence, ubx_cfg
from firmware.gnss.date import Calendar
from firmware.gnss.nmea import Nmea
from sim.chips.gnss import GnssChip
from sim.chips.gnss_casic import Casic
from sim.chips.gnss_language import Language
from sim.chips.gnss_mtk import Mtk
from sim.chips.gnss_ublox import Ublox
from sim.wires.uart import UART

UTC_AT_0 = 1795306323000  # 2026-11-22T00:12:03Z
HERE = (130827000, 1008833000, 12000, 18000)
DEGREE_MM = 11.1  # of 1e-7


class Bench:
    """A chip, its wire, our driver and reader, and a clock."""

    def __init__(
        self, seed=1, driver=True, rxbuf=2048, language=None, baudrate=9600, interval_ms=1000
    ):
        self.uart = UART(9600, rxbuf)
        self.uart.chip_baudrate = baudrate
        self.chip = GnssChip(self.uart, seed, UTC_AT_0, language)
        self.chip.truth = HERE
        self.now_ms = 0
        self.heard = bytearray()
        self.reader = Nmea()
        self.gnss = Gnss(self.uart, interval_ms) if driver else None
        self._buf = bytearray(512)

    def runs(self, seconds, every_ms=100):
        """-> the bytes that the firmware received meanwhile."""
        start = len(self.heard)
        for _ in range(int(seconds * 1000) // every_ms):
            self.now_ms += every_ms
            self.chip.advance(self.now_ms)
            n = self.gnss.readinto(self._buf) if self.gnss else self._drain()
            self.heard += self._buf[:n]
            self.reader.feed(self._buf, n)
            if self.gnss:
                self.gnss.turn(self.now_ms, self.reader.sentences)
        return bytes(self.heard[start:])

    def _drain(self):
        return self.uart.readinto(self._buf) or 0

    def has_fix(self):
        return self.reader.fix.valid


def kinds(data):
    return {line[3:6].decode() for line in data.split(b"\r\n")[1:-1] if line.startswith(b"$")}


def test_cold_start_says_1980_until_it_has_a_fix():
    bench = Bench()
    early = bench.runs(20)
    assert b",V," in early and b",060180," in early and not bench.has_fix()
    bench.runs(15)
    assert bench.has_fix()
    assert abs(bench.reader.fix.utc_ms - UTC_AT_0 - bench.now_ms) <= 1000


def test_the_driver_asks_for_one_gga_and_rmc_a_second():
    bench = Bench()
    bench.runs(35)
    data = bench.runs(20)
    assert kinds(data) == {"GGA", "RMC"}
    assert bench.reader.fixes in range(22, 27)
    assert bench.chip.refused == 0 and bench.reader.damaged == 0 and bench.uart.overruns == 0


def test_a_fix_a_second_is_shown_whole():
    bench = Bench()
    bench.runs(40)
    for _ in range(100):
        bench.runs(0.1)
        fix = bench.reader.fix
        assert fix.speed_mms is not None and fix.sats is not None and fix.hdop_e2 is not None


def test_from_the_factory_it_sends_everything():
    bench = Bench(driver=False)
    bench.runs(40)
    heard = bench.runs(2)
    assert kinds(heard) == {"GGA", "GLL", "GSA", "GSV", "RMC", "VTG", "ZDA"}
    assert bench.has_fix() and bench.reader.damaged == 0 and b"$GPGSV,3,1,12," in heard


def test_it_is_where_the_bus_is_within_a_few_metres():
    bench = Bench(seed=5)
    bench.runs(40)
    errors = []
    for _ in range(600):
        bench.runs(1, every_ms=500)
        errors.append(bench.reader.fix.lat_e7 - HERE[0])
    metres = [abs(error) * DEGREE_MM / 1000 for error in errors]
    assert 0.3 < sum(metres) / len(metres) < 3 and max(metres) < 8
    steps = [abs(a - b) * DEGREE_MM / 1000 for a, b in zip(errors, errors[1:], strict=False)]
    assert sum(steps) / len(steps) < 0.5  # it drifts, it does not jump


def test_speed_and_course_are_those_of_the_bus_but_for_noise():
    bench = Bench()
    bench.runs(40)
    assert abs(bench.reader.fix.speed_mms - 12000) < 300
    assert abs(bench.reader.fix.course_cdeg - 18000) < 300
    bench.chip.truth = (*HERE[:2], 0, 0)
    bench.runs(2)
    speeds = set()
    for _ in range(30):
        bench.runs(1)
        speeds.add(bench.reader.fix.speed_mms)
    assert 0 < max(speeds) < 400 and len(speeds) > 10


@pytest.mark.parametrize("sky", ["blocked", "jammed"])
def test_no_sky_no_fix_and_back_within_seconds(sky):
    bench = Bench()
    bench.runs(40)
    bench.chip.sky = sky
    sentences = bench.reader.sentences
    bench.runs(3)
    assert not bench.has_fix() and bench.reader.sentences > sentences
    assert bench.reader.fix.lat_e7 is None
    bench.chip.sky = "open"
    bench.runs(6)
    assert bench.has_fix()


def test_power_off_is_silence_and_back_is_a_hot_start():
    bench = Bench()
    bench.runs(40)
    bench.chip.powered = False
    bench.runs(1)
    assert bench.runs(5) == b""
    bench.chip.powered = True
    bench.runs(5)
    assert bench.has_fix()


def test_commands_are_obeyed():
    bench = Bench(driver=False)
    bench.runs(40)
    for body in (b"PCAS03,1,0,0,0,0,0,0", b"PCAS04,1", b"PCAS01,5", b"PCAS02,100"):
        bench.uart.write(sentence(body))
        bench.runs(0.1)
        bench.uart.init(bench.uart.chip_baudrate)
    data = bench.runs(2)
    assert 19 <= data.count(b"$GPGGA,") <= 21 and bench.uart.chip_baudrate == 115200
    bench.uart.write(sentence(b"PCAS12,3"))
    bench.runs(0.2)
    assert bench.runs(2.5) == b""
    assert bench.runs(2) != b""
    bench.uart.write(sentence(b"PCAS00"))
    bench.uart.write(sentence(b"PCAS10,2"))
    data = bench.runs(5)
    assert b"GGA," in data and b"RMC" not in data and not bench.has_fix()


def test_commands_that_are_wrong_change_nothing():
    bench = Bench(driver=False)
    bench.runs(40)
    right = sentence(b"PCAS03,0,0,0,0,0,0,0")
    wrong = right.replace(b"*0", b"*1") if b"*0" in right else right.replace(b"*1", b"*0")
    bad = (b"PCAS02,150", b"PCAS01,6", b"PCAS03,x", b"PCAS04", b"PCAS12,-1", b"PCAS99,1")
    for command in (wrong, right[:-5] + b"\r\n", *map(sentence, bad)):
        bench.uart.write(command)
    bench.runs(1)
    assert bench.chip.refused == 8
    assert len(kinds(bench.runs(2))) == 7


def test_same_seed_same_bytes():
    assert Bench(seed=3).runs(60) == Bench(seed=3).runs(60)
    assert Bench(seed=3).runs(60) != Bench(seed=4).runs(60)


def test_a_world_that_looks_away_for_hours_gets_the_newest_fixes():
    bench = Bench()
    bench.runs(40)
    bench.chip.advance(bench.now_ms + 3 * 3_600_000)
    bench.now_ms += 3 * 3_600_000
    assert len(bench.runs(3)) < 4000
    assert abs(bench.reader.fix.utc_ms - UTC_AT_0 - bench.now_ms) <= 2000


def test_bytes_cross_no_faster_than_the_baud_rate():
    uart = UART(9600, rxbuf=4096)
    uart.transmit(bytes(960), 0)
    for ms, there in ((1, 0), (2, 1), (10, 9), (500, 480), (1000, 960), (2000, 960)):
        uart.advance(ms)
        assert uart.any() == there, ms


def test_bytes_that_are_not_read_are_lost():
    uart = UART(115200, rxbuf=256)
    uart.transmit(bytes(range(256)) * 2, 0)
    uart.advance(1000)
    assert uart.any() == 256 and uart.overruns == 256
    assert uart.read(10) == bytes(range(10))
    assert uart.read() == bytes(range(10, 256))
    assert uart.read() is None and uart.readinto(bytearray(4)) is None


def test_a_cut_wire_is_silent_and_a_noisy_one_loses_sentences_not_the_reader():
    bench = Bench()
    bench.runs(40)
    bench.uart.cut = True
    assert bench.runs(3) == b""
    bench.uart.cut = False
    bench.uart.noise = 0.01
    bench.runs(60)
    assert bench.reader.damaged > 10
    bench.uart.noise = 0
    bench.runs(3)
    assert bench.has_fix() and abs(bench.reader.fix.lat_e7 - HERE[0]) < 1000


def test_the_wrong_baud_rate_is_rubbish():
    bench = Bench(driver=False)
    bench.uart.init(4800)
    bench.runs(40)
    assert bench.reader.fixes == 0
    assert bench.reader.sentences <= 3  # noise may look like one without a checksum


def test_the_driver_never_waits_and_says_zero():
    uart = UART()
    assert Gnss(uart).readinto(bytearray(8)) == 0


def test_configuration_as_the_manuals_print_it():
    assert sentence(b"PCAS02,200") == b"$PCAS02,200*1D\r\n"
    assert sentence(b"PMTK220,200") == b"$PMTK220,200*2C\r\n"
    rate = ubx_cfg(0x08, bytes.fromhex("c80001000100"))
    assert rate == bytes.fromhex("b562060806 00c80001000100de6a".replace(" ", ""))
    assert ubx_cfg(0x01, b"\xf0\x03\x00") == bytes.fromhex("b56206010300f00300fd15")


LANGUAGES = [
    ("casic", Casic),
    ("mtk", Mtk),
    ("ublox", lambda: Ublox(6)),
    ("ublox", lambda: Ublox(8)),
    ("ublox", lambda: Ublox(10)),
]


@pytest.mark.parametrize(("brand", "language"), LANGUAGES)
@pytest.mark.parametrize(("interval_ms", "fixes"), [(1000, 20), (200, 100)])
def test_each_brand_is_recognised_and_set_up_in_its_own_language_alone(
    brand, language, interval_ms, fixes
):
    bench = Bench(language=language(), interval_ms=interval_ms)
    bench.runs(45)
    assert (bench.gnss.brand, bench.gnss.set_up, bench.chip.refused) == (brand, 1, 0)
    data = bench.runs(20)
    assert kinds(data) == {"GGA", "RMC"}
    assert fixes - 2 <= data.count(b"RMC,") <= fixes + 2 and bench.uart.overruns == 0
    bench.runs(300)
    assert bench.gnss.set_up == 1  # the driver leaves it alone


@pytest.mark.parametrize("baudrate", [4800, 19200, 38400, 57600, 115200])
def test_the_speed_is_found_by_listening(baudrate):
    bench = Bench(baudrate=baudrate)
    bench.runs(60)
    assert bench.gnss.baudrate == baudrate and bench.has_fix() and bench.gnss.brand == "casic"


def test_a_receiver_that_answers_nothing_is_listened_to():
    bench = Bench(language=Language())
    bench.runs(60)
    assert bench.gnss.brand == "unknown" and bench.has_fix()
    assert len(kinds(bench.runs(3))) == 7
    sent = bench.uart.write
    bench.uart.write = None  # the driver sends nothing more
    bench.runs(300)
    bench.uart.write = sent
    assert bench.has_fix()


def test_one_that_lost_its_power_and_forgot_is_set_up_again():
    bench = Bench()
    bench.runs(45)
    for off_s in (1, 20):
        bench.chip.powered = False
        bench.runs(off_s)
        bench.chip.powered = True
        bench.runs(60)
        assert kinds(bench.runs(5)) == {"GGA", "RMC"} and bench.has_fix()
    assert bench.gnss.set_up == 3


@pytest.mark.parametrize(("brand", "language"), LANGUAGES[1:])
def test_one_that_is_swapped_for_another_brand_at_another_speed(brand, language):
    bench = Bench()
    bench.runs(45)
    bench.chip.powered = False
    bench.runs(10)
    bench.uart.chip_baudrate = 38400
    bench.chip = GnssChip(bench.uart, 2, UTC_AT_0, language())
    bench.chip.truth = HERE
    bench.runs(90)
    assert (bench.gnss.brand, bench.gnss.baudrate) == (brand, 38400)
    assert kinds(bench.runs(5)) == {"GGA", "RMC"} and bench.has_fix()


def test_one_that_nods_and_does_nothing_is_let_be():
    class Deaf(Mtk):
        def _do(self, chip, number, arguments, now_ms):
            return True

    bench = Bench(language=Deaf())
    bench.runs(400)
    tries = bench.gnss.set_up
    bench.runs(600)
    assert 2 <= bench.gnss.set_up == tries <= 4 and bench.has_fix()


def test_a_command_that_got_lost_is_sent_again():
    bench = Bench(language=Ublox())
    real, lost = bench.uart.write, []

    def lossy(data):
        if data[2:4] == b"\x06\x01" and len(lost) < 2:
            lost.append(data)
            return len(data)
        return real(data)

    bench.uart.write = lossy
    bench.runs(45)
    assert len(lost) == 2 and kinds(bench.runs(5)) == {"GGA", "RMC"}


def test_generations_of_ublox_refuse_each_others_language():
    for generation, command in (
        (8, ubx_cfg(0x8A, bytes.fromhex("00010000 ca0091 2000".replace(" ", "")))),
        (10, ubx_cfg(0x01, b"\xf0\x03\x00")),
        (10, ubx_cfg(0x8A, bytes.fromhex("00010000ffffff2000"))),
    ):
        bench = Bench(driver=False, language=Ublox(generation))
        bench.runs(2)
        bench.uart.write(command)
        assert b"\xb5\x62\x05\x00" in bench.runs(2) and bench.chip.refused == 1


def test_mtk_says_what_it_thinks_of_a_command():
    bench = Bench(driver=False, language=Mtk())
    bench.runs(2)
    for body in (b"PMTK220,20", b"PMTK314,1", b"PMTK999", b"PMTK220,500"):
        bench.uart.write(sentence(body))
    said = bench.runs(3)
    for answer in (b"001,220,0", b"001,314,0", b"001,999,1", b"001,220,3"):
        assert b"$PMTK" + answer in said


def test_an_old_receiver_is_a_matter_of_the_calendar():
    """Its weeks rolled over: the chip reports 2007, and the reader corrects that."""
    bench = Bench()
    bench.chip.utc_ms_at_0 = UTC_AT_0 - 7168 * 86_400_000
    bench.runs(40)
    assert abs(bench.reader.fix.utc_ms - UTC_AT_0 - bench.now_ms) <= 1000
    bench.reader = Nmea(Calendar(0))
    bench.runs(3)
    assert bench.reader.fix.utc_ms < UTC_AT_0


def test_random_bytes_do_not_upset_the_chip():
    rng = random.Random(8)
    bench = Bench(driver=False)
    for _ in range(200):
        bench.uart.write(rng.randbytes(40) + b"$PCAS" + rng.randbytes(10) + b"*00\n")
        bench.runs(0.1)
    assert bench.chip.refused > 0
    bench.runs(40)
    assert bench.has_fix()

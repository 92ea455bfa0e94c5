"""The cellular driver and the modem, byte by byte, over a simulated UART."""

import random
from types import SimpleNamespace

import pytest

from drivers.radio.cellular import Cellular
from drivers.radio.modem_power import ModemPower
from firmware.selftest import SelfTest
from sim.chips.modem import ModemChip
from sim.chips.modem_sim import BUSY, FAILURE, SimCard
from sim.wires.pin import Pin, Wire
from sim.wires.ppp import PPP
from sim.wires.uart import UART

SETTINGS = {"apn": "internet", "user": "", "password": "", "pin": ""}


class Bench:
    """A modem, its driver, time in steps of 5 ms."""

    def __init__(
        self, sim=None, supply=False, baudrate=115200, gnss=False, fast=False, dtr=False,
        model="A7670E-FASE", reset=False, reset_when=1, **settings,
    ):  # fmt: skip
        self.now_ms = 0
        self.dbm = -71
        self.key, self.supply = Wire(), Wire() if supply else None
        self.dtr = Wire() if dtr else None
        self.reset = Wire() if reset else None
        self.uart = UART(115200, 512)
        self.chip = ModemChip(
            self.uart, self.key, lambda: self.dbm, sim, self.supply, baudrate=baudrate,
            model=model, dtr=self.dtr, reset=self.reset, reset_when=reset_when,
        )  # fmt: skip
        self.settings = {**SETTINGS, **settings}
        self.gnss, self.fast, self.reset_when = gnss, fast, reset_when
        self.told = set()
        self.boot()

    def boot(self):
        """The board starts; the modem is as it was."""
        self.uart.init(115200)
        supply = None if self.supply is None else Pin(self.supply, Pin.OUT, value=1)
        dtr = None if self.dtr is None else Pin(self.dtr, Pin.OUT, value=0)
        reset = None if self.reset is None else Pin(self.reset, Pin.OUT, value=1 - self.reset_when)
        self.start_ms = self.now_ms
        self.links = 0
        self.radio = Cellular(
            self.uart,
            self._make_ppp,
            ModemPower(Pin(self.key, Pin.OUT, value=0), supply, dtr, reset, self.reset_when),
            self.settings,
            self.gnss,
            self.fast,
        )
        self.radio.up()

    def _make_ppp(self, uart):
        self.links += 1
        return PPP(uart, lambda: self.now_ms)

    def run(self, seconds):
        for _ in range(int(seconds * 200)):
            self.now_ms += 5
            self.chip.advance(self.now_ms)
            self.radio.turn(self.now_ms - self.start_ms)
            self.told |= {self.radio.failure, self.radio.fault} - {""}

    def until(self, happened, seconds=120):
        """-> seconds that it took."""
        start_ms = self.now_ms
        while not happened():
            assert self.now_ms - start_ms < seconds * 1000, self.radio.failure
            self.run(0.02)
        return (self.now_ms - start_ms) / 1000

    def comes_up(self, seconds=120):
        return self.until(self.radio.is_up, seconds)


def test_from_off_to_a_connection_in_half_a_minute():
    bench = Bench()
    assert not bench.radio.is_up()
    assert bench.comes_up() < 30
    assert bench.chip.apn == "internet" and bench.chip.boots == 1 and bench.chip.carries
    assert bench.radio.signal_dbm() == -71 and bench.radio.failure == ""
    assert bench.chip.overlapped == 0 and not bench.chip.echo
    bench.run(61)
    assert bench.radio.is_up() and bench.radio.signal_dbm() is None


def test_the_self_test_does_not_call_a_modem_that_is_starting_a_failure():
    bench = Bench()
    test = SelfTest({}, SimpleNamespace(radio=bench.radio), None, 0, [])
    bench.run(5)
    name, is_well, told = test._radio()
    assert (name, is_well) == ("radio", None) and "still connecting" in told
    bench.comes_up()
    assert test._radio() == ("radio", True, "cellular connected, -71 dBm")
    bench.dbm = None
    bench.until(lambda: bench.radio.failure, 400)
    assert test._radio() == ("radio", False, bench.radio.failure)


def test_it_hangs_up_and_comes_up_again():
    bench = Bench()
    bench.comes_up()
    bench.radio.down()
    assert not bench.radio.is_up()
    bench.run(2)
    assert bench.chip.mode == "command"
    bench.radio.up()
    assert bench.comes_up() < 8
    bench.radio.down()
    bench.radio.up()
    assert not bench.radio.is_up()
    assert bench.comes_up() < 8
    assert bench.chip.boots == 1


def test_a_board_that_restarts_finds_the_modem_in_data_mode():
    bench = Bench()
    bench.comes_up()
    bench.boot()
    assert bench.comes_up() < 12
    assert bench.chip.boots == 1 and bench.radio._modem.cycles == 0


@pytest.mark.parametrize("baudrate", [9600, 38400, 57600, 460800])
def test_a_modem_at_another_speed_is_found_and_set_right(baudrate):
    bench = Bench(baudrate=baudrate)
    bench.chip._boot()
    bench.run(9)
    bench.boot()
    bench.comes_up()
    assert bench.chip.baudrate == 115200 and bench.chip.boots == 1


@pytest.mark.parametrize("seed", range(8))
def test_garbage_and_urcs_in_the_middle_of_answers(seed):
    bench = Bench(SimCard("1234"), pin="1234")
    bench.chip.garbage = 0.2
    bench.chip.chatty = True
    bench.chip._rng = random.Random(seed)
    bench.comes_up(300)
    assert bench.radio.signal_dbm() in (-71, None) and bench.chip.sim.presented == 1


def test_a_missing_sim_card_is_reported():
    bench = Bench(SimCard(present=False))
    bench.until(lambda: bench.radio.fault)
    assert bench.radio.fault == "There is no SIM card in the modem, or it cannot be read."
    bench.chip.sim.present = True
    bench.comes_up()
    assert bench.radio.fault == "" and bench.radio.failure == ""


SLOW = ((3000, FAILURE), (2000, "NOT READY"), (1000, "SIM REMOVED"), (2000, BUSY))


@pytest.mark.parametrize("pin", ["", "1234"])
def test_a_card_that_is_slow_to_start_is_waited_for_and_nothing_is_told(pin):
    bench = Bench(SimCard(pin, starts=SLOW), pin=pin)
    assert 8 < bench.comes_up() < 40
    assert bench.told == set() and bench.chip.sim.presented == len(pin) // 4
    assert bench.chip.refused >= 3  # it was really asked meanwhile


def test_a_card_that_never_gets_ready_is_told_as_what_it_is():
    for state, told in (
        ("NOT READY", "The SIM card does not become ready."),
        ("SIM REMOVED", "There is no SIM card in the modem, or it cannot be read."),
        (FAILURE, "There is no SIM card in the modem, or it cannot be read."),
    ):
        bench = Bench(SimCard(starts=((10**9, state),)))
        bench.until(lambda bench=bench: bench.radio.fault)
        assert bench.told == {told}


def test_a_pin_opens_the_card():
    bench = Bench(SimCard("1234"), pin="1234")
    bench.comes_up()
    assert bench.chip.sim.presented == 1


def test_a_wrong_pin_is_tried_once_and_never_again():
    bench = Bench(SimCard("1234"), pin="9999")
    bench.until(lambda: bench.radio.fault)
    assert "refused cellular.pin" in bench.radio.fault
    for _ in range(4):
        bench.run(300)
        bench.chip.advance(bench.now_ms)
        bench.boot()
    assert bench.chip.sim.presented == 1 and bench.chip.sim.tries == 2
    bench.run(60)
    assert "refused a PIN before" in bench.radio.fault


def test_without_a_pin_none_is_tried_and_a_locked_card_is_reported():
    bench = Bench(SimCard("1234"))
    bench.until(lambda: bench.radio.fault)
    assert "cellular.pin is not set" in bench.radio.fault and bench.chip.sim.presented == 0
    bench.chip.sim.tries = 0
    bench.until(lambda: "PUK" in bench.radio.fault)


@pytest.mark.parametrize("supply", [True, False])
def test_a_silent_modem_is_power_cycled(supply):
    bench = Bench(supply=supply)
    bench.comes_up()
    bench.radio.down()
    bench.chip.silent = True
    bench.radio.up()
    bench.comes_up(240)
    assert bench.radio._modem.cycles == 1 and bench.chip.boots == 2


def test_a_dead_modem_is_reported_and_asked_for_ever():
    bench = Bench()
    bench.chip.powered = False
    bench.until(lambda: bench.radio.fault, 400)
    assert bench.radio.fault == "The modem does not answer."
    bench.chip.powered = True
    bench.comes_up(900)


def test_restart_takes_the_power_away():
    bench = Bench(supply=True)
    bench.comes_up()
    bench.radio.restart()
    assert not bench.radio.is_up()
    bench.comes_up()
    assert bench.chip.boots == 2


def test_a_denied_registration_waits_longer_each_time():
    bench = Bench(supply=True)
    bench.chip.registration = "denied"
    tries = []
    for _ in range(4):
        bench.until(lambda: bench.radio.due_ms - (bench.now_ms - bench.start_ms) > 4000, 900)
        tries.append(bench.radio.due_ms - (bench.now_ms - bench.start_ms))
        bench.run(tries[-1] / 1000 + 0.1)
    assert tries == sorted(tries) and tries[-1] >= 7 * tries[0]
    assert bench.radio.fault == "The mobile network refuses this SIM card."
    bench.chip.registration = "roaming"
    bench.comes_up(300)
    assert bench.radio.fault == ""


def test_without_a_network_there_is_a_failure_but_no_fault():
    bench = Bench()
    bench.dbm = None
    bench.until(lambda: bench.radio.failure, 200)
    assert bench.radio.failure == "The modem finds no mobile network."
    assert bench.radio.fault == "" and bench.radio.signal_dbm() is None
    bench.dbm = -90
    bench.comes_up(200)
    assert bench.radio.signal_dbm() == -91


def test_no_carrier_and_no_ppp():
    bench = Bench()
    bench.chip.has_data = False
    bench.until(lambda: bench.radio.failure, 200)
    assert "no data connection (NO CARRIER)" in bench.radio.failure
    bench.chip.has_data, bench.chip.ppp = True, False
    bench.until(lambda: "PPP" in bench.radio.failure, 200)
    bench.chip.ppp = True
    bench.comes_up(300)


def test_a_tunnel_longer_than_the_networks_patience():
    bench = Bench()
    bench.comes_up()
    bench.dbm = None
    bench.run(60)
    assert bench.radio.is_up()
    bench.run(60)
    assert not bench.radio.is_up()
    bench.dbm = -80
    bench.comes_up(200)
    assert bench.chip.boots == 1
    assert bench.links == 1  # a second one would lose its interrupt when the first is collected


def test_a_network_that_still_searches_has_refused_nothing():
    bench = Bench()
    bench.chip.registration = "half"
    bench.until(lambda: bench.radio.failure, 200)
    assert bench.told == {"The modem finds no mobile network."}
    bench.chip.registration = "auto"
    bench.comes_up(200)


def test_a_silent_modem_without_a_switch_for_its_supply_is_reset_by_its_wire():
    bench = Bench(reset=True, reset_when=0)
    bench.comes_up()
    assert bench.reset.driven == 1
    bench.radio.down()
    bench.chip.silent = True
    bench.radio.up()
    bench.comes_up(240)
    assert bench.radio._modem.cycles == 1 and bench.chip.boots == 2 and bench.reset.driven == 1


@pytest.mark.parametrize("way", ["supply", "reset", "key"])
def test_a_modem_that_registers_only_after_its_power_was_taken_gets_there(way):
    """By the switch of its supply, by its reset, or by its key, as the board has it."""
    bench = Bench(supply=way == "supply", reset=way == "reset", reset_when=0)
    bench.chip.registration = "none"
    bench.until(lambda: bench.chip.boots == 2, 1200)
    bench.chip.registration = "auto"
    bench.comes_up(300)
    assert bench.radio._modem.cycles == 1 and bench.radio.failure == ""


def test_the_reset_that_the_boards_own_start_pulls_is_let_go():
    bench = Bench(reset=True)
    bench.comes_up()
    assert bench.reset.driven == 0


def test_the_modems_own_receiver_is_switched_on():
    bench = Bench(gnss=True)
    bench.comes_up()
    assert bench.chip.gnss == {"power": 1, "rate": 1, "test": 1, "nmea_on_uart": 1}
    bench.boot()
    assert bench.comes_up() < 15  # it sends READY only once


def test_a_faster_receiver_is_asked_for():
    bench = Bench(gnss=True, fast=True)
    bench.comes_up()
    assert bench.chip.gnss["rate"] == 5


def test_the_receiver_of_a_sim7600_is_switched_on_by_other_words():
    bench = Bench(gnss=True, fast=True, model="SIM7600E-H")
    bench.comes_up()
    assert bench.chip.gnss == {"power": 1, "rate": 1}
    bench.boot()
    bench.comes_up()  # +CGPS=1 is an ERROR now, and no fault
    assert bench.chip.gnss == {"power": 1, "rate": 1}
    assert bench.radio.fault == ""


def test_a_user_name_goes_to_ppp():
    bench = Bench(user="ais", password="ais")
    bench.comes_up()
    assert bench.radio._ppp.credentials == (PPP.SEC_PAP, "ais", "ais")


def test_a_driver_that_fails_does_not_stop_the_bus():
    bench = Bench()
    bench.radio._modem._power = None
    bench.run(30)
    assert "driver failed" in bench.radio.fault


def test_down_lets_the_modem_sleep_and_up_is_back_in_seconds():
    bench = Bench(dtr=True)
    bench.comes_up()
    assert not bench.radio.is_off()
    bench.radio.down()
    assert not bench.radio.is_off()  # it has to hang up first
    bench.until(bench.radio.is_off, 15)
    bench.until(lambda: bench.chip.is_asleep, 15)
    bench.run(60)
    bench.radio.up()
    assert bench.comes_up() < 10
    assert bench.chip.boots == 1 and bench.chip.doze.missed == 0


@pytest.mark.parametrize(("gnss", "dtr"), [(True, True), (False, False)])
def test_a_modem_that_is_the_receiver_or_has_no_dtr_stays_awake(gnss, dtr):
    bench = Bench(gnss=gnss, dtr=dtr)
    bench.comes_up()
    bench.radio.down()
    bench.until(bench.radio.is_off, 15)
    bench.run(30)
    assert not bench.chip.is_asleep
    bench.radio.up()
    bench.comes_up(30)


def test_a_board_that_restarts_finds_a_modem_that_sleeps():
    bench = Bench(dtr=True)
    bench.comes_up()
    bench.radio.down()
    bench.until(lambda: bench.chip.is_asleep, 30)
    bench.boot()
    assert bench.comes_up() < 30


def test_a_modem_that_hangs_when_it_should_sleep_is_woken_all_the_same():
    bench = Bench(dtr=True, supply=True)
    bench.comes_up()
    bench.chip.silent = True
    bench.radio.down()
    bench.until(bench.radio.is_off, 30)
    bench.radio.up()
    bench.comes_up(400)

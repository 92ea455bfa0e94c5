"""The simulated board: the same parts as the real one, and what each fault does to them."""

import ast

import pytest
from vm import ROOT

from firmware import BUILT
from firmware.config.load import defaults
from firmware.gnss.date import days_since_1970
from sim.bus.board import SimBoard
from sim.bus.faults import Faults
from sim.bus.plain_radio import SimRadio
from sim.bus.rig import Rig
from sim.wires.flash import Flash
from sim.wires.nvs import NVS
from sim.world.world import World


class Workbench:
    """A board whose world and clock the test moves by hand."""

    def __init__(self, **inputs):
        self.now_ms = 0
        self.world = World()
        config = defaults()
        config["inputs"].update(inputs)
        self.faults = Faults()
        self.radio = SimRadio(self.world, self.clock)
        self.board = SimBoard(
            config, self.world, self.clock, Flash(16), NVS(), self.radio, None,
            faults=self.faults,
        )  # fmt: skip

    def clock(self):
        return self.now_ms

    def looks(self, ms=100):
        self.now_ms += ms
        self.world.advance(self.now_ms)
        self.board.refresh()

    def seats(self):
        """-> (taken, unbuckled) seats, as the contacts read."""
        self.looks()
        levels = 0
        for number, expander in enumerate(self.board.seats.banks):
            levels |= self.read(expander) << 14 * number
        seats = range(1, 41)
        taken = [seat for seat in seats if levels >> 2 * (seat - 1) & 1]
        return taken, [seat for seat in taken if levels >> 2 * (seat - 1) & 2]

    @staticmethod
    def read(expander):
        try:
            return expander.read()
        except OSError:  # its first read sets it up
            return expander.read()


@pytest.fixture
def bench():
    return Workbench()


def test_it_has_the_parts_of_the_real_board(bench):
    sources = (("board.py", "self"), ("wire.py", "board"))
    parts = {
        node.attr
        for file, owner in sources
        for node in ast.walk(ast.parse((ROOT / "drivers" / "board" / file).read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == owner
        and not node.attr.startswith("_")
    } - {"inputs"}  # pins whose pull-ups light sleep may take: the board's own business
    assert len(parts) > 20
    for part in parts:
        assert hasattr(bench.board, part), part
        real = type(getattr(bench.board, part)).__module__
        if part not in (
            "watchdog",
            "radio",
            "dialer",
            "accelerometer",
            "files",
            "cabin",
            "backup",
            "switches",
            "reset_cause",
            "entropy",
            "slots",
            "board_name",
            "mpy",
            "mpython",
            "errors",
            "reset",
            "presence",
        ):
            assert real.startswith("drivers."), f"{part} is not the real driver"


def test_switches_follow_the_world(bench):
    world, board = bench.world, bench.board
    for part, attribute in (
        ("ignition", "ignition"),
        ("front_door", "front_door_open"),
        ("emergency_door", "emergency_door_open"),
        ("check_button", "check_button_pressed"),
        ("sos_button", "sos_button_pressed"),
    ):
        for state in (True, False):
            setattr(world, attribute, state)
            bench.looks()
            assert getattr(board, part).read() is state


def test_a_cut_switch_wire_reads_what_calls_for_attention(bench):
    bench.world.ignition = bench.world.check_button_pressed = True
    for part, reads in (("ignition", False), ("front_door", True), ("check_button", False)):
        bench.faults.cut_wire(part)
        bench.looks()
        assert getattr(bench.board, part).read() is reads
        bench.faults.mend_switch(part)
        bench.looks()
        assert getattr(bench.board, part).read() is not reads


def test_inputs_that_are_fitted_follow_the_world_and_cut_they_say_what_asks_for_attention():
    bench = Workbench(check_button_2=True, here=True, driver_seat=True, presence=2)
    world, board = bench.world, bench.board
    parts = {
        "check_button_2": (board.check_button_2, "check_button_pressed", True),
        "here_button": (board.here_button, "here_button_pressed", False),
        "driver_seat": (board.driver_seat, "driver_seated", False),
    }
    bench.looks()
    board.switches.refresh()  # the first read sets the expander up
    for name, (part, attribute, cut) in parts.items():
        for state in (True, False):
            setattr(world, attribute, state)
            bench.looks()
            assert board.switches.refresh() and part.read() is state, name
        setattr(world, attribute, not cut)
        bench.faults.cut_wire(name)
        bench.looks()
        assert board.switches.refresh() and part.read() is cut, name
        bench.faults.mend_switch(name)
        setattr(world, attribute, False)
    for _ in range(8):
        bench.looks(10_000)  # both have seen the press, and a PIR warms up
    world.presence[1] = True
    bench.looks()
    assert board.switches.refresh() and [part.read() for part in board.presence] == [False, True]
    bench.faults.cut_wire("presence_1")
    bench.looks()
    assert board.switches.refresh() and board.presence[0].read() is True, "it never rests"


def test_what_is_not_fitted_is_no_part(bench):
    board = Workbench(front_door=False).board
    assert (board.front_door, board.here_button, board.presence) == (None, None, [])
    assert bench.board.switches is None


def test_a_stuck_switch_stays_as_it_is(bench):
    bench.faults.stick_switch("front_door", closed=True)
    bench.world.front_door_open = True
    bench.looks()
    assert bench.board.front_door.read() is False


def test_seats_and_belts_reach_the_expanders(bench):
    for seat in (1, 7, 8, 40):
        bench.world.sit(seat)
    bench.world.buckle(7)
    bench.world.buckle(40)
    assert bench.seats() == ([1, 7, 8, 40], [1, 8])


def test_seat_faults(bench):
    bench.world.sit(3)
    bench.world.buckle(3)
    bench.faults.cut_seat(10)
    bench.faults.cut_belt(3)
    bench.faults.stick_seat(20, taken=True)
    assert bench.seats() == ([3, 10, 20], [3, 10, 20])
    bench.faults.stick_seat(3, taken=False)
    for seat in (10, 20):
        bench.faults.mend_seat(seat)
    assert bench.seats() == ([], [])


def test_a_silent_expander_does_not_answer_until_it_is_revived(bench):
    bench.seats()
    bench.faults.silence_expander(2)
    bench.looks()
    for _ in range(3):
        with pytest.raises(OSError):
            bench.board.seats.banks[2].read()
    bench.faults.revive_expander(2)
    assert bench.seats() == ([], [])


def test_outputs_are_heard_pulsing_or_not_unless_their_wire_is_cut(bench):
    bench.board.horn.set(True)
    bench.looks()
    bench.board.horn.set(False)
    bench.looks(2000)
    assert bench.board.sounds("horn") and bench.world.horn_sounds
    bench.looks(1000)
    assert not bench.board.sounds("horn")
    bench.faults.cut_wire("horn")
    bench.looks()
    bench.board.horn.set(True)
    bench.looks()
    assert not bench.world.horn_sounds


def test_the_supply_is_read_through_divider_and_adc(bench):
    assert abs(bench.board.supply.read_mv() - 12_600) < 60
    bench.world.supply_mv = 9_800
    assert abs(bench.board.supply.read_mv() - 9_800) < 60


def test_the_modem_attaches_after_a_while_and_notices_the_loss_later(bench):
    radio = bench.radio
    radio.up()
    assert not radio.is_up() and radio.signal_dbm() is None
    bench.looks(2500)
    assert radio.is_up() and radio.signal_dbm() == -65
    bench.world.signal_dbm = None
    bench.looks(3900)
    assert radio.is_up()
    bench.looks(100)
    assert not radio.is_up()
    bench.world.signal_dbm = -80
    bench.looks(2000)
    assert not radio.is_up()
    bench.looks(500)
    assert radio.is_up()
    radio.down()
    assert not radio.is_up()


# the bus whole


def test_the_receiver_starts_hot_after_a_power_cut():
    rig = Rig()
    rig.run_until(20_000)
    assert rig.bus.snapshot.gnss.lat_e7 is None  # a cold start takes half a minute
    rig.run_until(40_000)
    assert rig.bus.snapshot.gnss.lat_e7 is not None
    rig.power_cut()
    rig.run_for(10_000)
    rig.power_on()
    rig.run_for(900)
    assert rig.bus.snapshot.gnss.lat_e7 is None
    rig.run_for(4100)
    assert rig.bus.snapshot.gnss.lat_e7 is not None


def test_flash_and_numbers_survive_a_power_cut_and_time_starts_at_zero():
    rig = Rig()
    rig.run_until(60_000)
    epoch, seq = rig.bus.journal.epoch, rig.bus.journal.next_seq
    rig.power_cut()
    with pytest.raises(AssertionError):
        rig.bus.tick(0)
    rig.run_for(30_000)
    rig.power_on()
    assert rig.vehicle.firmware_ms == 0 and rig.now_ms == 90_000
    rig.run_for(1000)
    assert (rig.bus.journal.epoch, rig.vehicle.boots) == (epoch, 2)
    assert rig.bus.journal.next_seq > seq


def test_what_was_still_on_its_way_is_gone_with_the_power():
    rig = Rig()
    rig.run_until(60_000)
    rig.network.delay_ms = 9000
    arrived, sent = len(rig.peer.city), rig.bus.uplink.outgoing.sent
    while rig.bus.uplink.outgoing.sent == sent:
        rig.run_for(1000)
    rig.power_cut()
    rig.run_for(20_000)
    assert len(rig.peer.city) == arrived


def test_a_power_cut_can_hit_the_very_first_write():
    flash = Flash(64)
    power = flash.power

    def only_for_a_moment():
        power()
        flash.cut(after=0, tear=1)
        flash.power = power

    flash.power = only_for_a_moment
    rig = Rig(flash=flash)
    assert rig.vehicle.bus is None
    rig.run_for(1000)
    rig.power_on()
    rig.run_until(60_000)
    rig.drain()
    assert (rig.vehicle.boots, rig.missing()) == (1, 0)
    assert rig.account.confirmed


def test_a_lilygo_measures_its_battery_while_it_lives_on_it():
    config = defaults()
    config["board"], config["backup"]["fitted"] = "lilygo_a7670", True
    world = World()
    board = SimBoard(config, world, lambda: 0, Flash(16), NVS(), None, None)
    world.backup_mv = 3700
    assert abs(board.backup.read_mv() - 4900) < 30  # the charger's voltage, which says nothing
    world.supply_mv = 0
    assert abs(board.backup.read_mv() - 3700) < 30


def test_what_comes_over_the_uart_while_it_sleeps_is_lost(bench):
    board = bench.board
    board.sleep(1000)
    board.uart.transmit(b"$GPRMC,", 0)
    bench.now_ms = 1000
    board.wake()
    assert board.uart.any() == 0 and board.wakes_ms is None


def test_the_clock_of_a_board_begins_late_enough_for_tls_and_then_follows_gnss():
    rig = Rig()
    built_s = days_since_1970(*BUILT) * 86400
    assert rig.vehicle.board.utc_s == built_s
    rig.run_for(60_000)
    told_s = (rig.world.start_utc_ms + rig.now_ms) // 1000
    assert abs(rig.vehicle.board.utc_s - told_s) <= 60
    for _ in range(2):  # a date far ahead is kept once two starts have heard it
        rig.run_for(60_000)
        rig.power_cut()
        rig.run_for(1000)
        rig.power_on()
    assert rig.vehicle.board.utc_s > built_s + 86400, "the time is kept"
    assert rig.bus.snapshot.utc_ms is None, "events do not go by it"
    earliest_s = rig.bus.earliest.utc_ms(rig.vehicle.firmware_ms) // 1000
    assert abs(earliest_s - rig.vehicle.board.utc_s) <= 1, "the end of a command does"

"""The whole bus on hand-set parts and a NOR flash: one tick in the order of the arrows."""

import json

from nor import Flash, drain, entropy
from parts import Chip, Nvs, Output

from drivers.seat_inputs import SeatInputs
from firmware import bus as bus_module
from firmware.bus import Bus
from firmware.config import defaults, parse
from firmware.journal import ALARM, TRACK

MINUTE = 60000


class Switch:
    def __init__(self):
        self.on = False

    def read(self):
        return self.on


class Gnss:
    """Silent until it is given something to say."""

    def turn(self, now_ms, sentences):
        pass

    def __init__(self):
        self.said = b""

    def readinto(self, buf):
        n = min(len(buf), len(self.said))
        buf[:n] = self.said[:n]
        self.said = self.said[n:]
        return n


class Supply:
    dead = False

    def read_mv(self):
        if self.dead:
            raise OSError(5)
        return 12600


class Radio:
    name = "wifi"
    fault = failure = ""

    def turn(self, now_ms):
        pass

    def up(self):
        pass

    def down(self):
        pass

    def is_up(self):
        return False

    def signal_dbm(self):
        return None


class Dialer:
    def start(self, connect):
        raise AssertionError("nobody dials without a radio")


class Watchdog:
    fed = 0

    def feed(self):
        self.fed += 1


class Parts:
    """One board; `flash` and `nvs` outlive it."""

    def __init__(self, flash, nvs, reset_cause="power_on"):
        self.seats = SeatInputs()
        for number in range(1, 7):
            self.seats.add([Chip()], "expander %d" % number)
        self.switches = None
        for name in ("ignition", "front_door", "emergency_door", "check_button", "sos_button"):
            setattr(self, name, Switch())
        self.buzzer, self.lamp, self.horn = Output(), Output(), Output()
        self.gnss = Gnss()
        self.supply = Supply()
        self.backup = None
        self.cabin = None
        self.accelerometer = None
        self.flash = flash
        self.nvs = nvs
        self.files = None
        self.radio = Radio()
        self.dialer = Dialer()
        self.watchdog = Watchdog()
        self.reset_cause = reset_cause
        self.entropy = entropy


class Bench:
    """A bus that is ticked when it wants to be."""

    def __init__(self, config=None, errors=(), checked=True):
        self.flash = Flash(64)
        self.nvs = Nvs({"unchecked": 0} if checked else {})
        self.config = config or defaults()
        self.start(errors)

    def start(self, errors=(), reset_cause="power_on", start="normal", crash=None):
        self.parts = Parts(self.flash, self.nvs, reset_cause)
        self.now_ms = 0
        self.bus = Bus(self.config, self.parts, 0, errors, start, crash)

    def waits(self, ms):
        end = self.now_ms + ms
        while self.bus.next_tick_ms <= end:
            self.now_ms = self.bus.next_tick_ms
            self.bus.tick(self.now_ms)
            self.bus.turn(self.now_ms)
        self.now_ms = end

    def sits(self, seat, sitting=True):
        expander, pin = divmod(2 * (seat - 1), 14)
        chip = self.parts.seats.banks[expander]
        chip.word = chip.word | 1 << pin if sitting else chip.word & ~(1 << pin)

    def presses(self):
        self.parts.check_button.on = True
        self.waits(300)
        self.parts.check_button.on = False
        self.waits(300)

    def parks_with(self, *seats):
        """Ignition on and off again, with these seats taken."""
        for seat in seats:
            self.sits(seat)
        self.parts.ignition.on = True
        self.waits(3000)
        self.parts.ignition.on = False
        self.waits(1000)

    def says_once_a_second(self, ms):
        for _ in range(ms // 1000):
            self.parts.gnss.said = b"$GPRMC,,V,,,,,,,,,,N*53\r\n"
            self.waits(1000)

    def events(self, lane=ALARM):
        found = []
        for _, kind, payload in drain(self.bus.journal, lane):
            if kind == 1:
                found.append(json.loads(b"{" + payload))
        return found

    def told(self, kind):
        return [event["state"] for event in self.events() if event["kind"] == kind]


def test_a_start_is_an_event_and_an_odd_one_a_warning():
    bench = Bench()
    bench.waits(1000)
    started = [event for event in bench.events(TRACK) if event["kind"] == "started"]
    assert started[0]["data"]["boot"] == 1
    assert started[0]["severity"] == "info"
    bench.start(reset_cause="watchdog")
    bench.waits(1000)
    assert bench.events()[0]["kind"] == "started"
    assert bench.events()[0]["data"] == {
        "boot": 2,
        "reset": "watchdog",
        "start": "normal",
        "fw": "0.1.0",
    }
    assert bench.events()[0]["severity"] == "warning"


def test_p7_a_bad_config_runs_on_defaults_and_is_told():
    config, errors = parse('{"rules": {"overspeed_kmh": 900}, "nonsense": 1}')
    bench = Bench(config, errors)
    bench.waits(1000)
    faults = [event for event in bench.events() if event["kind"] == "fault"]
    assert [fault["data"]["what"] for fault in faults] == ["config", "config"]
    assert "overspeed_kmh is 900" in faults[0]["data"]["text"] + faults[1]["data"]["text"]
    assert bench.parts.watchdog.fed > 0


def test_a_child_left_behind_is_confirmed_and_heard():
    bench = Bench()
    bench.parks_with(7)
    assert not bench.parts.horn.on
    bench.waits(3 * MINUTE)
    assert bench.told("child_left_behind") == ["raised"]
    bench.waits(1000)
    assert bench.bus.warnings.level == 5
    bench.presses()
    assert bench.told("child_left_behind") == ["raised"]
    bench.sits(7, False)
    bench.waits(2000)
    assert bench.told("child_left_behind") == ["raised", "cleared"]
    assert bench.bus.snapshot.phase == "parked"
    assert bench.parts.horn.on is False


def test_p6_the_alarm_outlives_a_reset():
    bench = Bench()
    bench.parks_with(7)
    bench.waits(3 * MINUTE)
    bench.start()
    bench.sits(7)
    bench.waits(3000)
    assert bench.told("child_left_behind") == ["raised", "raised"]
    assert bench.bus.warnings.level == 5


def test_p6_a_reset_in_the_first_minute_of_a_check_alarms_at_once():
    bench = Bench()
    bench.parks_with(7)
    bench.waits(20000)
    bench.start()
    bench.sits(7)
    bench.waits(3000)
    assert bench.told("child_left_behind") == ["raised"]


def test_p5_a_silent_expander_is_told_and_its_seats_count_as_taken():
    bench = Bench()
    bench.parks_with()
    bench.parts.seats.banks[2].dead = True
    bench.waits(3 * MINUTE)
    silent = [event for event in bench.events() if event["kind"] == "sensor_silent"]
    assert {"expander 3", "gnss"} == {event["data"]["sensor"] for event in silent}
    left = [event for event in bench.events() if event["kind"] == "child_left_behind"]
    assert left[0]["data"]["unknown"] == list(range(15, 22))


def test_every_part_silent_and_the_tick_goes_on():
    bench = Bench()
    for chip in bench.parts.seats.banks:
        chip.dead = True
    bench.parts.supply.dead = True
    bench.parks_with()
    bench.waits(10000)
    assert bench.bus.snapshot.unknown == list(range(1, 41))
    assert bench.bus.snapshot.supply_mv is None
    assert bench.parts.watchdog.fed > 100
    assert bench.told("sensor_silent").count("raised") == 8


def test_a_rule_that_raises_is_told_once_and_the_others_go_on():
    class Broken:
        kind = "broken"
        warning = 0

        def __init__(self, config):
            pass

        def judge(self, s):
            raise KeyError("belt")

    rules = bus_module.RULES
    bus_module.RULES = (Broken,) + rules
    try:
        bench = Bench()
    finally:
        bus_module.RULES = rules
    bench.parks_with(7)
    bench.waits(3 * MINUTE)
    faults = [event for event in bench.events() if event["kind"] == "fault"]
    assert [fault["data"]["what"] for fault in faults] == ["broken"]
    assert "belt" in faults[0]["data"]["text"]
    assert bench.told("child_left_behind") == ["raised"]


def test_a_rule_that_is_switched_off_is_silent_and_stands_in_the_status():
    config, errors = parse('{"rules": {"disabled": ["supply", "check_button_missed"]}}')
    assert not errors
    bench = Bench(config)
    bench.parks_with()
    bench.waits(4 * MINUTE)
    assert bench.told("check_button_missed") == []
    status = json.loads(bench.bus._status())
    assert status["disabled"] == ["check_button_missed", "supply"]


def test_only_a_completed_tick_feeds_the_watchdog():
    bench = Bench()
    bench.waits(1000)
    fed = bench.parts.watchdog.fed
    bench.parts.horn = None
    bench.bus.senses = None  # a defect that nothing catches
    try:
        bench.bus.tick(bench.now_ms)
        raised = False
    except AttributeError:
        raised = True
    assert raised
    assert bench.parts.watchdog.fed == fed


def test_a_quiet_parked_bus_ticks_once_a_second_and_wakes_for_the_ignition():
    bench = Bench()
    bench.says_once_a_second(5000)
    fed = bench.parts.watchdog.fed
    bench.says_once_a_second(20000)
    assert bench.parts.watchdog.fed - fed == 20
    bench.parts.ignition.on = True
    bench.waits(1500)
    assert bench.bus.snapshot.phase == "boarding"
    fed = bench.parts.watchdog.fed
    bench.waits(5000)
    assert bench.parts.watchdog.fed - fed == 50


def test_the_journal_tidies_up_right_behind_a_tick_and_not_before_the_next():
    """An erase takes 45 ms, and an acknowledgement that allows it comes at any time. P4."""
    bench = Bench()
    bench.parts.ignition.on = True
    bench.waits(2000)
    at_ms = []
    bench.bus.journal.housekeep = at_ms.append
    for now_ms in range(2005, 3005, 5):
        if now_ms >= bench.bus.next_tick_ms:
            bench.bus.tick(now_ms)
        bench.bus.turn(now_ms)
    assert at_ms == list(range(2100, 3100, 100))


def test_a_backup_that_cannot_be_read_does_not_stop_the_tick():
    bench = Bench()
    bench.waits(2000)
    bench.parts.supply.read_mv = lambda: 0
    bench.parts.backup = Supply()
    bench.waits(2000)
    assert bench.bus.snapshot.backup_mv == 12600
    bench.parts.backup.dead = True
    fed = bench.parts.watchdog.fed
    bench.waits(2000)
    assert bench.bus.snapshot.backup_mv is None
    assert bench.parts.watchdog.fed > fed


def test_after_a_start_no_tick_waits_for_an_erase():
    bench = Bench()
    bench.waits(1000)
    bench.start(reset_cause="watchdog")
    bench.parts.ignition.on = True
    bench.flash.reset_counts()
    while bench.now_ms < 5000:
        erases = bench.flash.erases
        bench.now_ms = bench.bus.next_tick_ms
        bench.bus.tick(bench.now_ms)
        assert bench.flash.erases == erases, bench.now_ms
        bench.bus.turn(bench.now_ms)
    assert bench.flash.programs > 0


def test_the_flash_that_refuses_does_not_stop_the_horn():
    bench = Bench()
    bench.waits(1000)
    bench.bus.journal.append = _refuse
    bench.parks_with(7)
    bench.waits(3 * MINUTE)
    assert bench.bus.warnings.level == 5
    assert bench.parts.watchdog.fed > 1000


def _refuse(lane, kind, payload):
    raise OSError(5)


def test_the_check_button_held_at_power_on_begins_service():
    bench = Bench()
    bench.parts.check_button.on = True
    bench.waits(4000)
    bench.parts.check_button.on = False
    bench.waits(1000)
    assert bench.bus.snapshot.mode == "service"
    assert bench.told("service_mode") == ["raised"]


def test_a_bus_that_was_in_use_or_reset_itself_takes_no_service_from_the_button():
    for checked, reset_cause in ((False, "power_on"), (True, "watchdog")):
        bench = Bench(checked=checked)
        bench.start(reset_cause=reset_cause)
        bench.parts.check_button.on = True
        bench.waits(4000)
        bench.parts.check_button.on = False
        bench.waits(1000)
        assert bench.bus.snapshot.mode == "normal", (checked, reset_cause)


def test_what_a_crash_loop_led_to_is_told():
    bench = Bench()
    bench.start(start="safe", crash="MemoryError()")
    bench.waits(1000)
    started, crash = bench.events()[:2]
    assert (started["kind"], started["severity"]) == ("started", "warning")
    assert started["data"]["start"] == "safe"
    assert (crash["kind"], crash["data"]) == ("fault", {"what": "crash", "text": "MemoryError()"})

"""When the state goes out: at once when something changes, else every 10 or 60 s."""

import json

from parts import Nvs, put, snapshot
from recording import recording

from firmware.config.load import defaults
from firmware.memory import Memory
from firmware.rules.engine import RuleEngine
from firmware.startup import Startup
from firmware.trip.sleep import AWAKE, LEAVING
from firmware.uplink.state_publisher import StatePublisher


class Journal:
    epoch = "9f3a21c4"
    opened = 1

    def backlog(self, lane):
        return (3, 40, 200)[lane]


class Outage:
    is_on = False


class Policy:
    hash = "a1b2c3d4"


class Slots:
    release = "2c26b46b68ffc68f"
    is_trial = True


class Parts:
    slots = None
    board_name = "devkit_wrover"
    mpython = "1.29.0"


class Sleeping:
    state = AWAKE
    is_renewing = False
    next_s = 900
    said_ms = None

    def said(self, now_ms):
        self.said_ms = now_ms


class Bench:
    """An uplink that takes what is offered, unless it is `full`."""

    def __init__(self, **readings):
        self.s = snapshot(**readings)
        self.sleeping = Sleeping()
        self.full = False
        self.states = []
        self.now_ms = 0
        startup = Startup(Memory(Nvs({"boot": 16})), "power_on", "normal")
        recorder = recording()[1]
        engine = RuleEngine(recorder, dict(defaults()["rules"], disabled=["supply"]))
        self.journal, self.outage, self.parts = Journal(), Outage(), Parts()
        self.renewed = 0
        self.publisher = StatePublisher(
            defaults(), startup, self.s, self.journal, self.outage, recorder, Policy(), engine,
            self.sleeping, self.parts,
        )  # fmt: skip

    def takes(self, name):
        return name == "state" and not self.full

    def renew_status(self):
        self.renewed += 1

    def offer(self, name, payload):
        self.states.append(json.loads(payload))

    def turns(self, ms=100):
        """-> how many states went out."""
        before = len(self.states)
        for _ in range(ms // 100):
            self.now_ms += 100
            self.publisher.turn(self.now_ms, self)
        return len(self.states) - before


def test_a_bus_in_use_reports_every_ten_seconds_and_a_parked_one_every_minute():
    for phase, seconds, early_ms in (("driving", 10, 500), ("parked", 60, 1000)):
        bench = Bench(phase=phase)
        assert bench.turns() == 1, "the first at once"
        assert bench.turns(seconds * 1000 - early_ms - 100) == 0
        assert bench.turns() == 1, "before the promise is over"
        assert bench.turns(10 * (seconds * 1000 - early_ms)) == 10
        assert bench.states[-1]["next_s"] == seconds
        assert bench.states[-1]["backlog"] == {"alarm": 3, "warning": 40, "track": 200}


def test_what_changes_on_a_map_goes_out_at_once_and_once():
    for name, value in (
        ("phase", "driving"),
        ("mode", "drill"),
        ("front_door", True),
        ("emergency_door", True),
        ("seat_changes", 9),
    ):
        bench = Bench()
        bench.turns()
        assert bench.turns() == 0
        put(bench.s, name, value)
        assert bench.turns() == 1, name
        assert bench.turns(5000) == 0, name


def test_what_the_uplink_does_not_take_is_never_queued():
    bench = Bench()
    bench.full = True
    assert bench.turns(100000) == 0
    bench.s.trip.phase = "driving"
    bench.full = False
    assert bench.turns() == 1
    assert bench.states[-1]["phase"] == "driving"
    assert bench.turns(5000) == 0


def test_before_it_sleeps_the_bus_promises_when_it_is_back():
    bench = Bench()
    bench.turns()
    bench.sleeping.state = LEAVING
    assert bench.turns() == 1
    assert bench.states[-1]["next_s"] == 900
    assert bench.sleeping.said_ms == bench.now_ms
    assert bench.turns(120000) == 0
    bench.sleeping.state = AWAKE
    assert bench.turns() == 1
    assert bench.states[-1]["next_s"] == 60


def test_a_bus_that_only_renews_its_promise_sends_the_new_promise_and_nothing_before():
    bench = Bench()
    bench.turns()
    for _ in range(3):
        bench.sleeping.state = LEAVING
        assert bench.turns() == 1 and bench.states[-1]["next_s"] == 900
        bench.sleeping.state, bench.sleeping.is_renewing = AWAKE, True
        assert bench.turns(850000) == 0
    assert bench.turns(48900) == 0
    assert bench.turns() == 1, "that promise is nearly over, and the bus cannot sleep"
    assert bench.states[-1]["next_s"] == 60
    assert bench.turns(58900) == 0
    assert bench.turns() == 1 and bench.states[-1]["next_s"] == 60


def test_what_changes_while_the_promise_is_renewed_goes_out_at_once():
    bench = Bench()
    bench.turns()
    bench.sleeping.state = LEAVING
    bench.turns()
    bench.sleeping.state, bench.sleeping.is_renewing = AWAKE, True
    assert bench.turns(60000) == 0
    bench.s.vehicle.front_door = True
    assert bench.turns() == 1 and bench.states[-1]["next_s"] == 60
    bench.sleeping.is_renewing = False
    assert bench.turns(60000) == 1


def test_a_state_without_a_time_says_which_start_it_is_of():
    bench = Bench(now_ms=2400)
    bench.turns()
    assert (bench.states[0]["at"], bench.states[0]["boot"]) == (None, 17)
    assert bench.states[0]["up_ms"] == 2400


def test_the_status_says_what_runs_here():
    status = json.loads(Bench(utc_ms=1795306323400).publisher.status())
    assert (status["online"], status["epoch"], status["boot"]) == (True, "9f3a21c4", 17)
    assert (status["reset"], status["start"], status["policy"]) == (
        "power_on",
        "normal",
        "a1b2c3d4",
    )
    assert status["disabled"] == ["supply"]
    assert status["sleep_s"] == defaults()["sleep"]["wake_s"]
    assert (status["board"], status["mpython"]) == ("devkit_wrover", "1.29.0")
    assert status["release"] is None and "trial" not in status


def test_the_status_says_which_release_runs_and_that_it_is_on_trial():
    bench = Bench()
    bench.parts.slots = Slots()
    status = json.loads(bench.publisher.status())
    assert (status["release"], status["trial"]) == ("2c26b46b68ffc68f", True)


def test_the_status_goes_out_again_when_the_journal_is_another_or_cannot_be_read():
    bench = Bench()
    bench.turns(1000)
    assert bench.renewed == 1
    bench.journal.opened = 2
    bench.turns(1000)
    assert bench.renewed == 2
    for is_on, word in ((True, "refused"), (False, "ok")):
        bench.outage.is_on = is_on
        before = bench.renewed
        bench.turns(1000)
        assert bench.renewed == before + 1
        assert json.loads(bench.publisher.status())["journal"] == word

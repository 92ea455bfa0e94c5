"""Wires that say what cannot be, at their boundaries: one below, at, one above."""

from parts import put, snapshot

from firmware.config.load import defaults
from firmware.trip.wires import Wires


class Bench:
    def __init__(self, backup=False, **readings):
        config = defaults()
        config["backup"]["fitted"] = backup
        self.config = config
        self.wires = Wires(config)
        self.s = snapshot(**readings)

    def runs(self, ms=100, **readings):
        """-> the names of what is faulty."""
        for name, value in readings.items():
            put(self.s, name, value)
        for _ in range(ms // 100):
            self.s.now_ms += 100
            assert self.wires.update(self.s) == ()
        return self.s.trip.faulty


def test_a_door_that_is_open_through_three_minutes_of_driving_is_a_torn_wire():
    for door in ("front_door", "emergency_door"):
        bench = Bench()
        bench.runs(phase="driving", **{door: True})
        assert bench.runs(100000) == []
        assert bench.runs(600000, phase="boarding") == []
        assert bench.runs(79800, phase="driving") == []
        assert bench.runs() == [door]
        assert bench.runs(1000, **{door: None}) == [door]
        assert bench.runs(**{door: False}) == []
        assert bench.runs(179900, **{door: True}) == []
        assert bench.runs() == [door]


def test_a_door_that_was_shut_in_between_is_no_torn_wire():
    bench = Bench(phase="driving", front_door=True)
    bench.runs(170000)
    bench.runs(front_door=False)
    assert bench.runs(170000, front_door=True) == []


def test_a_board_without_a_backup_that_lives_has_a_supply():
    bench = Bench(supply_mv=5999)
    assert bench.runs(30000) == []
    assert bench.runs() == ["supply"]
    assert bench.runs(1000, supply_mv=None) == ["supply"]
    assert bench.runs(supply_mv=6000) == []
    assert bench.runs(60000, supply_mv=None) == []


def test_a_board_with_a_backup_may_live_on_it():
    assert Bench(backup=True, supply_mv=0).runs(600000) == []


def test_limits_of_the_policy():
    bench = Bench(supply_mv=5000, ignition=False)
    bench.wires.on_thresholds(dict(bench.config["rules"], supply_cut_mv=4000, sos_s=5))
    assert bench.runs(60000) == []
    bench.runs(ignition_off_ms=0, sos_button=False)
    bench.runs(5000, sos_button=True)
    assert bench.s.trip.called is False
    bench.runs()
    assert bench.s.trip.called is True


def test_who_calls_the_city_with_the_check_open_and_nobody_in_question_cannot_press():
    bench = Bench(checked=False, ignition_off_ms=1000)
    bench.runs(sos_button=False)
    assert bench.runs(2000, sos_button=True) == []
    assert bench.runs() == ["check_button"]
    assert bench.s.trip.called is True
    bench.runs(1000, sos_button=False)
    assert bench.s.trip.called is True
    assert bench.runs(ignition_off_ms=None) == ["check_button"], "until it was pressed"
    assert bench.s.trip.called is False, "for one check"
    assert bench.runs(ignition_off_ms=0, check_press_ms=1000) == []


def test_a_call_ends_no_check_while_a_child_may_be_on_board_after_the_walk_or_in_a_drill():
    for readings in (
        {"sitting": [3]},
        {"unknown": [3]},
        {"loose": [3]},
        {"checked": True},
        {"exercise": True},
    ):
        bench = Bench(ignition_off_ms=1000, sos_button=False, **readings)
        bench.runs()
        assert bench.runs(5000, sos_button=True) == []
        assert bench.s.trip.called is False


def test_an_sos_contact_that_was_closed_before_the_check_is_no_call():
    bench = Bench(checked=True, ignition_off_ms=None)
    bench.runs(sos_button=False)
    bench.runs(5000, sos_button=True)
    assert bench.runs(60000, checked=False, ignition_off_ms=0) == []
    bench.runs(1000, sos_button=None)
    assert bench.runs(5000, sos_button=True) == [], "it was not seen released"
    assert bench.s.trip.called is False
    bench.runs(sos_button=False)
    assert bench.runs(5000, sos_button=True) == ["check_button"]


def test_an_sos_contact_that_gets_stuck_takes_its_call_back():
    bench = Bench(checked=False, ignition_off_ms=0)
    bench.runs(sos_button=False)
    assert bench.runs(30000, sos_button=True) == ["check_button"]
    bench.s.vehicle.failing = ["sos_button"]
    assert bench.runs() == []
    assert bench.runs(60000) == [] and bench.s.trip.called is False
    bench.s.vehicle.failing = []
    assert bench.runs(60000) == [], "only a press that begins now"
    bench.runs(sos_button=False)
    bench.runs(5000, sos_button=True)
    assert bench.s.trip.called is True

"""Service, drill, evacuation: told from start to end, ended by themselves."""

from parts import put, snapshot

from firmware.config.load import defaults
from firmware.snapshot import DRILL, EVACUATION, SERVICE
from firmware.trip.modes import Modes
from firmware.warnings import HORN, INSIDE, LAMP, PROMPT, SILENT

CONFIG = defaults()
MINUTE = 60000
KMH_8 = 2222


class Watch:
    def __init__(self, **readings):
        self.modes = Modes(CONFIG)
        self.s = snapshot(checked=True, unknown=[])
        for name, value in readings.items():
            put(self.s, name, value)

    def enter(self, mode, level=SILENT, who=None):
        self.modes.enter(mode, self.s, level, who)

    def sees(self, ms=100, **readings):
        """-> [(kind, state, data and why as one dict)] of this time."""
        for name, value in readings.items():
            put(self.s, name, value)
        told = []
        for _ in range(ms // 100):
            for event in self.modes.update(self.s):
                told.append((event.kind, event.state, dict(event.data + event.why)))
            self.s.now_ms += 100
        return told

    def states(self, ms=100, **readings):
        return [state for _, state, _ in self.sees(ms, **readings)]


def refused(watch, mode, level=SILENT):
    try:
        watch.enter(mode, level)
    except ValueError as error:
        return str(error)
    return ""


def test_nothing_asked_nothing_told():
    watch = Watch()
    assert watch.sees(MINUTE) == []
    assert (watch.s.trip.mode, watch.s.trip.exercise, watch.modes.warning) == (
        "normal",
        False,
        SILENT,
    )
    watch.modes.leave()
    assert watch.sees(MINUTE) == []


def test_service_is_told_shines_and_ends_after_30_minutes():
    watch = Watch()
    watch.enter(SERVICE)
    assert watch.sees() == [
        ("service_mode", "raised", {"lasted_s": 0, "asked_by": "command", "limit_min": 30})
    ]
    assert (watch.s.trip.mode, watch.modes.warning, watch.s.trip.exercise) == (
        "service",
        LAMP,
        False,
    )
    assert watch.sees(30 * MINUTE - 100) == []
    assert watch.sees() == [
        ("service_mode", "cleared", {"lasted_s": 1800, "ended_by": "time", "limit_min": 30})
    ]
    assert (watch.s.trip.mode, watch.modes.warning) == ("normal", SILENT)


def test_a_drive_ends_service_at_once():
    watch = Watch()
    watch.enter(SERVICE)
    watch.sees()
    assert watch.sees(MINUTE, speed_mms=KMH_8) == []
    assert watch.sees(MINUTE, speed_mms=None) == []
    ((_, state, data),) = watch.sees(100, speed_mms=KMH_8 + 1)
    assert (state, data["ended_by"]) == ("cleared", "drive")


def test_service_asked_again_lasts_longer_and_is_told():
    watch = Watch()
    watch.enter(SERVICE)
    assert watch.states(29 * MINUTE) == ["raised"]
    watch.enter(SERVICE)
    assert watch.states(30 * MINUTE) == ["updated"]
    assert watch.states() == ["cleared"]


def test_a_drill_asked_again_is_told_and_lasts_no_longer():
    watch = Watch()
    watch.enter(DRILL)
    assert watch.states(29 * MINUTE) == ["raised"]
    watch.enter(DRILL)
    assert watch.states(MINUTE) == ["updated"]
    ((_, state, data),) = watch.sees()
    assert (state, data["ended_by"], data["lasted_s"]) == ("cleared", "time", 30 * 60)


def test_a_drill_ends_when_the_bus_drives_off_and_takes_its_evacuation_along():
    watch = Watch(sitting=[3])
    watch.enter(DRILL)
    watch.enter(EVACUATION)
    watch.sees()
    assert watch.sees(MINUTE, speed_mms=KMH_8) == []
    told = watch.sees(100, speed_mms=KMH_8 + 1)
    assert [(kind, state, data["ended_by"]) for kind, state, data in told] == [
        ("drill", "cleared", "drive"),
        ("evacuation", "cleared", "drill"),
    ]


def test_service_and_drill_never_quiet_a_real_alarm():
    for mode in (SERVICE, DRILL):
        for level in (INSIDE, HORN):
            assert refused(Watch(), mode, level) == "Not while an alarm sounds in the bus."
            assert refused(Watch(exercise=True), mode, level)
            assert not refused(Watch(), EVACUATION, level)
        assert not refused(Watch(), mode, PROMPT)
        assert refused(Watch(phase="driving"), mode) == "Not while the bus drives."
    assert not refused(Watch(phase="driving"), EVACUATION)


def test_service_from_afar_needs_a_parked_checked_bus_with_every_seat_known_to_be_empty():
    for phase in ("boarding", "checking"):
        assert "parked and checked" in refused(Watch(phase=phase), SERVICE)
        assert not refused(Watch(phase=phase), DRILL)
    assert "parked and checked" in refused(Watch(checked=False), SERVICE)
    for seats in ({"sitting": [3]}, {"loose": [3]}, {"unknown": [3]}):
        assert refused(Watch(**seats), SERVICE) == "Not while a seat is taken or cannot be read."
        assert not refused(Watch(**seats), DRILL)


def test_a_technician_at_the_board_may_begin_it_whatever_the_seats_read():
    watch = Watch(sitting=[3], unknown=[5])
    assert [data["asked_by"] for _, _, data in holds_the_button(watch, 3000)] == ["button"]


def test_a_drill_marks_what_happens_from_its_first_event_to_its_last():
    watch = Watch()
    watch.enter(DRILL)
    assert watch.states() == ["raised"]
    assert (watch.s.trip.mode, watch.s.trip.exercise) == ("drill", True)
    watch.modes.leave()
    assert watch.states() == ["cleared"]
    assert (watch.s.trip.mode, watch.s.trip.exercise) == ("normal", True)
    watch.sees()
    assert not watch.s.trip.exercise


def test_an_evacuation_counts_heads_until_all_are_out():
    watch = Watch(sitting=[3, 7, 8], unknown=[8, 5])
    watch.enter(EVACUATION)
    assert watch.sees()[0][2] == {
        "seats": [3, 7, 8],
        "unknown": [5],
        "loose": [],
        "head_count": 3,
        "lasted_s": 0,
        "asked_by": "command",
        "limit_min": 60,
    }
    assert watch.modes.warning == INSIDE
    assert watch.sees(2000, sitting=[7], unknown=[5]) == []
    ((kind, state, data),) = watch.sees(100)
    assert (kind, state, data["seats"], data["head_count"]) == ("evacuation", "updated", [7], 3)
    assert watch.sees(1900, sitting=[]) == []
    assert watch.states(1000, sitting=[7]) == []
    assert watch.states(3000, sitting=[]) == ["updated"]
    assert watch.states(MINUTE) == []
    ((_, state, data),) = watch.sees(3000, unknown=[])
    assert (state, data["seats"], data["unknown"]) == ("cleared", [], [])
    assert data["ended_by"] == "empty"
    assert watch.s.trip.mode == "normal"


def test_an_evacuation_counts_persons_who_rose_behind_shut_doors():
    watch = Watch(sitting=[3], loose=[7])
    watch.enter(EVACUATION)
    data = watch.sees()[0][2]
    assert (data["seats"], data["loose"], data["head_count"]) == ([3], [7], 2)
    assert watch.states(MINUTE, sitting=[]) == ["updated"]
    assert watch.states(3000, loose=[]) == ["cleared"]


def test_an_evacuation_asked_again_keeps_its_first_count():
    watch = Watch(sitting=[3, 7], unknown=[])
    watch.enter(EVACUATION)
    watch.sees()
    watch.sees(3000, sitting=[3])
    watch.enter(EVACUATION)
    ((_, state, data),) = watch.sees()
    assert (state, data["head_count"], data["seats"]) == ("updated", 2, [3])


def test_an_evacuation_of_an_empty_bus_ends_at_once_and_of_a_blind_one_in_time():
    watch = Watch()
    watch.enter(EVACUATION)
    assert watch.states(2200) == ["raised", "cleared"]
    watch = Watch(unknown=[4])
    watch.enter(EVACUATION)
    assert watch.states(60 * MINUTE) == ["raised"]
    ((_, state, data),) = watch.sees()
    assert (state, data["unknown"], data["ended_by"]) == ("cleared", [4], "time")


def test_an_evacuation_goes_before_other_modes_and_ends_with_its_drill():
    watch = Watch()
    watch.enter(DRILL)
    watch.sees()
    watch.enter(SERVICE)
    watch.sees(MINUTE, sitting=[1])
    assert watch.s.trip.mode == "service"
    watch.enter(EVACUATION)
    watch.sees()
    assert watch.s.trip.mode == "evacuation"
    told = watch.sees(30 * MINUTE)
    assert [(kind, data["ended_by"]) for kind, _, data in told] == [
        ("drill", "time"),
        ("evacuation", "drill"),
        ("service_mode", "time"),
    ]
    watch.sees()
    assert not watch.s.trip.exercise


def test_how_long_a_mode_lasted_counts_from_its_start():
    watch = Watch()
    watch.sees(10 * MINUTE)
    watch.enter(SERVICE)
    watch.sees(MINUTE)
    watch.modes.leave()
    ((_, _, data),) = watch.sees()
    assert (data["lasted_s"], data["ended_by"]) == (60, "command")


def holds_the_button(watch, ms):
    """From its first look on, five minutes after the start of the clock."""
    watch.s.now_ms = 5 * MINUTE
    watch.modes.await_button()
    told = watch.sees(ms, check_button=True)
    return told + watch.sees(200, check_button=False)


def test_the_button_held_at_power_on_and_let_go_asks_for_service():
    told = holds_the_button(Watch(), 3000)
    assert told == [
        ("service_mode", "raised", {"lasted_s": 0, "asked_by": "button", "limit_min": 30})
    ]
    assert holds_the_button(Watch(phase="driving"), 3000) == []


def test_a_button_let_go_too_soon_or_stuck_or_pressed_later_silences_nothing():
    assert holds_the_button(Watch(), 2900) == []
    assert holds_the_button(Watch(), 20000) != []
    watch = Watch()
    assert holds_the_button(watch, 20100) == []
    assert watch.sees(5000, check_button=True) + watch.sees(5000, check_button=False) == []
    watch = Watch()
    watch.modes.await_button()
    watch.sees(200, check_button=False)
    assert watch.sees(5000, check_button=True) + watch.sees(5000, check_button=False) == []


def test_an_unknown_button_asks_for_nothing():
    watch = Watch()
    watch.modes.await_button()
    watch.sees(5000, check_button=True)
    assert watch.sees(5000, check_button=None) + watch.sees(5000, check_button=False) == []


def test_half_a_second_after_power_on_the_button_has_to_be_known():
    for unknown_ms, counts in ((500, True), (600, False)):
        watch = Watch(check_button=None)
        watch.modes.await_button()
        watch.sees(unknown_ms)
        told = watch.sees(5000, check_button=True) + watch.sees(200, check_button=False)
        assert bool(told) == counts, unknown_ms


def test_who_asked_stands_in_every_event_until_somebody_else_ends_it():
    for mode in (SERVICE, DRILL, EVACUATION):
        watch = Watch(taken=[])
        watch.enter(mode, who="somchai")
        ((_, state, told),) = watch.sees()
        assert (state, told["by"], told["asked_by"]) == ("raised", "somchai", "command"), mode
        watch.modes.leave("somsri")
        ((_, state, told),) = watch.sees()
        assert (state, told["by"], told["ended_by"]) == ("cleared", "somsri", "command"), mode
        watch.enter(mode, who="somchai")
        assert watch.sees()[0][2]["by"] == "somchai"
        (ended,) = [told for _, state, told in watch.sees(61 * MINUTE) if state == "cleared"]
        assert "by" not in ended, "it ended by itself"
        watch.enter(mode)
        assert "by" not in watch.sees()[0][2]

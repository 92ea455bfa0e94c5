"""Rules about children on board, at their boundaries: one below, at, one above."""

from watch import CONFIG, MINUTE, Watch, kmh

from firmware.messages import text
from firmware.rules.child_standing import ChildStanding
from firmware.rules.crash import Crash
from firmware.rules.emergency_door import EmergencyDoor
from firmware.rules.heat import Heat
from firmware.rules.parked_boarding import ParkedBoarding
from firmware.rules.parked_movement import ParkedMovement
from firmware.rules.sos import Sos
from firmware.warnings import CHIME, HORN, INSIDE, LAMP, PROMPT, SILENT


def rides(watch, *seats, **readings):
    """These seats are taken from now on."""
    return watch.sees(taken=list(seats), seat_changes=watch.s.seats.changes + 1, **readings)


def standing(**readings):
    watch = Watch(ChildStanding, phase="driving", speed_mms=kmh(40), **readings)
    rides(watch, 3, 7)
    return watch


def test_child_standing_after_3_s_above_20_kmh():
    watch = standing()
    assert rides(watch, 7, speed_mms=kmh(20)) == []
    assert watch.sees(MINUTE) == []
    assert watch.sees(3000, speed_mms=kmh(20) + 1) == []
    assert watch.sees() == [("raised", {"seats": [3]})]
    assert watch.rule.warning == CHIME
    assert watch.sees(MINUTE) == []
    assert [state for state, _ in rides(watch, 3, 7)] == ["cleared"]
    assert watch.rule.warning == SILENT


def test_child_standing_a_child_that_fidgets_or_changes_seats_is_found():
    watch = standing()
    rides(watch, 7)
    assert watch.sees(2800) == []
    assert rides(watch, 3, 7) == []
    assert watch.sees(MINUTE) == []
    rides(watch, 7)
    assert watch.sees(2000) == []
    assert rides(watch, 5, 7) == []
    assert watch.sees(MINUTE) == []


def test_child_standing_changing_seats_at_once_and_rising_at_a_stop_are_nothing():
    watch = standing()
    rides(watch, 3, 9)
    assert watch.sees(MINUTE) == []
    rides(watch, 3)
    assert watch.sees(2000) == []
    assert watch.sees(phase="boarding") == []
    assert watch.sees(MINUTE, phase="driving") == []


def test_child_standing_is_updated_by_a_second_and_ended_by_a_stop_but_not_a_red_light():
    watch = standing()
    rides(watch, 7)
    assert [state for state, _ in watch.sees(3100)] == ["raised"]
    rides(watch)
    assert watch.sees(3100) == [("updated", {"seats": [3, 7]})]
    assert watch.sees(MINUTE, speed_mms=0) == []
    assert watch.sees(phase="boarding") == [("cleared", {"seats": []})]
    assert watch.sees(MINUTE, phase="driving", speed_mms=kmh(40)) == []


def test_child_standing_unknown_seat_has_not_emptied_and_unknown_speed_does_nothing():
    watch = standing()
    rides(watch, 7, unknown=[3])
    assert watch.sees(MINUTE) == []
    rides(watch, 7, unknown=[], speed_mms=None)
    assert watch.sees(MINUTE) == []
    assert [data["seats"] for _, data in watch.sees(3100, speed_mms=kmh(40))] == [[3]]
    assert watch.sees(MINUTE, speed_mms=None) == []


def heads(**readings):
    return dict(taken=[3, 7], unknown=[9], taken_before=[3], unknown_before=[], **readings)


def test_crash_at_2500_mg_freezes_the_heads_of_now_and_before():
    watch = Watch(Crash, **heads(phase="driving", speed_mms=kmh(60)))
    assert watch.sees(shock_mg=2499) == []
    ((state, data),) = watch.sees(shock_mg=2500)
    assert state == "raised"
    assert str(data["shock_g"]) == "2.50"
    assert (data["seats"], data["unknown"]) == ([3, 7], [9])
    assert (data["seats_before"], data["unknown_before"]) == ([3], [])
    assert watch.events[0].severity == "alarm"
    assert watch.rule.warning == SILENT
    assert watch.sees(MINUTE, shock_mg=2500) == []
    ((state, data),) = watch.sees(shock_mg=4000, taken=[3])
    assert (state, data["seats"]) == ("updated", [3])
    assert watch.sees(shock_mg=3000, taken=[]) == []


def test_crash_ends_when_the_bus_has_driven_on_for_a_minute():
    watch = Watch(Crash, phase="driving", shock_mg=3000)
    watch.sees()
    assert watch.sees(10 * MINUTE, shock_mg=0, speed_mms=0) == []
    assert watch.sees(10 * MINUTE, shock_mg=None, speed_mms=None) == []
    assert watch.sees(MINUTE, speed_mms=2777) == []
    assert watch.sees(MINUTE, speed_mms=2778) == []
    ((state, data),) = watch.sees()
    assert (state, str(data["shock_g"])) == ("cleared", "3.00")


def test_crash_into_a_parked_empty_bus_is_a_warning():
    watch = Watch(Crash, phase="parked", shock_mg=3000)
    watch.sees()
    assert watch.events[0].severity == "warning"
    watch = Watch(Crash, phase="checking", shock_mg=3000)
    watch.sees()
    assert watch.events[0].severity == "alarm"


def test_emergency_door_is_an_alarm_at_once_unless_the_bus_is_parked_and_empty():
    for phase, sitting, severity, warning in (
        ("driving", [], "alarm", INSIDE),
        ("boarding", [3], "alarm", INSIDE),
        ("checking", [], "alarm", INSIDE),
        ("parked", [], "warning", PROMPT),
        ("parked", [3], "alarm", INSIDE),
    ):
        watch = Watch(EmergencyDoor, **heads(phase=phase, sitting=sitting, emergency_door=False))
        assert watch.sees() == []
        ((state, data),) = watch.sees(emergency_door=True)
        assert (state, data["seats"], data["seats_before"]) == ("raised", [3, 7], [3])
        assert (watch.events[0].severity, watch.rule.warning) == (severity, warning)
        assert watch.sees(MINUTE, taken=[], emergency_door=None) == []
        ((state, data),) = watch.sees(emergency_door=False)
        assert (state, data["seats"]) == ("cleared", [3, 7])
        assert watch.events[1].severity == severity
        assert watch.rule.warning == SILENT


def test_emergency_door_that_was_never_known_is_not_open():
    assert Watch(EmergencyDoor, emergency_door=None).sees(MINUTE) == []


def parked():
    watch = Watch(ParkedMovement, phase="parked", ignition_off_ms=MINUTE, checked=True)
    watch.sees(1000)
    return watch


def test_parked_movement_after_1_s():
    watch = parked()
    assert watch.sees(1000, phase="checking", sitting=[7]) == []
    assert watch.sees() == [("raised", {"seats": [7]})]
    assert watch.rule.warning == INSIDE
    assert watch.sees(MINUTE) == []
    assert watch.sees(1100, sitting=[7, 8]) == [("updated", {"seats": [7, 8]})]
    assert watch.sees(sitting=[]) == [("cleared", {"seats": []})]
    assert watch.rule.warning == SILENT
    assert watch.sees(MINUTE, sitting=[7]) == []


def test_parked_movement_only_in_a_bus_that_was_parked():
    watch = Watch(ParkedMovement, phase="checking", ignition_off_ms=0)
    assert watch.sees(MINUTE, sitting=[7]) == []
    watch = parked()
    assert watch.sees(MINUTE, phase="boarding", ignition_off_ms=None, sitting=[7]) == []


def test_parked_movement_ends_with_the_ignition_on_and_not_with_unknown():
    watch = parked()
    watch.sees(2000, phase="checking", sitting=[7])
    assert watch.sees(MINUTE, taken=[], unknown=[7]) == []
    assert [state for state, _ in watch.sees(ignition_off_ms=None)] == ["cleared"]


def test_parked_movement_is_not_told_of_children_who_board():
    watch = parked()
    assert watch.sees(MINUTE, phase="boarding", sitting=[7], alone_ms=None) == []
    assert watch.sees(MINUTE, phase="checking", alone_ms=180000) == []


def test_parked_boarding_from_the_first_child_on():
    watch = Watch(ParkedBoarding, phase="parked", ignition_off_ms=MINUTE)
    assert watch.sees(MINUTE) == []
    told = watch.sees(phase="boarding", sitting=[7], front_door=True, alone_ms=None)
    assert told == [("raised", {"seats": [7], "unknown": []})]
    assert (watch.events[0].severity, watch.rule.warning) == ("info", LAMP)
    assert dict(watch.events[0].why) == {"front_door": True, "open_limit_s": 720, "door_s": 20}
    assert watch.sees(MINUTE, sitting=[7, 8]) == []


def test_parked_boarding_says_what_ended_it():
    for ended_by, readings in (
        ("ignition", {"ignition_off_ms": None}),
        ("empty", {"phase": "parked", "sitting": []}),
        ("time", {"phase": "checking", "alone_ms": 180000}),
    ):
        watch = Watch(ParkedBoarding, phase="boarding", ignition_off_ms=MINUTE, sitting=[7])
        watch.sees()
        ((state, data),) = watch.sees(**readings)
        assert (state, data["ended_by"]) == ("cleared", ended_by)
        assert watch.rule.warning == SILENT


def test_parked_boarding_at_a_stop_with_the_engine_on_is_none_of_it():
    watch = Watch(ParkedBoarding, phase="boarding", ignition_off_ms=None, sitting=[7])
    assert watch.sees(MINUTE) == []


def test_sos_held_2_s_and_taken_back_likewise():
    watch = Watch(Sos, **heads(sos_button=True))
    assert watch.sees(2000) == []
    ((state, data),) = watch.sees()
    assert (state, data["seats"]) == ("raised", [3, 7])
    assert watch.rule.warning == SILENT
    assert watch.sees(MINUTE) == []
    assert watch.sees(MINUTE, sos_button=None) == []
    assert watch.sees(MINUTE, sos_button=True) == [], "not released in between"
    watch.sees(sos_button=False)
    assert watch.sees(2000, sos_button=True) == []
    assert watch.states() == ["cleared"]


def test_sos_a_touch_calls_nobody():
    watch = Watch(Sos)
    for _ in range(5):
        assert watch.sees(1900, sos_button=True) == []
        assert watch.sees(100, sos_button=False) == []


def hot(config=CONFIG, **readings):
    watch = Watch(Heat, config, sitting=[7], **readings)
    watch.now_ms = 10 * MINUTE
    return watch


def levels(told):
    return [(state, data["level"]) for state, data in told]


def test_heat_at_35_degrees_by_the_sensor_whatever_the_time():
    watch = hot(ignition_off_ms=0, cabin_c10=349)
    assert watch.sees() == []
    assert levels(watch.sees(cabin_c10=350)) == [("raised", "now")]
    assert watch.rule.warning == HORN
    assert watch.sees(MINUTE, cabin_c10=331) == []
    assert watch.sees(MINUTE, cabin_c10=None) == []
    assert levels(watch.sees(cabin_c10=330)) == [("cleared", None)]
    assert watch.rule.warning == SILENT


def test_heat_ahead_is_told_from_180_s_on_if_it_comes_within_10_min():
    watch = hot(ignition_off_ms=179999, cabin_c10=320)
    assert watch.sees() == []
    ((state, data),) = watch.sees(ignition_off_ms=180000)
    assert (state, data["level"], data["minutes"]) == ("raised", "ahead", 6)
    assert watch.rule.warning == INSIDE
    assert levels(watch.sees(cabin_c10=350)) == [("updated", "now")]
    # 10 min more are 5.9 degC by the curve.
    assert hot(ignition_off_ms=180000, cabin_c10=290).sees() == []
    assert levels(hot(ignition_off_ms=180000, cabin_c10=291).sees()) == [("raised", "ahead")]


def test_heat_without_a_sensor_goes_by_the_curve_from_30_degrees():
    watch = hot(ignition_off_ms=180000)
    assert levels(watch.sees()) == [("raised", "ahead")]
    assert watch.sees(ignition_off_ms=510000) == []
    ((state, data),) = watch.sees(ignition_off_ms=515000)
    assert (state, data["level"], str(data["cabin_c"])) == ("updated", "now", "35.0")
    cool = dict(CONFIG, heat_start_c=10)
    assert hot(cool, ignition_off_ms=86400000).sees() == []


def test_heat_unknown_seats_count_and_an_empty_or_running_bus_is_none_of_it():
    boards = hot(ignition_off_ms=60 * MINUTE, phase="boarding", alone_ms=None, cabin_c10=400)
    assert boards.sees(MINUTE) == [], "the door is open"
    assert boards.sees(alone_ms=179999) == []
    assert levels(boards.sees(alone_ms=180000)) == [("raised", "now")]
    assert levels(hot(ignition_off_ms=60 * MINUTE, alone_ms=180000).sees()) == [("raised", "now")]
    watch = hot(ignition_off_ms=MINUTE, cabin_c10=400)
    assert watch.states() == ["raised"]
    assert watch.states(sitting=[]) == ["cleared"]
    assert watch.states(doubtful=[4]) == ["raised"]
    assert watch.states(ignition_off_ms=None) == ["cleared"]
    watch.now_ms = 0
    assert watch.sees(2000, ignition_off_ms=86400000) == [], "the seats have to settle first"
    assert watch.states() == ["raised"]


def test_each_explains_itself():
    watch = Watch(Crash, phase="driving", shock_mg=3210)
    watch.sees()
    assert text(watch.events[0].why) == '{"shock_g":3.21,"limit_g":2.50}'
    watch = hot(ignition_off_ms=181000, cabin_c10=351)
    watch.sees()
    expected = '{"sensor_c":35.1,"limit_c":35,"ahead_min":10,"ignition_off_s":181,"alone_s":181}'
    assert text(watch.events[0].why) == expected
    watch = parked()
    watch.sees(1100, phase="checking", sitting=[7])
    expected = '{"ignition_off_s":60,"held_s":1,"checked":true}'
    assert text(watch.events[0].why) == expected


def test_child_standing_every_child_has_its_3_s():
    watch = standing()
    rides(watch, 3, 7, 9)
    rides(watch, 7, 9)
    assert watch.sees(2800) == []
    rides(watch, 3, 7, 9)
    rides(watch, 7, 9)
    assert watch.sees(2800) == [], "it had sat down in between"
    rides(watch, 9)
    assert watch.sees(2800) == [], "another one has just risen"
    assert [data["seats"] for _, data in watch.sees(200)] == [[3, 7]]
    rides(watch)
    assert watch.sees(2900) == []
    assert watch.states() == ["updated"]


def test_parked_movement_every_seat_has_its_second():
    watch = parked()
    watch.sees(900, phase="checking", sitting=[7])
    watch.sees(phase="parked", sitting=[])
    assert watch.sees(1000, phase="checking", sitting=[7]) == []
    assert watch.states() == ["raised"]
    assert watch.sees(1000, sitting=[8]) == []
    assert watch.states() == ["updated"]


def test_crash_each_shock_asks_for_its_own_minute_and_a_second_crash_is_another():
    watch = Watch(Crash, phase="driving", shock_mg=3000, speed_mms=kmh(40))
    watch.sees()
    watch.sees(50000, shock_mg=0)
    assert watch.sees(shock_mg=2600) == []
    assert watch.sees(MINUTE, shock_mg=0) == []
    assert watch.states() == ["cleared"]
    assert watch.states(shock_mg=2600) == ["raised"]


def test_child_standing_not_for_a_child_that_got_off_at_a_stop():
    watch = standing()
    watch.sees(phase="boarding", speed_mms=0)
    rides(watch, 7)
    assert watch.sees(MINUTE, phase="driving", speed_mms=kmh(40)) == []
    rides(watch)
    assert watch.sees(3100) == [("raised", {"seats": [7]})]

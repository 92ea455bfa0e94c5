"""Seats mismatch, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch, kmh

from firmware.rules.seats_mismatch import SeatsMismatch
from firmware.warnings import INSIDE, LAMP, PROMPT, SILENT


def at_school(seats=(3, 7), **readings):
    """A bus whose door opens at the school, with these seats taken."""
    readings.setdefault("route", "r")
    watch = Watch(
        SeatsMismatch, phase="boarding", at_school=True, stop="school", speed_mms=0,
        front_door=False, sitting=list(seats), **readings,
    )  # fmt: skip
    assert watch.sees(MINUTE) == []
    assert watch.sees(MINUTE, front_door=True) == []
    return watch


def test_seats_mismatch_2_s_after_the_door_closed():
    watch = at_school()
    watch.sees(sitting=[7])
    assert watch.sees(2000, front_door=False) == []
    assert watch.sees(100) == [("raised", {"stop": "school", "seats": [7], "unknown": []})]
    assert (watch.events[0].severity, watch.rule.warning) == ("alarm", PROMPT)
    assert watch.sees(2000, sitting=[]) == []
    assert watch.states(100) == ["cleared"]
    assert watch.rule.warning == SILENT


def test_seats_mismatch_is_not_ended_by_a_child_who_rises_behind_the_shut_door():
    for route in ("r", None):
        watch = at_school(route=route)
        watch.sees(sitting=[7])
        watch.sees(3000, front_door=False)
        assert watch.sees(MINUTE, sitting=[], loose=[7]) == [], route
        assert watch.rule.warning == PROMPT
        assert watch.states(3000, loose=[]) == ["cleared"]
        watch = at_school(loose=[5], route=route)
        watch.sees(sitting=[])
        assert watch.sees(MINUTE, front_door=False) == [], "rose before the door opened: may be out"


def test_seats_mismatch_nobody_left_is_none():
    watch = at_school()
    watch.sees(sitting=[])
    assert watch.sees(MINUTE, front_door=False) == []
    assert watch.sees(MINUTE, at_school=False, speed_mms=kmh(40)) == []
    assert watch.sees(MINUTE, sitting=[5]) == []  # gone from the school: no matter


def test_seats_mismatch_as_soon_as_the_bus_moves():
    watch = at_school()
    assert watch.sees(100, speed_mms=1389) == []
    assert watch.states(100, speed_mms=1390) == ["raised"]


def test_seats_mismatch_on_a_route_counts_everybody():
    watch = at_school()
    assert watch.states(3000, sitting=[9], front_door=False) == ["raised"]


def test_seats_mismatch_without_a_route_counts_who_was_on_board():
    watch = at_school(route=None)
    watch.sees(sitting=[7])
    watch.sees(sitting=[3, 7, 9])  # others get on, one of them on seat 3
    told = watch.sees(3000, front_door=False)
    assert told == [("raised", {"stop": "school", "seats": [7], "unknown": []})]
    watch = at_school(seats=(), route=None)
    assert watch.sees(MINUTE, sitting=[1, 2], front_door=False) == []


def test_seats_mismatch_who_boards_at_the_school_with_the_engine_off_is_to_leave_with_the_bus():
    watch = Watch(
        SeatsMismatch, phase="parked", ignition_off_ms=MINUTE, at_school=True, stop="school",
        speed_mms=0, front_door=True,
    )  # fmt: skip
    assert watch.sees(MINUTE) == []
    assert watch.sees(MINUTE, phase="boarding", sitting=[3]) == []
    assert watch.sees(MINUTE, ignition_off_ms=None, sitting=[3, 7]) == []
    assert watch.sees(MINUTE, front_door=False) == []
    assert watch.sees(MINUTE, phase="driving", at_school=False, route="home", speed_mms=9000) == []


def test_seats_mismatch_goes_by_the_route_on_which_the_bus_came():
    watch = at_school(seats=(), route=None)
    watch.sees(sitting=[3, 7])
    assert watch.sees(MINUTE, front_door=False) == []
    assert watch.sees(MINUTE, at_school=False, route="home", speed_mms=kmh(40)) == []


def test_seats_mismatch_unknown_counts_as_taken_until_the_button_is_pressed():
    watch = at_school(unknown=[5])
    watch.sees(sitting=[])
    told = watch.sees(3000, front_door=False)
    assert told == [("raised", {"stop": "school", "seats": [], "unknown": [5]})]
    assert watch.sees(2100, check_button=True) == [], "held: it is judged at its end"
    assert watch.states(2100, check_button=False, check_press_ms=2100) == ["cleared"]


def test_seats_mismatch_is_an_alarm_inside_once_the_bus_drives_off():
    watch = at_school()
    watch.sees(3000, front_door=False)
    assert watch.rule.warning == PROMPT
    watch.sees(attended="here")
    assert watch.rule.warning == LAMP
    watch.sees(attended="driver_seat")
    assert watch.rule.warning == PROMPT
    watch.sees(attended="here", speed_mms=1389)
    assert watch.rule.warning == LAMP, "walking pace"
    watch.sees(attended="engine", speed_mms=1390)
    assert watch.rule.warning == INSIDE
    watch.sees(attended="here", speed_mms=0)
    assert watch.rule.warning == INSIDE, "a red light changes nothing"
    watch.states(3000, sitting=[])
    watch = at_school()
    watch.sees(100, front_door=False)
    watch.sees(attended="engine", speed_mms=1390)
    assert watch.rule.warning == INSIDE, "it drives off at once"


def test_seats_mismatch_of_the_next_school_begins_with_a_prompt():
    watch = at_school()
    watch.sees(3000, front_door=False)
    watch.sees(3000, speed_mms=9000, at_school=False)
    assert watch.rule.warning == INSIDE
    watch.sees(3000, sitting=[])
    assert watch.rule.warning == SILENT
    watch.sees(3000, sitting=[7], at_school=True, speed_mms=0, front_door=True)
    watch.sees(3000, front_door=False)
    assert watch.rule.warning == PROMPT


def test_seats_mismatch_no_button_makes_a_taken_seat_empty():
    watch = at_school()
    watch.sees(3000, front_door=False)
    assert watch.sees(MINUTE, check_press_ms=1000) == []
    assert watch.rule.warning == PROMPT


def test_seats_mismatch_is_updated_and_is_over_when_parked():
    watch = at_school()
    watch.sees(3000, front_door=False)
    assert watch.sees(2100, sitting=[7]) == [
        ("updated", {"stop": "school", "seats": [7], "unknown": []})
    ]
    assert watch.states(100, phase="parked") == ["cleared"]
    assert watch.sees(MINUTE) == []


def test_seats_mismatch_a_door_that_opens_too_early_is_no_departure():
    watch = Watch(
        SeatsMismatch, phase="driving", at_school=True, sitting=[3], route="r", speed_mms=1390
    )
    assert watch.sees(3000, front_door=True) == []
    assert watch.sees(3000, phase="boarding", speed_mms=1389) == []
    assert watch.sees(MINUTE, sitting=[], speed_mms=0) == []


def test_seats_mismatch_tells_nothing_while_they_file_out_but_the_end():
    watch = at_school((3, 5, 7))
    watch.sees(3000, front_door=False)
    assert watch.sees(5000, front_door=True) == []
    assert watch.sees(5000, sitting=[5, 7]) == []
    assert watch.sees(5000, sitting=[7]) == []
    told = watch.sees(2100, front_door=False)
    assert told == [("updated", {"stop": "school", "seats": [7], "unknown": []})]
    watch.sees(1000, front_door=True)
    assert watch.states(2100, sitting=[]) == ["cleared"]


def test_seats_mismatch_short_flicker_of_a_seat_changes_nothing():
    watch = at_school()
    watch.sees(3000, front_door=False)
    for _ in range(5):
        assert watch.sees(1900, sitting=[]) == []
        assert watch.sees(1900, sitting=[3, 7]) == []


def test_seats_mismatch_elsewhere_is_not_judged():
    for where in (False, None):
        watch = Watch(SeatsMismatch, phase="boarding", at_school=where, sitting=[3])
        watch.sees(MINUTE, front_door=True)
        assert watch.sees(MINUTE, front_door=False) == []


def test_seats_mismatch_a_door_that_opens_twice_accuses_nobody_who_boarded_meanwhile():
    watch = at_school(route=None)
    watch.sees(sitting=[])
    assert watch.sees(MINUTE, sitting=[9], front_door=False) == []
    watch.sees(5000, front_door=True)
    assert watch.sees(MINUTE, front_door=False) == []


def test_seats_mismatch_without_a_route_a_seat_that_was_empty_may_turn_unknown():
    watch = at_school(route=None, unknown=[5])
    assert watch.sees(MINUTE, sitting=[], unknown=[5, 8]) == []
    told = watch.sees(3000, front_door=False)
    assert told == [("raised", {"stop": "school", "seats": [], "unknown": [5]})]


def test_seats_mismatch_every_school_asks_for_its_own_look():
    watch = at_school(unknown=[5])
    assert watch.sees(MINUTE, sitting=[], check_press_ms=1000, front_door=False) == []
    watch.sees(MINUTE, at_school=False, check_press_ms=None, speed_mms=kmh(40))
    watch.sees(MINUTE, at_school=True, front_door=True, speed_mms=0)
    assert watch.states(3000, front_door=False) == ["raised"]


def test_seats_mismatch_is_forgotten_where_the_bus_is_parked():
    watch = at_school()
    watch.sees(MINUTE, sitting=[], phase="checking", ignition_off_ms=MINUTE)
    watch.sees(MINUTE, phase="parked", front_door=False)
    elsewhere = {"at_school": False, "phase": "boarding", "ignition_off_ms": None}
    assert watch.sees(MINUTE, front_door=True, sitting=[3], **elsewhere) == []
    assert watch.sees(MINUTE, front_door=False) == []


def test_seats_mismatch_who_boards_where_the_route_ended_is_to_leave_with_the_bus():
    watch = at_school()
    watch.sees(MINUTE, sitting=[], phase="checking", ignition_off_ms=MINUTE)
    watch.sees(MINUTE, phase="parked")
    assert watch.sees(MINUTE, phase="boarding", sitting=[3]) == []
    assert watch.sees(MINUTE, ignition_off_ms=None, front_door=False) == []


def test_seats_mismatch_again():
    watch = at_school()
    watch.sees(3000, front_door=False)
    assert watch.states(2100, sitting=[]) == ["cleared"]
    assert watch.sees(MINUTE, at_school=False, sitting=[5]) == [], "who gets on elsewhere"
    watch.sees(1000, at_school=True, front_door=True)
    assert watch.sees(2000, sitting=[5, 7], front_door=False) == []
    assert watch.states() == ["raised"]
    assert watch.sees(2000, sitting=[7]) == [], "its two seconds begin anew"
    assert watch.states() == ["updated"]

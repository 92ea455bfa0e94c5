"""How loud an alarm is while somebody has come to the bus (rules/profile.py)."""

from parts import put, snapshot

from firmware.config.load import defaults
from firmware.rules.child_left_behind import ChildLeftBehind
from firmware.rules.parked_movement import ParkedMovement
from firmware.rules.profile import Heard
from firmware.warnings import HORN, INSIDE, PROMPT, SILENT

MINUTE = 60000


class Ears:
    def __init__(self):
        self.heard = Heard()
        self.s = snapshot(front_door=False, emergency_door=False)
        self.hears(warning=SILENT)

    def hears(self, ms=100, warning=HORN, **readings):
        for name, value in readings.items():
            put(self.s, name, value)
        for _ in range(ms // 100):
            now = self.heard.lowered(self.s, warning)
            self.s.now_ms += 100
        return now


def test_either_door_lowers_the_horn_for_three_minutes():
    for door in ("front_door", "emergency_door"):
        ears = Ears()
        assert ears.hears(1000) == HORN
        assert ears.hears(**{door: True}) == INSIDE
        assert ears.hears(3 * MINUTE - 100) == INSIDE
        assert ears.hears() == HORN


def test_the_horn_that_came_back_sounds_for_half_a_minute_at_least():
    ears = Ears()
    ears.hears(front_door=True)
    ears.hears(3 * MINUTE)
    ears.hears(20000, front_door=False)
    assert ears.hears(front_door=True) == HORN, "a child plays with the door"
    assert ears.hears(9000, front_door=False) == HORN
    assert ears.hears(1000) == HORN
    assert ears.hears(front_door=True) == INSIDE


def test_a_door_whose_contact_flaps_lowers_the_horn_three_times_in_one_alarm():
    ears = Ears()
    lowered = 0
    for _ in range(1000):
        lowered += ears.hears(1000, front_door=True) == INSIDE
        lowered += ears.hears(1000, front_door=False) == INSIDE
    assert 3 * 179 <= lowered <= 3 * 181
    ears.hears(warning=SILENT)
    assert ears.hears(front_door=True) == INSIDE, "the next alarm"


def test_the_next_alarm_is_lowered_at_once():
    ears = Ears()
    ears.hears(front_door=True)
    assert ears.hears(front_door=False) == INSIDE
    assert ears.hears(warning=SILENT) == SILENT
    assert ears.hears(1000) == HORN
    assert ears.hears(front_door=True) == INSIDE


def test_a_door_that_was_open_or_unknown_lowers_nothing():
    ears = Ears()
    ears.hears(warning=PROMPT, front_door=True)
    assert ears.hears(1000) == HORN
    assert ears.hears(front_door=None) == HORN
    assert ears.hears(front_door=True) == HORN
    ears.heard = Heard()
    assert ears.hears(emergency_door=None) == HORN
    assert ears.hears(emergency_door=True) == HORN


def test_the_here_button_leaves_the_prompt():
    ears = Ears()
    assert ears.hears(attended="here") == PROMPT
    assert ears.hears(warning=INSIDE) == PROMPT
    assert ears.hears(warning=SILENT) == SILENT
    assert ears.hears(attended="driver_seat") == HORN
    assert ears.hears(attended="stay") == HORN


def test_the_city_s_stage_is_that_of_the_alarm():
    rule = ChildLeftBehind(defaults()["rules"])
    s = snapshot(ignition_off_ms=1, alone_ms=180000, sitting=[7], attended="here", phase="checking")
    s.now_ms = 10 * MINUTE
    assert dict(rule.judge(s).data)["stage"] == 3
    assert rule.warning == PROMPT
    s.trip.attended = None
    assert rule.judge(s) is None
    assert rule.warning == HORN


def test_parked_movement_is_quieter_too_and_not_raised_while_an_adult_is_there():
    rule = ParkedMovement(dict(defaults()["rules"], parked_movement_s=0))
    s = snapshot(ignition_off_ms=MINUTE, phase="parked")
    assert rule.judge(s) is None
    s.seats.sitting, s.trip.attended = [7], "stay"
    assert rule.judge(s) is None
    s.trip.attended = None
    assert rule.judge(s) is None, "who sat down meanwhile is child_left_behind's matter"
    s.seats.sitting = []
    rule.judge(s)
    s.seats.sitting = [7]
    assert rule.judge(s).state == "raised"
    s.trip.attended = "here"
    assert rule.judge(s) is None
    assert rule.warning == PROMPT
    s.trip.attended = None
    rule.judge(s)
    assert rule.warning == INSIDE

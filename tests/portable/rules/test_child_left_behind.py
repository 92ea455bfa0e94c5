"""Child left behind, at its boundaries: one below, at, one above."""

from watch import CONFIG, MINUTE, Watch

from firmware.rules.child_left_behind import ChildLeftBehind
from firmware.warnings import HORN, INSIDE, PROMPT, SILENT

JAPAN = dict(CONFIG, left_behind_profile="japan")


def parked_with(rule, config=CONFIG, **readings):
    watch = Watch(rule, config, ignition=False, phase="checking", **readings)
    watch.now_ms = 10 * MINUTE  # long after boot
    return watch


def test_child_left_behind_prompts_at_once_and_alarms_at_180_s():
    watch = parked_with(ChildLeftBehind)
    assert watch.sees(sitting=[7], ignition_off_ms=0) == []
    assert watch.rule.warning == PROMPT
    assert watch.sees(ignition_off_ms=179999) == []
    assert watch.rule.warning == PROMPT
    assert watch.sees(ignition_off_ms=180000) == [
        ("raised", {"seats": [7], "unknown": [], "loose": [], "stage": 3, "heat_min": 6})
    ]
    assert watch.rule.warning == HORN
    assert watch.sees(MINUTE) == []


def test_child_left_behind_japan_sounds_the_horn_at_15_min():
    watch = parked_with(ChildLeftBehind, JAPAN, sitting=[7])
    assert watch.sees(ignition_off_ms=180000)[0][1]["stage"] == 2
    assert watch.rule.warning == INSIDE
    assert watch.sees(ignition_off_ms=899999) == []
    assert watch.sees(ignition_off_ms=900000) == [
        ("updated", {"seats": [7], "unknown": [], "loose": [], "stage": 3, "heat_min": 0})
    ]
    assert watch.rule.warning == HORN


def test_child_left_behind_counts_a_doubtful_seat_as_taken():
    watch = parked_with(ChildLeftBehind)
    assert watch.sees(doubtful=[2], ignition_off_ms=180000) == [
        ("raised", {"seats": [], "unknown": [2], "loose": [], "stage": 3, "heat_min": 6})
    ]


def test_child_left_behind_is_updated_when_the_child_moves():
    watch = parked_with(ChildLeftBehind)
    watch.sees(sitting=[7], ignition_off_ms=180000)
    assert watch.sees(sitting=[8]) == [
        ("updated", {"seats": [8], "unknown": [], "loose": [], "stage": 3, "heat_min": 6})
    ]


def test_child_left_behind_ends_when_nobody_is_left_or_the_ignition_is_on():
    watch = parked_with(ChildLeftBehind)
    watch.sees(sitting=[7], ignition_off_ms=180000)
    assert watch.states(sitting=[]) == ["cleared"]
    assert watch.rule.warning == SILENT
    assert watch.sees(MINUTE) == []
    watch.sees(sitting=[7])
    assert watch.states(ignition_off_ms=None) == ["cleared"]


def test_child_left_behind_counts_a_person_who_rose_behind_shut_doors():
    watch = parked_with(ChildLeftBehind, sitting=[7])
    watch.sees(ignition_off_ms=180000)
    assert watch.sees(sitting=[], loose=[7]) == [
        ("updated", {"seats": [], "unknown": [], "loose": [7], "stage": 3, "heat_min": 6})
    ]
    assert watch.rule.warning == HORN
    assert watch.states(loose=[]) == ["cleared"]


def test_child_left_behind_is_not_ended_by_the_button():
    watch = parked_with(ChildLeftBehind)
    watch.sees(sitting=[7], ignition_off_ms=180000)
    assert watch.sees(checked=True) == []
    assert watch.rule.warning == HORN


def test_child_left_behind_lets_the_seats_settle_for_two_seconds_after_boot():
    watch = parked_with(ChildLeftBehind, sitting=[7], ignition_off_ms=86400000)
    watch.now_ms = 0
    assert watch.sees(2000) == []
    assert watch.states(100) == ["raised"]


def test_child_left_behind_goes_by_the_time_alone_where_children_boarded():
    watch = parked_with(ChildLeftBehind, sitting=[7], ignition_off_ms=86400000, alone_ms=None)
    assert watch.states() == []
    assert watch.rule.warning == SILENT
    assert watch.states(alone_ms=0) == []
    assert watch.rule.warning == PROMPT
    assert watch.states(alone_ms=180000) == ["raised"]
    why = dict(watch.events[0].why)
    assert (why["ignition_off_s"], why["alone_s"], why["limit_s"]) == (None, 180, 180)


def test_child_left_behind_explains_itself():
    watch = parked_with(ChildLeftBehind, JAPAN)
    watch.sees(sitting=[7], ignition_off_ms=181999, cabin_c10=351)
    why = dict(watch.events[0].why)
    assert str(why["cabin_c"]) == "35.1"
    assert (why["ignition_off_s"], why["limit_s"], why["horn_s"]) == (181, 180, 900)
    ((state, data),) = watch.sees(sitting=[], doubtful=[])
    assert (state, data["stage"]) == ("cleared", 0)


def test_child_left_behind_is_one_that_presence_inputs_saw_and_names_them():
    watch = Watch(ChildLeftBehind, ignition_off_ms=9000000, alone_ms=0, presence=[False, True])
    assert watch.sees(MINUTE) == []
    assert watch.sees(MINUTE, moved=[1]) == []
    ((state, data),) = watch.sees(alone_ms=180000)
    assert (state, data["seats"], data["presence"]) == ("raised", [], [1])
    ((state, data),) = watch.sees(moved=[1, 2])
    assert (state, data["presence"]) == ("updated", [1, 2])
    ((state, data),) = watch.sees(moved=[])
    assert (state, data["presence"]) == ("cleared", [2]), "what moves now"

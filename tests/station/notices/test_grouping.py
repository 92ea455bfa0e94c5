"""When a notice goes, and with what it is told together."""

import pytest

from station.notices.grouping import (
    BUS_MS,
    CHILD_REST_MS,
    MOST_OF_A_BUS,
    MOST_OF_A_CHILD,
    REST_MS,
    happened,
)
from station.notices.message import kinds

NOW = 1_795_306_323_400
FIRST = sorted(name for name, kind in kinds("en").items() if kind.get("first"))


def row(kind="emergency_door", number=1, severity="alarm", exercise=False):
    return {"kind": kind, "severity": severity, "exercise": exercise, "id": number}


def tells(told, *happenings, now=NOW):
    for one, stage in happenings:
        happened(told, one, stage, now)
    return told


def sends(told, now=NOW):
    """What may go has gone."""
    for one in told:
        one.waits = one.waits and one.since_ms > now


def test_thirty_times_one_door_at_once_is_one_notice_with_a_count():
    told = []
    for number in range(30):
        tells(told, (row(number=number), "raised"), (row(number=number), "cleared"))
    (one,) = told
    assert one.times == 30 and one.stage == "cleared" and one.since_ms == NOW


def test_the_first_goes_at_once_and_the_others_together_after_a_rest():
    told = []
    for second in range(0, 600, 20):
        now = NOW + second * 1000
        tells(told, (row(number=second), "raised"), now=now)
        sends(told, now)
    assert [one.times for one in told] == [1, 29]
    assert [one.since_ms for one in told] == [NOW, NOW + REST_MS]


def test_that_nobody_answers_waits_for_no_rest():
    told = tells([], (row(), "raised"))
    sends(told)
    later = NOW + 300_000
    tells(told, (row(number=2), "raised"), (row(), "escalated"), now=later)
    assert told[-1].stage == "escalated" and told[-1].since_ms == later
    tells(told, (row(number=3), "raised"), now=later)
    assert told[-1].stage == "escalated" and told[-1].times == 2


@pytest.mark.parametrize("before", [{"exercise": True}, {"severity": "warning"}])
def test_a_real_alarm_is_not_the_same_as_a_drill_or_a_warning_of_its_kind(before):
    told = tells([], (row(**before), "raised"))
    sends(told)
    tells(told, (row(), "raised"))
    assert told[-1].since_ms == NOW and len(told) == 2


def test_the_kinds_that_are_told_first_say_so_themselves():
    assert set(FIRST) >= {"child_left_behind", "sos", "crash", "heat", "parked_movement"}


@pytest.mark.parametrize("kind", [*FIRST, "of_a_later_firmware"])
def test_each_alarm_by_which_a_child_may_be_in_danger_goes_at_once(kind):
    told = []
    for number in range(MOST_OF_A_CHILD):
        tells(told, (row(kind, number), "raised"))
    assert [(one.times, one.since_ms) for one in told] == [(1, NOW)] * MOST_OF_A_CHILD


def test_thousands_of_one_bus_are_told_in_groups_and_none_is_left_out():
    told = []
    for second in range(3000):
        now = NOW + second * 1000
        kind = f"new_{second}" if second % 2 else "sos"
        tells(told, (row(kind, second), "raised"), now=now)
        sends(told, now)
    assert sum(one.times for one in told) == 3000
    assert len(told) <= 2 * (MOST_OF_A_CHILD + 3000_000 // CHILD_REST_MS + 2)
    assert max(one.since_ms for one in told) <= NOW + 3000_000 + CHILD_REST_MS


def test_a_bus_is_told_so_often_an_hour_and_the_first_of_a_kind_nevertheless():
    """Two hours of eight kinds that come again every minute."""
    others = [name for name, kind in kinds("en").items() if not kind.get("first")][:8]
    told = []
    for minute in range(120):
        now = NOW + minute * 60_000
        for kind in others:
            tells(told, (row(kind, minute), "raised"), now=now)
        sends(told, now)
    end = NOW + 120 * 60_000
    gone = [one for one in told if one.since_ms <= end]
    assert len(gone) <= len(others) + 3 * MOST_OF_A_BUS
    tells(told, (row("sos"), "raised"), (row("cannot_record"), "raised"), now=end)
    assert [one.since_ms for one in told[-2:]] == [end, end]
    assert max(one.since_ms for one in told) <= end + BUS_MS

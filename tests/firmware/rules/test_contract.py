"""The contract of every rule in RULES once more, with hypothesis looking for what breaks it."""

from __future__ import annotations

from copy import deepcopy
from itertools import compress
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from parts import put, readings
from watch import CONFIG, READINGS, SEATS, check_turns

from firmware.messages import text
from firmware.rules.catalogue import RULES
from firmware.snapshot import Snapshot
from firmware.warnings import HORN, INSIDE, SILENT

# What other parts of the firmware work out (trip.py, check.py, modes.py, ...) is never unknown.
SENSED = [name for name, values in READINGS.items() if isinstance(values, tuple) and None in values]
for decided in ("ignition_off_ms", "alone_ms", "attended"):  # by trip.py; None: on, and nobody
    SENSED.remove(decided)


def _value(values: tuple) -> st.SearchStrategy:
    """One of the values around the thresholds, or any between the least and the greatest."""
    numbers = [value for value in values if type(value) is int]
    if len(numbers) < 3:
        return st.sampled_from(values)
    return st.sampled_from(values) | st.integers(min(numbers), max(numbers))


_numbers = st.lists(st.integers(1, SEATS), unique=True, max_size=SEATS).map(sorted)


@st.composite
def seats(draw: st.DrawFn) -> dict[str, Any]:
    taken = draw(_numbers)
    unknown = [seat for seat in draw(_numbers) if seat not in taken]
    sitting = sorted(taken + [seat for seat in unknown if draw(st.booleans())])
    return {
        "taken": taken,
        "unknown": unknown,
        "unbelted": [seat for seat in taken if draw(st.booleans())],
        "sitting": sitting,
        "doubtful": [seat for seat in unknown if seat not in sitting],
    }


def _others() -> st.SearchStrategy:
    fields = {name: _value(values) for name, values in READINGS.items() if type(values) is tuple}
    return st.fixed_dictionaries({}, optional=fields)


# A step: how much later, and what has changed until then (what is missing stays).
STEP = st.tuples(
    st.sampled_from((100, 200, 1000, 10_000, 200_000)),
    _others(),
    st.none() | seats(),
    st.tuples(st.booleans(), st.booleans()),
)
STEPS = st.lists(STEP, min_size=1, max_size=12)


def walk(s, steps):
    """The Snapshot after each step, twice: what takes a dwell time has its chance."""
    s.sensors = s.vehicle.chips = ("a", "b")
    s.silent = []
    for later_ms, seen, seated, silent in steps:
        for name, value in seen.items():
            put(s, name, value)
        for name, value in (seated or {}).items():
            put(s, name, value)
        s.seats.changes += seated is not None
        s.silent = list(compress(s.sensors, silent))
        if s.trip.ignition_off_ms is None:
            s.trip.alone_ms = None
        for _ in range(2):
            s.now_ms += later_ms
            yield s


# Every run draws the same; what fails is named by the rule and the time, not shrunk for minutes.
CONTRACT = settings(
    max_examples=100, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate)
)


def told(event):
    return event.state, event.severity, event.subject, text(event.data), text(event.why)


class Watched:
    """One rule, and what it has told so far."""

    def __init__(self, rule):
        self.rule = rule(CONFIG)
        self.twin = rule(CONFIG)
        self.active: dict[str, bool] = {}
        self.alarms: set[str] = set()
        self.standing: set[str] = set()  # before every sensor fell silent

    def sees(self, s):
        """-> its event; the contract held."""
        rule, place = self.rule, f"{self.rule.kind} at {s.now_ms} ms"
        event, same = rule.judge(s), self.twin.judge(s)
        assert SILENT <= rule.warning <= HORN, place
        assert rule.warning == self.twin.warning, place
        assert (event is None) == (same is None), place
        if event is not None:
            assert told(event) == told(same), place
            check_turns(rule, self.active, event, place)
            if event.severity == "alarm" and event.subject is not None:
                change = self.alarms.discard if event.state == "cleared" else self.alarms.add
                change(event.subject)
        return event


@CONTRACT
@given(steps=STEPS)
def test_every_rule_keeps_its_contract(steps):
    everybody = [Watched(rule) for rule in RULES]
    for s in walk(Snapshot(SEATS), steps):
        before = deepcopy(readings(s))
        for watched in everybody:
            watched.sees(s)
            # With the ignition on, an alarm warns louder than what a press quiets, or not at
            # all; but for a battery that was cut while parked, which is not about a child.
            if watched.alarms and s.trip.ignition_off_ms is None and watched.rule.kind != "supply":
                warning = watched.rule.warning
                assert warning >= INSIDE or warning == SILENT, (watched.rule.kind, warning)
        assert readings(s) == before, "a rule writes nothing into the snapshot"


@CONTRACT
@given(steps=STEPS)
def test_p5_going_blind_ends_no_alarm(steps):
    """Every sensor falls silent for ten minutes while an alarm stands: it stands on.

    Before that, nothing changes for ten minutes: what had ended already, and was only held for a
    while, is over then.
    """
    everybody = [Watched(rule) for rule in RULES]
    s = Snapshot(SEATS)
    for _ in walk(s, steps):
        for watched in everybody:
            watched.sees(s)
    for watched in rest(s, everybody):
        watched.standing = set(watched.alarms)
    for name in SENSED:
        put(s, name, None)
    s.gnss.fix_new = False
    s.silent = ["a", "b"]
    for watched in rest(s, everybody):
        assert watched.standing <= watched.alarms, watched.rule.kind


def rest(s, everybody):
    """Ten minutes more: each rule whose alarm stands, after each look."""
    alarmed = [watched for watched in everybody if watched.alarms]
    for _ in range(30 if alarmed else 0):
        s.now_ms += 20_000
        for watched in alarmed:
            watched.sees(s)
            yield watched


def test_every_rule_says_what_it_means_and_which_side_it_takes():
    for rule in RULES:
        paragraphs = (rule.__doc__ or "").split("\n\n")
        assert paragraphs[0].strip(), rule.kind
        assert any(text.strip().startswith("Unknown") for text in paragraphs), rule.kind

"""A rule does what it declares (tools/texts/kinds.py), no more and no less.

Stories are held to the declared severities and states too, by the fixtures in conftest.py.
"""

from functools import cache
from typing import Any

import pytest
from parts import get, put, snapshot
from watch import CONFIG, READINGS, SEATS, generator, random_snapshot

from firmware.config.rule_settings import of_rules
from firmware.rules.catalogue import RULES
from firmware.snapshot import Snapshot
from tools.texts.kinds import LEVELS, kinds, names
from tools.texts.made import shape

KINDS = [rule.kind for rule in RULES]
KOREA = {**CONFIG, "rocking_mg": 30}
JAPAN = {**KOREA, "left_behind_profile": "japan"}
# Random Snapshots: (runs, ticks, ms a tick, ticks until all readings change)
RANDOM = ((10, 200, 1000, 1), (10, 1500, 1000, 20), (3, 3000, 600_000, 13))
# Ordinary ones, from which one reading after the other departs for a while and comes back
HERE = {"lat_e7": 130827000, "lon_e7": 1008833000, "sats": 12, "taken": [3], "sitting": [3]}
STANDS = {**HERE, "phase": "driving", "speed_mms": 0, "ignition": True, "front_door": False}
PARKED = {"phase": "parked", "checked": True, "ignition_off_ms": 900_000, "ignition": False}
WHILE = (8, 11_000)  # ticks, ms a tick
# What chance seldom brings about: (the first Snapshot, [(ms, readings that change)])
HOURS = 3_600_000
TOLD: list[tuple[dict[str, Any], list[tuple[int, dict[str, Any]]]]] = [
    # children stand up one after the other, then two contacts stick for good
    (
        {**STANDS, "speed_mms": 11_111},
        [(5000, {"taken": taken}) for taken in ([1, 2, 3], [2, 3], [3], [])]
        + [(65 * HOURS, {"taken": taken}) for taken in ([4], [4, 5])],
    ),
    # a parked bus rocks
    (
        PARKED,
        [(100_000, {"shock_mg": 0})]
        + [(ms, {"shock_mg": mg}) for _ in range(6) for ms, mg in ((500, 100), (10_000, 0))],
    ),
    # at the school a child stays seated, and the driver is with it
    (
        {**STANDS, "at_school": True, "stop": "s1", "route": "r1", "attended": "here"},
        [(5000, {"front_door": True}), (5000, {"front_door": False})],
    ),
]


def snapshots():
    """Generator: (the first of a bus, Snapshot)."""
    for runs, ticks, tick_ms, lasts in RANDOM:
        for seed in range(runs):
            draw, s = generator(seed), Snapshot(SEATS)
            for tick in range(ticks):
                s.now_ms += tick_ms
                if tick % lasts == 0:
                    random_snapshot(draw, s)
                yield tick == 0, s
    for ordinary in (STANDS, PARKED):
        s = snapshot(SEATS, **ordinary)
        yield True, s
        for name, values in READINGS.items():
            before = get(s, name)
            for value in values if values != "seats" else ():
                for reading in (value, before):
                    put(s, name, reading)
                    for _ in range(WHILE[0]):
                        s.now_ms += WHILE[1]
                        yield False, s
    for start, steps in TOLD:
        s = snapshot(SEATS, **start)
        yield True, s
        for ms, readings in steps:
            for name, value in readings.items():
                put(s, name, value)
            s.seats.changes += 1
            for _ in range(5):
                s.now_ms += ms // 5
                yield False, s


@cache
def shown() -> dict[str, dict[str, set[str]]]:
    """What each rule shows of all these Snapshots."""
    found: dict[str, dict[str, set[str]]] = {
        kind: {"severity": set(), "state": set(), "driver": set()} for kind in KINDS
    }
    rules: list[Any] = []
    config = JAPAN
    for is_new, s in snapshots():
        if is_new:
            config = JAPAN if config is KOREA else KOREA
            rules = [rule(config) for rule in RULES]
        for rule in rules:
            event = rule.judge(s)
            of = found[rule.kind]
            if rule.warning:
                of["driver"].add(LEVELS[rule.warning])
            if event is not None:
                of["severity"].add(event.severity)
                of["state"].add(event.state)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_shows_what_it_declares(kind):
    (declared,) = [shape(one) for one in kinds() if one.name == kind]
    for what, seen in shown()[kind].items():
        beyond = seen - set(declared[what])
        assert not beyond, f"{kind} shows {what} {beyond}, which its docstring does not declare"
        lacks = set(declared[what]) - seen
        assert not lacks, (
            f"{kind} declares {what} {lacks}, which no Snapshot of this test brings about; "
            "give READINGS in tests/portable/support/watch.py the values that do"
        )


class Asked(dict):
    """Keeps the keys that were read."""

    def __init__(self, values):
        super().__init__(values)
        self.keys_read = set()

    def __getitem__(self, key):
        self.keys_read.add(key)
        return super().__getitem__(key)


@pytest.mark.parametrize("rule", RULES, ids=KINDS)
def test_a_rule_reads_only_the_settings_that_it_declares(rule):
    asked = Asked(CONFIG)
    rule(asked)
    undeclared = asked.keys_read - set(names(rule))
    assert not undeclared, f"add {undeclared} to the settings of {rule.__name__}"


def test_every_setting_that_a_rule_declares_exists_and_has_a_default():
    known = of_rules()
    for rule in RULES:
        for name in names(rule):
            assert known[name].accepts(CONFIG[name]), name

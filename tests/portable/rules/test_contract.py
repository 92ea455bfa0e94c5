"""The contract that every rule in RULES keeps, whatever it sees."""

from parts import readings
from watch import (
    CONFIG,
    FIXED,
    MINUTE,
    READINGS,
    SEATS,
    check_turns,
    generator,
    random_snapshot,
)

from firmware.config.load import parse
from firmware.rules.catalogue import RULES
from firmware.snapshot import Snapshot
from firmware.warnings import HORN, SILENT


def test_every_reading_is_drawn():
    for name in readings(Snapshot(SEATS)):
        assert (name in READINGS) != (name in FIXED), name


def test_survives_knowing_nothing():
    for rule in RULES:
        judge = rule(CONFIG).judge
        for now_ms in (0, 100, MINUTE, 60 * MINUTE):
            s = Snapshot(SEATS)
            s.now_ms = now_ms
            judge(s)


def test_nobody_is_warned_before_anything_is_known():
    for rule in RULES:
        assert rule(CONFIG).warning == SILENT, rule.kind


def test_raised_and_cleared_take_turns_whatever_happens():
    for seed in range(30):
        draw = generator(seed)
        everybody = [(rule, rule(CONFIG), {}) for rule in RULES]
        s = Snapshot(SEATS)
        for _ in range(200):
            s.now_ms += (100, 1000, 5000)[draw(3)]
            random_snapshot(draw, s)
            for rule, watched, active in everybody:
                event = watched.judge(s)
                place = "%s, seed %d at %d ms" % (rule.kind, seed, s.now_ms)
                assert SILENT <= watched.warning <= HORN, place
                if event is not None:
                    check_turns(rule, active, event, place)


def told(seed):
    """What all rules tell of 1500 seconds, and what the driver hears."""
    draw = generator(seed)
    everybody = [rule(CONFIG) for rule in RULES]
    s = Snapshot(SEATS)
    told = []
    for step in range(1500):
        s.now_ms += 1000
        if step % 20 == 0:  # long enough for most dwell times
            random_snapshot(draw, s)
        for watched in everybody:
            event = watched.judge(s)
            if event is not None:
                told.append((s.now_ms, event.kind, event.state, str(event.subject)))
                told.append(watched.warning)
    return told


def test_deterministic():
    first = told(7)
    assert len(first) > 500
    assert first == told(7)


def test_every_rule_but_those_of_a_child_in_a_parked_bus_can_be_switched_off():
    never = ("child_left_behind", "check_button_missed", "parked_movement", "heat")
    for rule in RULES:
        config, errors = parse('{"board":"devkit","rules":{"disabled":["%s"]}}' % rule.kind)
        assert bool(errors) == (rule.kind in never), rule.kind
        assert config["rules"]["disabled"] == ([] if errors else [rule.kind])


def test_a_rule_writes_nothing_into_the_snapshot():
    draw = generator(3)
    everybody = [rule(CONFIG) for rule in RULES]
    s = Snapshot(SEATS)
    for _ in range(50):
        s.now_ms += 1000
        random_snapshot(draw, s)
        before = written(s)
        for watched in everybody:
            watched.judge(s)
            assert written(s) == before, watched.kind


def written(s):
    return str(sorted(readings(s).items(), key=_name))


def _name(item):
    return item[0]

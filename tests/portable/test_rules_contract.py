"""The contract that every rule in RULES keeps, whatever it sees."""

from watch import CONFIG, FIXED, MINUTE, READINGS, SEATS, generator, random_snapshot

from firmware.config import parse
from firmware.rules import RULES
from firmware.snapshot import Snapshot
from firmware.warnings import HORN, SILENT


def test_every_reading_is_drawn():
    for name in Snapshot(SEATS).__dict__:
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


def check_turns(rule, active, event, place):
    """One occurrence at a time of each subject: raised, updated, cleared."""
    assert event.kind == rule.kind, place
    assert event.why or event.data, place
    if event.subject is None:
        assert event.state == "raised", place
        return
    assert active.get(event.subject, False) == (event.state != "raised"), place
    active[event.subject] = event.state != "cleared"


def test_raised_and_cleared_take_turns_whatever_happens():
    for seed in range(30):
        for rule in RULES:
            draw = generator(seed)
            watched = rule(CONFIG)
            s = Snapshot(SEATS)
            active = {}
            for _ in range(200):
                s.now_ms += (100, 1000, 5000)[draw(3)]
                random_snapshot(draw, s)
                event = watched.judge(s)
                place = "%s, seed %d at %d ms" % (rule.kind, seed, s.now_ms)
                assert SILENT <= watched.warning <= HORN, place
                if event is not None:
                    check_turns(rule, active, event, place)


def test_deterministic():
    for rule in RULES:
        runs = []
        for _ in range(2):
            draw = generator(7)
            watched = rule(CONFIG)
            s = Snapshot(SEATS)
            told = []
            for step in range(1500):
                s.now_ms += 1000
                if step % 20 == 0:  # long enough for most dwell times
                    random_snapshot(draw, s)
                event = watched.judge(s)
                if event is not None:
                    told.append((s.now_ms, event.state, str(event.subject), watched.warning))
            runs.append(told)
        assert runs[0] == runs[1], rule.kind


def test_every_rule_but_the_child_s_can_be_switched_off():
    for rule in RULES:
        config, errors = parse('{"rules":{"disabled":["%s"]}}' % rule.kind)
        assert bool(errors) == (rule.kind == "child_left_behind"), rule.kind
        assert config["rules"]["disabled"] == ([] if errors else [rule.kind])


def test_a_rule_writes_nothing_into_the_snapshot():
    for rule in RULES:
        draw = generator(3)
        watched = rule(CONFIG)
        s = Snapshot(SEATS)
        for _ in range(50):
            s.now_ms += 1000
            random_snapshot(draw, s)
            before = str(sorted(s.__dict__.items(), key=_name))
            watched.judge(s)
            assert str(sorted(s.__dict__.items(), key=_name)) == before, rule.kind


def _name(item):
    return item[0]

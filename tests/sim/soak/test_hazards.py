"""A few days of the soak: python -m sim soak --hazards."""

import pytest

from firmware.rules import engine
from sim.soak import hazards
from sim.soak.hidden_day import HiddenDay
from sim.soak.hidden_kinds import KINDS
from sim.soak.left_day import LeftDay

HALF_PAST_SIX_MS = 5_400_000


# All but the first once missed their child; on 2016 it boards the parked bus.
@pytest.mark.parametrize("seed", [3, 155, 170, 197, 572, 2016])
def test_a_child_left_behind_is_told_in_time(seed):
    day = hazards._lived(LeftDay(seed))
    assert day.problem == "", day
    assert day.late_ms <= 10_000


def test_what_hides_a_child_is_drawn_for_half_of_the_days():
    kinds = {hazards.draw(seed).__class__ for seed in range(20)}
    assert kinds == {LeftDay, HiddenDay}


@pytest.mark.parametrize("name", ["crawls", "songthaew, lies down", "register bits turn over"])
def test_a_child_that_is_hidden_is_told_in_time(name):
    kind = next(kind for kind in KINDS if kind.name == name)
    day = hazards._lived(HiddenDay(5, kind))
    assert (day.problem, day.named, day.blind) == ("", True, ""), day


def test_a_child_that_no_sensor_can_tell_is_counted_apart_and_is_no_miss(capsys):
    kind = next(kind for kind in KINDS if kind.name == "seat contact dead, belt open")
    day = hazards._lived(HiddenDay(5, kind))
    assert day.problem == "no alarm stands"
    assert not hazards._left([day])
    said = capsys.readouterr().out
    assert "seat contact dead, belt open                 1        0" in said
    assert "No fitted sensor can tell: seat contact dead, belt open, 1 days: the only" in said


def test_an_ordinary_run_raises_nothing():
    day = hazards.ordinary_day(1, HALF_PAST_SIX_MS)
    assert (day.alarms, day.warnings) == ({}, {})


def test_a_missed_alarm_and_a_false_one_are_noticed_and_can_be_replayed(monkeypatch, capsys):
    without = tuple(rule for rule in engine.RULES if rule.kind != "child_left_behind")
    monkeypatch.setattr(engine, "RULES", without)
    missed = hazards._lived(LeftDay(3))
    assert missed.problem == "no alarm stands"
    assert hazards._left([missed])
    assert hazards._ordinary([hazards.Ordinary(8, {"sos": 1}, {})])
    said = capsys.readouterr().out
    assert "MISSED seed 3: no alarm stands" in said
    assert "The same again: python -m sim soak --hazards --seed 3 --ordinary 0 --left 1" in said
    assert "FALSE ALARM seed 8: SOS 1" in said
    assert "The same again: python -m sim soak --hazards --seed 8 --ordinary 1 --left 0" in said

"""A few days of the soak: python -m sim soak --hazards."""

import pytest

from firmware.rules import engine
from sim.soak import hazards

HALF_PAST_SIX_MS = 5_400_000


# All but the first once missed their child; on 2016 it boards the parked bus.
@pytest.mark.parametrize("seed", [3, 155, 170, 197, 572, 2016])
def test_a_child_left_behind_is_told_in_time(seed):
    day = hazards.left_day(seed)
    assert day.problem == "", day
    assert day.late_ms <= 10_000


def test_an_ordinary_run_raises_nothing():
    day = hazards.ordinary_day(1, HALF_PAST_SIX_MS)
    assert (day.alarms, day.warnings) == ({}, {})


def test_a_missed_alarm_and_a_false_one_are_noticed_and_can_be_replayed(monkeypatch, capsys):
    without = tuple(rule for rule in engine.RULES if rule.kind != "child_left_behind")
    monkeypatch.setattr(engine, "RULES", without)
    missed = hazards.left_day(3)
    assert missed.problem == "no alarm stands"
    assert hazards._left([missed])
    assert hazards._ordinary([hazards.Ordinary(8, {"sos": 1}, {})])
    said = capsys.readouterr().out
    assert "MISSED seed 3: no alarm stands" in said
    assert "The same again: python -m sim soak --hazards --seed 3 --ordinary 0 --left 1" in said
    assert "FALSE ALARM seed 8: SOS 1" in said
    assert "The same again: python -m sim soak --hazards --seed 8 --ordinary 1 --left 0" in said

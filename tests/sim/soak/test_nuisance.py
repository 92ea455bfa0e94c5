"""A few ordinary days of the soak: python -m sim soak --nuisance."""

import pytest

from sim.__main__ import main
from sim.soak import nuisance, ordinary_days
from sim.soak.nuisance import Heard
from sim.soak.ordinary_fitting import ALL, BUSES, PLAIN

QUIET = Heard(1, 0, 0, 2, 0, 0, ())
LOUD = Heard(1, 1, 1, 2, 0, 0, ("child_left_behind",))


def test_a_morning_on_which_all_goes_well_has_one_prompt():
    answers = ordinary_days.live(ordinary_days.TOLD["lets_off"], 1, PLAIN).answers
    assert (answers.prompts, answers.insides, answers.horns, answers.walks) == (1, 0, 0, 0)


def test_a_horn_after_a_prompt_that_is_never_answered_is_counted_apart():
    answers = ordinary_days.live(ordinary_days.TOLD["forgets_the_walk"], 1, ALL).answers
    assert (answers.horns, answers.ignored) == (0, 1)


def test_a_driver_answers_with_what_is_at_hand():
    day = ordinary_days.TOLD["breakfast_at_the_wheel"]
    plain, fitted = (ordinary_days.live(day, 1, bus).answers for bus in BUSES[:2])
    assert plain.presses == 0 < plain.walks + plain.engines
    assert fitted.presses > 0
    assert any("presses the here button" in line for line in fitted.lines)


def test_the_same_seed_is_the_same_day():
    day = ordinary_days.mixture(3)
    assert day == ordinary_days.mixture(3) != ordinary_days.mixture(4)
    once, again = (ordinary_days.live(day._replace(yard=()), 9, ALL).answers for _ in range(2))
    assert once.lines == again.lines != []


@pytest.mark.parametrize("day", ordinary_days.TOLD.values(), ids=ordinary_days.TOLD)
def test_every_day_is_told_in_words(day):
    assert day.what.endswith((".", "?")) and len(day.what) > 15


@pytest.mark.parametrize(
    ("row", "status", "said"), [(QUIET, 0, "goal is reached"), (LOUD, 1, "goal is missed")]
)
def test_the_goal_is_printed_and_decides_the_exit_status(row, status, said, monkeypatch, capsys):
    monkeypatch.setattr(nuisance, "lived", lambda pool, day, days: [[row] * 5] * len(days))
    assert main(["soak", "--nuisance", "--mixtures", "0", "--jobs", "1"]) == status
    out = capsys.readouterr().out
    assert said in out
    assert "The same again: python -m sim soak --nuisance --seed 1 --mixtures 0" in out
    assert ("child left behind" in out) == (status == 1)


def test_a_mixture_with_a_horn_is_shown_with_what_it_is_made_of(monkeypatch, capsys):
    monkeypatch.setattr(
        nuisance, "lived", lambda pool, day, days: [[QUIET] * 5] * (len(days) - 1) + [[LOUD] * 2]
    )
    assert main(["soak", "--nuisance", "--mixtures", "1", "--seed", "7", "--jobs", "1"]) == 1
    out = capsys.readouterr().out
    assert "mixture 7" in out
    assert f"{ordinary_days.mixture(7).what}: child left behind" in out


def test_one_day_is_told_as_a_timeline_on_every_bus(capsys):
    assert main(["soak", "--nuisance", "--day", "lets_off"]) == 0
    out = capsys.readouterr().out
    assert "prompt check_button_missed" in out
    assert all(f"The bus: {bus.name}." in out for bus in BUSES)


def test_an_unknown_day_is_answered_with_the_known_ones(capsys):
    assert main(["soak", "--nuisance", "--day", "sunday"]) == 2
    assert "No day is called 'sunday'. Days: stops, " in capsys.readouterr().out

"""How a long run tells where it is: sim/progress.py."""

import pytest

from sim import progress


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand, in a list."""
    now_s = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now_s[0])
    return now_s


def test_in_a_pipe_a_line_every_half_minute(clock, capsys):
    run = progress.Progress(100, "days")
    for done in range(1, 61):
        clock[0] += 1
        run.show(done)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "30 of 100 days in 30 s, about 70 s to go\n60 of 100 days in 60 s, about 40 s to go\n"
    )


def test_a_short_run_says_nothing(clock, capsys):
    run = progress.Progress(2, "days")
    run.show(1)
    clock[0] += 29
    run.show(2)
    run.clear()
    assert capsys.readouterr().err == ""


def test_on_a_terminal_one_line_is_rewritten(clock, capsys, monkeypatch):
    monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: True)
    run = progress.Progress(10, "days")
    for done in range(3):
        clock[0] += 0.5
        run.show(done)
    run.clear()
    run.show(3)
    said = capsys.readouterr().err
    assert "\n" not in said
    assert said.count("\r") == 5
    assert "0 of 10 days in 0 s\x1b[K" in said, "nobody knows how long it will take"
    assert said.endswith("3 of 10 days in 2 s, about 4 s to go\x1b[K")

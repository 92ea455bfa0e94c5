"""`python -m sim board --days`: the real program on the virtual board, for days."""

import re
import signal
import subprocess
import sys

import pytest
from programs import ended
from vm import ROOT, program

DAY = re.compile(r"Day 1: live heap .* KB, largest free block .* KB, collections \d+, resets 0; ")


def begin(*given):
    program("micropython")
    command = [sys.executable, "-u", "-m", "sim", "board", "--days", *given]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_ctrl_c_ends_it_with_an_account():
    with ended(begin("1", "--heap", "1500", "--seed", "3")) as days:
        told = ""
        while "It gets 1500 KB" not in told:
            line = days.stdout.readline()
            assert line, told
            told += line
        days.send_signal(signal.SIGINT)
        told += days.communicate(timeout=120)[0]
    assert days.returncode == 130, told
    assert "--days 1 --seed 3" in told and DAY.search(told), told
    assert told.endswith("Ended by Ctrl-C.\n"), told


@pytest.mark.soak
def test_a_morning_with_an_update_loses_nothing():
    days = begin("0.06", "--heap", "1000", "--seed", "19")
    told = days.stdout.read()
    assert days.wait() == 0, told
    assert DAY.search(told) and "lost 0;" in told and "updates 1." in told, told


@pytest.mark.soak
def test_a_heap_that_is_too_small_is_said():
    days = begin("0.05", "--heap", "400", "--seed", "3")
    told = days.stdout.read()
    assert days.wait() == 1, told
    assert "Wrong on day 1" in told, told

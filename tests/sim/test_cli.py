"""python -m sim: every mistake gets a sentence and status 2, never a traceback."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from vm import ROOT

from sim.__main__ import main, parser
from sim.virtual.command import fitted, greeting
from sim.virtual.install import every_sensor

COMMANDS = ("town", "story", "replay", "board", "bench", "soak")


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert all(f"\n    {name} " in said for name in COMMANDS)


def test_the_help_of_a_board_names_its_wifi(capsys):
    with pytest.raises(SystemExit):
        main(["board", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "'bus-depot' with the password 'not a secret'" in said
    assert every_sensor()["wifi"] == {"ssid": "bus-depot", "password": "not a secret"}


def test_a_board_names_its_wifi_when_it_starts_but_never_a_password_of_a_file():
    told = "\n".join(greeting(Path("board.img"), "/dev/pts/7", fitted(None)))
    assert '"wifi": {"ssid": "bus-depot", "password": "not a secret"}' in told
    assert "make deploy BUS=bus-07 PORT=/dev/pts/7" in told
    config = fitted(None)
    config["wifi"] = dict(config["wifi"], password="the depot's own")
    told = "\n".join(greeting(Path("board.img"), "/dev/pts/7", config))
    assert "the depot's own" not in told and "the one of the file of --bus" in told


def test_a_board_names_what_its_file_says():
    config = dict(fitted(None), board="lilygo_s3", radios=["cellular"])
    told = "\n".join(greeting(Path("board.img"), "/dev/pts/7", config, "bus-12"))
    assert "make deploy BUS=bus-12 PORT=" in told
    assert "Board: lilygo_s3. It finds no Wi-Fi: its modem has a network" in told


def test_days_and_a_morning_do_not_go_together(capsys):
    assert main(["board", "--days", "1", "--morning"]) == 2
    assert "either --days or --morning, not both" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_explained(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert "usage: python -m sim " + command in capsys.readouterr().out
    top: Any = parser()
    (commands,) = top._subparsers._group_actions
    assert all(action.help for action in commands.choices[command]._actions)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "COMMAND"),
        (["tram"], "invalid choice: 'tram'"),
        (["town", "--buses", "0"], "'0' is not a whole number from 1 to 50"),
        (["town", "--buses", "two"], "'two' is not a whole number from 1 to 50"),
        (["town", "--speed", "nan"], "'nan' is not a number from 0.1 to 1000"),
        (["town", "--speed"], "expected one argument"),
        (["town", "--broker", "localhost"], "'localhost' is not host:port"),
        (["town", "--broker", ":1883"], "':1883' is not host:port"),
        (["town", "--broker", "localhost:99999"], "'localhost:99999' is not host:port"),
        (["town", "--colour", "red"], "unrecognized arguments: --colour red"),
        (["replay"], "FILE.nmea"),
        (["soak", "--hazards", "--left", "abc"], "'abc' is not a whole number from 0 to 1000000"),
        (["soak", "--flash", "--cuts", "0"], "'0' is not a whole number from 1"),
        (["soak", "--seed", "1"], "--flash --hazards --nuisance --town --days is required"),
        (["bench", "everything"], "there is no bench 'everything'"),
    ],
)
def test_a_wrong_option_gets_one_sentence(arguments, sentence, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_stories_are_listed_and_told(capsys):
    assert main(["story", "--list"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert len(names) > 3
    assert main(["story", names[0]]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 5


def test_an_unknown_story_gets_one_sentence(capsys):
    assert main(["story", "no-such-story"]) == 2
    said = capsys.readouterr()
    assert said.err == "There is no story 'no-such-story'. Try: python -m sim story --list\n"
    assert main(["story", "sleeping-chlid"]) == 2
    assert "Did you mean sleeping-child?" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_error():
    command = f"{sys.executable} -m sim story --list | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=ROOT, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_without_umqtt_it_says_what_to_do(monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["town"]) == 2
    assert "Run: make setup" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        (["story", "night"], "night: "),
        (["soak", "--hazards", "--ordinary", "50"], "50 ordinary school days"),
        (["soak", "--flash"], "100000 power cuts"),
        (["soak", "--days", "9"], "9 school days of 3 buses"),
        (["board"], "Starting the virtual board"),
        (["town", "--speed", "1"], "Starting the station"),
    ],
)
def test_ctrl_c_ends_a_command_with_a_word_and_no_traceback(arguments, begins, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "sim", *arguments], cwd=tmp_path, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    said = ""
    while begins not in said:
        piece = process.stdout.read(1)
        assert piece, said
        said += piece
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: its children as well
    said, wrong = process.communicate(timeout=30)
    assert (process.returncode, wrong) == (130, "Stopped.\n")


def test_bare_make_lists_the_targets():
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=False)
    for target in ("setup", "sim", "test", "lint", "bench", "vm", "soak", "clean"):
        assert f"make {target} " in done.stdout

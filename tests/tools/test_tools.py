"""What the tools say to a technician: which board, which flash, what is in the way."""

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import tty
from types import SimpleNamespace

import pytest
import serial
from esp32_mock_bootloader import mock_bootloader
from esptool import cmds
from rich.console import Console
from vm import ROOT

from sim.virtual.esp_image import firmware_file
from tools import board, firmware, logs, pull, selftest
from tools.board import Trouble, choose


def attached(monkeypatch, *devices, answers=()):
    """So many boards are there, beside the computer's own port; a person types the answers."""
    found = [SimpleNamespace(device="/dev/ttyS0", vid=None, description="n/a")]
    found += [SimpleNamespace(device=one, vid=0x10C4, description="CP2104") for one in devices]
    monkeypatch.setattr(board.list_ports, "comports", lambda: found)
    monkeypatch.setattr(board.sys.stdin, "isatty", lambda: bool(answers), raising=False)
    typed = iter(answers)
    monkeypatch.setattr("builtins.input", lambda *_: next(typed))


def test_the_only_board_is_taken_and_a_port_that_was_named_before_it(monkeypatch):
    attached(monkeypatch, "/dev/ttyUSB0")
    assert choose(None) == "/dev/ttyUSB0"
    assert choose("/dev/ttyUSB7") == "/dev/ttyUSB7"


def test_no_board_is_a_sentence(monkeypatch):
    attached(monkeypatch)
    with pytest.raises(Trouble, match=r"No board is attached\. Plug one in"):
        choose(None)


def test_of_several_boards_one_is_chosen_from_a_list(monkeypatch, capsys):
    attached(monkeypatch, "/dev/ttyUSB0", "/dev/ttyUSB1", answers=["7", "2"])
    assert choose(None) == "/dev/ttyUSB1"
    assert "  2  /dev/ttyUSB1  CP2104\n" in capsys.readouterr().out


def test_of_several_boards_none_is_taken_where_nobody_can_choose(monkeypatch):
    attached(monkeypatch, "/dev/ttyUSB0", "/dev/ttyUSB1")
    with pytest.raises(Trouble, match="/dev/ttyUSB0, /dev/ttyUSB1"):
        choose(None)


@pytest.mark.parametrize(("size", "takes"), [("2MB", False), (None, False), ("16MB", True)])
def test_a_flash_that_is_too_small_is_refused(size, takes, monkeypatch):
    monkeypatch.setattr(cmds, "detect_flash_size", lambda esp: size)
    told = size or "an unknown size"
    with mock_bootloader(chip="esp32") as mock:
        if takes:
            firmware.connect(mock.url())._port.close()
        else:
            with pytest.raises(
                Trouble, match=f"The flash has {told}; MicroPython for the ESP32 needs 4MB"
            ):
                firmware.connect(mock.url())


def test_a_file_that_cannot_be_written_is_known_before_the_bus_is_stopped(tmp_path):
    taken = SimpleNamespace(out=str(tmp_path / "nowhere" / "bus.zip"), port="/dev/null")
    with pytest.raises(Trouble, match="is no folder that you may write to"):
        pull._take(taken)
    (tmp_path / "there.zip").touch()
    with pytest.raises(Trouble, match="evidence is never overwritten"):
        pull._take(SimpleNamespace(out=str(tmp_path / "there.zip"), port="/dev/null"))


def test_ctrl_c_while_a_tool_is_still_loading_is_no_traceback():
    ended = subprocess.run(
        [sys.executable, "-c", "import tools; raise KeyboardInterrupt"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ended.stderr == "Stopped.\n" and ended.returncode == -signal.SIGINT


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (EOFError(), "No answer was given; nothing was done."),
        (serial.SerialException("device disconnected"), "The cable was pulled"),
    ],
)
def test_whatever_breaks_off_is_a_sentence(error, told, capsys):
    def main():
        raise error

    with pytest.raises(SystemExit) as end:
        board.run(main)
    assert end.value.code == 1 and told in capsys.readouterr().err


@pytest.fixture
def deaf(monkeypatch):
    """deaf(times): the port of a board that does not hear the first Ctrl-Cs."""
    monkeypatch.setattr(board, "ANSWER_S", 0.3)
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    ended, threads = threading.Event(), []

    def run(times):
        def live():
            heard = 0
            while not ended.wait(0.01):
                with contextlib.suppress(BlockingIOError):
                    said = os.read(master, 4096)
                    heard += said.count(b"\x03")
                    if heard > times and b"\x01" in said:
                        os.write(master, b"raw REPL; CTRL-B to exit\r\n>")
                    if heard > times and b"\x04" in said:
                        os.write(master, b"soft reboot\r\nraw REPL; CTRL-B to exit\r\n")

        threads.append(threading.Thread(target=live))
        threads[-1].start()
        return os.ttyname(slave)

    yield run
    ended.set()
    for thread in threads:
        thread.join()
    os.close(slave)
    os.close(master)


def test_a_board_that_missed_the_first_ctrl_c_is_asked_once_more(deaf):
    with board.AttachedBoard(deaf(1)) as one:
        one.stop()


def test_a_board_that_never_answers_is_a_sentence_and_no_wait_without_end(deaf):
    with (
        board.AttachedBoard(deaf(99)) as one,
        pytest.raises(Trouble, match="does not answer as MicroPython"),
    ):
        one.stop()


REPORT = {
    "bus": "lc/bus-07", "fw": "0.1.0", "boot": 12, "start": "normal",
    "parts": [["gnss", True, "position, 10 satellites"], ["seats", False, "7 unknown"],
              ["buzzer", None, "not read back"]],
}  # fmt: skip


def shown(**changes):
    """-> (nothing fails, what the technician reads)"""
    console = Console(record=True, width=100, file=io.StringIO())
    well = selftest.show({**REPORT, **changes}, console)
    return well, console.export_text()


def test_the_self_test_is_a_table_that_names_what_fails():
    well, told = shown()
    assert not well
    for words in ("lc/bus-07, firmware 0.1.0, start 12", "7 unknown", "FAILS", "ok", "?"):
        assert words in told
    assert "Not all is well: seats." in told


def test_what_nobody_can_read_is_no_failure_but_another_start_is():
    parts = [part for part in REPORT["parts"] if part[1] is not False]
    assert shown(parts=parts) == (True, shown(parts=parts)[1])
    for start, words in (("previous", "the code before it runs"), ("safe", "Safe mode")):
        well, told = shown(parts=parts, start=start)
        assert not well and words in told


class Says:
    """A board that says these lines after its start, or when it is asked."""

    asked = 0

    def ask_now(self):
        self.asked += 1

    def __init__(self, *lines):
        self._lines = lines

    def lines(self, seconds):
        return iter(self._lines)


def test_a_self_test_that_does_not_come_is_a_sentence():
    quiet = Console(quiet=True)
    assert selftest.wait(Says("hello", 'selftest {"boot": 1}'), quiet) == {"boot": 1}
    for lines, words in (
        (["hello"], "No self-test came within 120 s"),
        (["The program has crashed:"] * 4, "its last words stand above"),
        (["selftest {"], "cannot be read"),
    ):
        with pytest.raises(Trouble, match=words):
            selftest.wait(Says(*lines), quiet)


def test_a_bus_that_does_not_answer_is_listened_to_all_the_same():
    told = [*logs.present(Says("info door raised {}", "radio: nothing"))]
    assert told[1:] == ["radio: nothing", logs.NO_ANSWER]
    now = 'now {"phase": "parked"}'  # of a program that is not ours
    assert [*logs.present(Says("hello", now, "later"))] == ["hello", now]


def test_the_safe_mode_leaves_the_optional_parts_alone():
    from firmware.config.load import parse
    from firmware.selftest import plain

    parts = ("accelerometer", "cabin", "readback")
    config, _ = parse(json.dumps({"board": "devkit", **{part: {"fitted": True} for part in parts}}))
    plain(config)
    assert [config[part]["fitted"] for part in parts] == [False] * 3


@pytest.mark.parametrize("guide", ["install.md", "install.th.md"])
def test_the_settings_that_the_guides_show_are_right(guide):
    from firmware.config.load import parse

    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    shown = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    assert len(shown) >= 3
    for block in shown:
        is_whole = block.lstrip().startswith("{")
        whole = block if is_whole else '{"board": "devkit", ' + block + "}"
        assert parse(whole)[1] == [], block


@pytest.mark.parametrize(
    ("goal", "name"), [("firmware", "BIN"), ("enrol", "BUS"), ("deploy", "BUS"), ("pull", "OUT")]
)
def test_make_says_what_is_missing_before_it_sets_anything_up(goal, name, tmp_path):
    command = ["make", "-f", str(ROOT / "Makefile"), goal]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert f"make {goal} needs {name}: make {goal} {name}=" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("sim BUS=3", "make sim does not know BUS. Did you mean BUSES? It takes: BUSES SPEED"),
        ("sim SPEEDS=30", "make sim does not know SPEEDS. Did you mean SPEED?"),
        ("sim buses=3", "make sim does not know buses. Did you mean BUSES?"),
        ("sim PORT=x", "make sim does not know PORT. It takes: BUSES SPEED"),
        ("deploy BUSES=bus-07", "make deploy does not know BUSES. Did you mean BUS?"),
        ("station PORT=80", "make station does not know PORT. It takes: BROKER CA DB HTTP TILES"),
        ("lint FIX=1", "make lint does not know FIX. It takes no variables"),
    ],
)
def test_make_knows_the_variables_of_each_target_and_names_the_right_one(words, says, tmp_path):
    command = ["make", "-f", str(ROOT / "Makefile"), *words.split()]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert says in " ".join(done.stderr.split())
    assert not list(tmp_path.iterdir())


def test_a_port_that_is_not_there_is_no_reason_to_hold_buttons(tmp_path):
    path = tmp_path / "file.bin"
    path.write_bytes(firmware_file())
    command = [sys.executable, "-m", "tools.firmware", "--port", str(tmp_path / "tty"), "--bin"]
    command.append(str(path))
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode != 0
    assert "There is no port" in done.stderr and "BOOT" not in done.stderr, done.stderr

"""New code on trial on a virtual board: real MicroPython, boot.py, littlefs and NVS. Slot a holds
code that has proven itself."""

import os
import struct

import bench_board
import pytest
from bench_board import BenchBoard

from sim.network import brokers
from sim.virtual.install import packed_code

WAITS = b"""
import machine, time
watchdog = machine.WDT(timeout=8000)
print("%s runs")
while True:
    watchdog.feed()
    time.sleep_ms(1000)
"""
OLD = WAITS % b"the old code"
NOWHERE = 1  # nothing listens at this port


class Trial(BenchBoard):
    def __init__(self, folder, new, port=NOWHERE):
        """new: {file in slot b: content}"""
        files = {f"b/{name}": data for name, data in {"manifest.json": b"{}", **new}.items()}
        files |= {"a/main.py": OLD, "a/manifest.json": b"{}", "a/proven": b"", "slot": b"b"}
        super().__init__(folder, port, files)

    def number(self, name):
        """Of NVS, as boot.py and the new code have left it."""
        return struct.unpack("<i", self.board.nvs.get(f"start\x00{name}"))[0]


@pytest.fixture
def tries(monkeypatch, tmp_path):
    """tries(new, port) -> the board, with the numbers that a changeover leaves."""
    made = []
    monkeypatch.setattr(bench_board, "SPEED", 1000)

    def power_on(runner):
        nvs = runner.board.nvs
        for name, value in (("start\x00trial", 1), ("start\x00resets", -1)):
            nvs.set(name, struct.pack("<i", value))
        nvs.set("busguard\x00unchecked", bytes(4))
        nvs.commit()
        begin(runner)

    begin = bench_board.Runner.power_on
    monkeypatch.setattr(bench_board.Runner, "power_on", power_on)

    def tries(new, port=NOWHERE):
        made.append(Trial(tmp_path, new, port))
        return made[0]

    yield tries
    for board in made:
        board.close()


def came_back(board, why, seconds=60):
    board.runs_until(lambda: b"the old code runs" in board.output, "the old code", seconds)
    assert (board.number("trial"), board.number("back"), board.number("how")) == (0, why, 2)


def test_code_that_crashes_gives_way_after_three_resets(tries):
    board = tries({"main.py": b"import machine\nprint('new')\nmachine.reset()\n"})
    came_back(board, 1)
    assert board.output.count(b"new\r\n") == 3


def test_code_that_waits_for_ever_gives_way_after_thirteen_minutes(tries):
    board = tries({"main.py": WAITS % b"new code"})
    board.runs_for(700)
    assert b"old code" not in board.output
    came_back(board, 4)
    assert 780e6 <= board.board.clock.now_us() < 810e6
    assert board.told == ["The board starts again: reset."]


def whole():
    return {path: data for path, data in packed_code().items() if path != "boot.py"}


@pytest.mark.soak
def test_good_code_that_reaches_no_broker_gives_way_after_ten_minutes(tries):
    board = tries(whole())
    board.runs_for(560)
    assert board.told == [] and b"selftest" in board.output
    came_back(board, 3, 120)


def test_noise_on_the_console_is_no_crash(tries):
    board = tries(whole())
    board.runs_until(lambda: b" started " in board.output, "a tick")
    os.write(board.runner.console.user.slave, b"\x03")  # Ctrl-C, and nobody who types on
    board.runs_until(lambda: board.told, "a restart")
    assert board.told == ["The board starts again: reset."]
    board.runs_until(lambda: board.output.count(b" started ") == 2, "a start")
    assert (board.number("resets"), board.number("trial")) == (0, 1)


def test_good_code_that_reaches_the_broker_stays(tries):
    with brokers.start() as broker:
        board = tries(whole(), broker.port)
        board.runs_until(lambda: board.number("trial") == 0, "proven", 120)
        assert board.board.clock.now_us() < 420e6
        board.cut()
        board.runs_until(lambda: board.output.count(b"selftest") == 2, "a start")
    assert b"old code" not in board.output

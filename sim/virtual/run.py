"""python -m sim board: a board on a serial port of this computer.

One loop: the VM's requests, bytes of the console, resets, cuts of the power.
"""

from __future__ import annotations

import select
import selectors
import socket
import struct
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sim.virtual.board import (
    DEEPSLEEP_RESET,
    HARD_RESET,
    SOFT_RESET,
    TIMER_WAKE,
    WDT_RESET,
    VirtualBoard,
)
from sim.virtual.console import Console
from sim.virtual.process import Process, VmModules
from sim.vm import _ops as ops

_REQUEST = struct.Struct("<BBHIqq")
_ANSWER = struct.Struct("<qII")
_FLASH = (ops.FLASH_PROGRAM, ops.FLASH_ERASE)
_WHOLE = (*_FLASH, ops.BOOTED, ops.RESET)  # requests that Ctrl-C does not interrupt
_NAP_S = 0.02
_BURST = 16  # requests in one step, if they come one behind the other
_BRIEFLY = struct.pack("ll", 0, 1000)  # 1 ms; s and us, socket(7)
_PATIENCE = 1000  # times so long
_BUSY_S = 0.5


class Runner:
    """Runs one VirtualBoard; call `step` again and again. `close` ends what it started."""

    def __init__(self, board: VirtualBoard, heap_bytes: int, tell: Callable[[str], None]):
        """tell: gets a sentence about each reset."""
        self.board = board
        self.console = Console()
        self._heap_bytes = heap_bytes
        self._tell = tell
        self._modules = VmModules()
        self._folder = Path(tempfile.mkdtemp(prefix="busguard-wire-"))
        self._path = self._folder / "wire"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._path))
        self._listener.listen()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self.console.user.master, selectors.EVENT_READ, self._pump)
        self._wire: socket.socket | None = None
        self._process: Process | None = None
        self._wakes_us: int | None = None
        self._looked_s = 0.0
        self._op = ops.HELLO
        board.on_ready = self.console.ready
        board.on_up = self.console.up

    @property
    def pid(self) -> int | None:
        """The VM's process; None while the board sleeps or has no power."""
        return None if self._process is None else self._process.pid

    @property
    def heap_beside(self) -> int:
        """Bytes of the VM's heap that are not the program's."""
        return self._modules.heap_bytes

    # power

    def power_on(self) -> None:
        self.board.power_on()
        self._boot()

    def power_cut(self) -> None:
        self._halt()
        self._wakes_us = None
        self.board.power_off()
        self.console.is_raw = False

    def _boot(self) -> None:
        more = self.board.date.environment if self.board.date is not None else {}
        flash = self.board.image.path
        self._process = Process(self._modules, self._path, flash, self._heap_bytes, more)
        self.board.is_raw = self.console.is_raw
        self.console.attach(self._process)
        self._selector.register(self._process.line.master, selectors.EVENT_READ, self._pump)

    def _halt(self) -> None:
        if self._process is not None:
            self._selector.unregister(self._process.line.master)
            self._process.kill()
            self.console.detach()
            self._process = None
        self._hang_up()

    def _hang_up(self) -> None:
        if self._wire is not None:
            self._selector.unregister(self._wire)
            self._wire.close()
            self._wire = None

    def _reset(self, cause: int, what: str, woken_by: int = 0) -> None:
        self._halt()
        is_soft = what == "soft reset"
        if is_soft:
            self.console.say(b"MPY: soft reboot\r\n")
        else:
            self.console.is_raw = False
        self._tell(f"The board starts again: {what}.")
        self.board.reset(cause, woken_by)
        self.board.start(keeps_watchdog=is_soft)
        self._boot()

    # the loop

    def step(self) -> None:
        """Do everything that is due, or sleep briefly."""
        for key, _ in self._selector.select(_NAP_S):
            if key.fileobj in self._selector.get_map():  # or an earlier one has closed it
                key.data()
        self.console.pump()
        self._interrupt()
        self.board.look()
        if self._wakes_us is not None:
            if self.board.clock.now_us() >= self._wakes_us:
                self._wakes_us = None
                self._reset(DEEPSLEEP_RESET, "deep sleep", TIMER_WAKE)
        elif self._process is not None:
            if self.board.watchdog_bites():
                self._reset(WDT_RESET, "watchdog")
            elif self._has_ended(self._process):
                self._reset(SOFT_RESET, "soft reset")

    def _has_ended(self, process: Process) -> bool:
        """Asked only now and then: it costs more than a request."""
        now_s = time.monotonic()
        if now_s - self._looked_s < _NAP_S:
            return False
        self._looked_s = now_s
        return process.has_ended

    def close(self) -> None:
        self.power_cut()
        self._listener.close()
        self._path.unlink()
        self._folder.rmdir()
        self._modules.remove()
        self._selector.close()
        self.console.user.close()

    def _pump(self) -> None:
        self.console.pump()

    def _accept(self) -> None:
        self._hang_up()
        self._wire, _ = self._listener.accept()
        self._wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _BRIEFLY)
        self._selector.register(self._wire, selectors.EVENT_READ, self._serve)

    def _serve(self) -> None:
        """Some requests: going through the selector for each would take as long as they do."""
        for _ in range(_BURST):
            if self._wire is None or not self._serve_one(self._wire):
                return

    def _serve_one(self, wire: socket.socket) -> bool:
        """-> whether there was one. A VM that was killed in the middle of one is not there."""
        try:
            begin = wire.recv(_REQUEST.size)
        except BlockingIOError:
            return False
        except OSError:
            begin = b""
        try:
            head = begin + _receive(wire, _REQUEST.size - len(begin)) if begin else b""
            op, unit, size, room, argument, now_us = _REQUEST.unpack(head)
            data = _receive(wire, size)
        except (OSError, struct.error):
            self._hang_up()
            return False
        self._op = op
        if self.console.asked_s is not None and op not in _WHOLE:
            self.console.interrupt()  # the VM connects again, and repeats what it still needs
            return False
        answer = self.board.answer(op, unit, argument, now_us, data, room)
        if answer is None:
            self._grant()
            return False
        value, payload, took_us = answer
        try:
            wire.sendall(_ANSWER.pack(value, len(payload), took_us) + payload)
        except OSError:
            self._hang_up()
            return False
        return True

    def _interrupt(self) -> None:
        """Ctrl-C, if one waits. An ESP32 raises between two bytecodes; this VM raises wherever it
        stands: in the garbage collector that leaves the heap locked, in littlefs the file system
        torn. So the VM gets it while it waits for an answer (_serve) or sleeps. A program that does
        neither gets it after some processor time of its own: on a busy computer seconds can pass in
        which it did not run."""
        process, asked_s = self._process, self.console.asked_s
        if process is None or asked_s is None:
            return
        asks = self._wire is not None and select.select([self._wire], [], [], 0)[0]
        may_sleep = not asks and self._op not in _FLASH and process.waits
        if may_sleep or process.worked_s - asked_s > _BUSY_S:
            self.console.interrupt()

    def _grant(self) -> None:
        """Carry out what the board asked for: a reset, sleep, or the power cut that it ran into."""
        wanted, sleeps_us = self.board.wanted, self.board.sleeps_us
        if wanted == "watchdog":
            self._reset(WDT_RESET, "watchdog")
        elif wanted == "power cut":
            self.power_cut()
        elif wanted == "deep sleep":
            self._halt()
            self.board.harness.reset()
            self._tell("The board sleeps.")
            self._wakes_us = None if sleeps_us is None else self._skip(sleeps_us)
        else:
            self._reset(HARD_RESET if wanted == "reset" else SOFT_RESET, wanted or "")

    def _skip(self, us: int) -> int:
        """-> the time of the board at which it wakes."""
        clock = self.board.clock
        wakes_us = clock.now_us() + us
        clock.skipped_us += us - us // self.board.speed
        return wakes_us


def _receive(wire: socket.socket, size: int) -> bytes:
    """OSError if the other end is gone."""
    data, patience = b"", _PATIENCE
    while len(data) < size:
        try:
            piece = wire.recv(size - len(data))
        except BlockingIOError:
            patience -= 1
            if patience < 0:
                raise
            continue
        if not piece:
            raise ConnectionResetError
        data += piece
    return data


def run_until(runner: Runner, done: Callable[[], bool], seconds: float) -> bool:
    """Steps until it is done -> whether it was, within so many seconds."""
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        if done():
            return True
        runner.step()
    return done()

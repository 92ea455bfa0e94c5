"""The board's serial line: the user's terminal on one side, the VM's on the other.

What differs from an ESP32 is put right on the way: line ends, Ctrl-C while a program runs
(a signal to a process), and the raw REPL that a soft reset keeps.
"""

from __future__ import annotations

import os
import termios
import time
from collections.abc import Callable
from typing import Protocol

_CTRL_A, _CTRL_C = b"\x01", b"\x03"
_RAW = b"raw REPL; CTRL-B to exit\r\n>"
_RAW_BEGINS = b"raw REPL; CTRL-B to exit"
_FRIENDLY_BEGINS = b'Type "help()"'
_PROMPT = b">>> "
_INTERRUPTS_S = 0.5
_NOBODY_S = 1.0
_IFLAG, _OFLAG, _CFLAG, _LFLAG, _CC = 0, 1, 2, 3, 6


class PseudoTerminal:
    """A pseudo-terminal. `slave` is held open, so that the line is never hung up."""

    def __init__(self) -> None:
        self.master, self.slave = os.openpty()
        os.set_blocking(self.master, False)
        mode = termios.tcgetattr(self.slave)
        mode[_IFLAG] = mode[_OFLAG] = 0
        mode[_CFLAG] |= termios.CS8 | termios.CREAD
        mode[_LFLAG] = 0
        mode[_CC][termios.VMIN], mode[_CC][termios.VTIME] = 1, 0
        termios.tcsetattr(self.slave, termios.TCSANOW, mode)

    @property
    def path(self) -> str:
        return os.ttyname(self.slave)

    def read(self) -> bytes:
        """What has arrived, or b""."""
        data = b""
        try:
            while piece := os.read(self.master, 65536):
                data += piece
        except OSError:
            pass
        return data

    def write(self, data: bytes | bytearray) -> int:
        """-> how many bytes were taken."""
        try:
            return os.write(self.master, data)
        except BlockingIOError:
            return 0

    def close(self) -> None:
        os.close(self.master)
        os.close(self.slave)


class Terminal(Protocol):
    """What reads and writes at the other end: process.py."""

    line: PseudoTerminal

    @property
    def runs_a_program(self) -> bool: ...

    @property
    def worked_s(self) -> float: ...

    def interrupt(self) -> None: ...


class Console:
    """Moves bytes between the two lines when it is called."""

    def __init__(self) -> None:
        self.user = PseudoTerminal()
        self.vm: Terminal | None = None
        self.is_raw = False
        """The raw REPL was last seen; a soft reset comes back to it."""
        self.on_output: Callable[[bytes], None] = lambda data: None
        self._in = bytearray()
        self._out = bytearray()
        self._moved_s = time.monotonic()
        self._swallowed: bytes | None = None  # while the raw REPL is restored
        self._tail = b""
        self._is_up = False
        self._interrupted_s: float | None = None
        self.asked_s: float | None = None
        """What the VM had worked when Ctrl-C came, which waits until `interrupt` may be called."""

    def attach(self, vm: Terminal) -> None:
        """A VM has started."""
        self.vm = vm
        self._swallowed = None
        self._is_up = False
        self._interrupted_s = self.asked_s = None

    def up(self) -> None:
        """The VM can be interrupted from now on."""
        self._is_up = True

    def ready(self, is_raw: bool) -> None:
        """boot.py and main.py are over, the REPL follows. is_raw: it has to be the raw one."""
        self.pump()
        if is_raw:
            self._swallowed = b""

    def detach(self) -> None:
        """The VM has ended; its last output is taken."""
        if self.vm is not None:
            self.pump()
            self.vm.line.close()
            self.vm = None

    def say(self, text: bytes) -> None:
        self._out += text
        self.flush()

    def pump(self) -> None:
        """Move all bytes that can move now."""
        self._in += self.user.read()
        if self.vm is not None:
            self._hear(self.vm.line.read())
            self._type()
        self.flush()

    def flush(self) -> None:
        if not self._out:
            self._moved_s = time.monotonic()
            return
        taken = self.user.write(self._out)
        del self._out[:taken]
        if taken:
            self._moved_s = time.monotonic()
        elif time.monotonic() - self._moved_s > _NOBODY_S:
            self._out.clear()  # nothing reads at the other end

    def _hear(self, data: bytes) -> None:
        if not data:
            return
        if self._swallowed is not None:
            self._restore_raw(data)
            return
        text = self._tail + data
        raw, friendly = text.rfind(_RAW_BEGINS), text.rfind(_FRIENDLY_BEGINS)
        if raw != friendly:
            self.is_raw = raw > friendly
        ended_with_cr = self._tail.endswith(b"\r") and data.startswith(b"\n")
        self._tail = text[-64:]
        cooked = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        cooked = cooked[1:] if ended_with_cr else cooked
        self.on_output(cooked)
        self._out += cooked

    def _restore_raw(self, data: bytes) -> None:
        assert self._swallowed is not None and self.vm is not None
        before = self._swallowed
        self._swallowed += data
        if _PROMPT in self._swallowed and _PROMPT not in before:
            self.vm.line.write(_CTRL_A)
        if self._swallowed.endswith(_RAW):
            self._swallowed = None
            self.is_raw = True
            self._tail = b""
            self._out += _RAW

    def _type(self) -> None:
        """Keys after Ctrl-C wait until the program has ended: the VM would lose them."""
        if not self._in or not self._is_up or self._swallowed is not None:
            return
        assert self.vm is not None
        runs = self.vm.runs_a_program
        if self._interrupted_s is not None:
            if runs and time.monotonic() - self._interrupted_s < _INTERRUPTS_S:
                return
            self._interrupted_s = None
        end = self._in.find(_CTRL_C) if runs else -1
        if end == 0:
            if self.asked_s is None:
                self.asked_s = self.vm.worked_s
            return
        self.asked_s = None
        taken = self.vm.line.write(self._in[:end] if end > 0 else self._in)
        del self._in[:taken]

    def interrupt(self) -> None:
        """Pass the waiting Ctrl-C to the program."""
        assert self.vm is not None and self.asked_s is not None
        del self._in[0]
        self.vm.interrupt()
        self._interrupted_s, self.asked_s = time.monotonic(), None

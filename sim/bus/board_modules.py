"""os, machine and esp32 for the sources that a simulated bus starts with, over its files and NVS.

boot.py and drivers/board/start.py ask MicroPython itself, not the parts of a board. Here their
text runs unchanged; what it may import is what stands here, and a name or an argument that
MicroPython does not have is an error.

Source: MicroPython 1.29 documentation: machine.Pin, machine.WDT, machine.Timer, machine.RTC,
machine.reset_cause, esp32.NVS, os; ports/esp32/machine_timer.c (four timers, one object each).
"""

from __future__ import annotations

import builtins
import errno
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any

from sim.bus.files import Files
from sim.wires.nvs import NVS
from sim.wires.pin import WDT

ROOT = Path(__file__).parents[2]
CAUSES = {"power_on": 1, "external": 2, "watchdog": 3, "deep_sleep": 4, "soft": 5}
"""Reset causes as drivers/board/board.py names them -> machine's constants."""
_REAL = ("micropython", "errno", "struct", "time", "firmware", "drivers")
_TIMERS = 4
_PINS = 49
_RTC_BYTES = 2048


class Reset(BaseException):
    """machine.reset(): no part of the firmware runs on, not even its `except Exception`."""


def reset() -> None:
    raise Reset


class Pin:
    IN, OUT, OPEN_DRAIN = 1, 3, 7
    PULL_DOWN, PULL_UP = 1, 2
    levels: dict[int, int]

    def __init__(self, id: int, mode: int = -1, pull: int | None = -1, *, value: int | None = None):
        if not 0 <= id < _PINS:
            raise ValueError("invalid pin")
        if value is not None:
            self.levels[id] = value


class Timer:
    ONE_SHOT, PERIODIC = 0, 1
    made: dict[int, Timer]
    clock: Callable[[], int]
    due_ms: int | None

    def __new__(cls, id: int, **given: Any) -> Timer:
        if not 0 <= id < _TIMERS:
            raise ValueError("invalid Timer number")
        if id not in cls.made:
            cls.made[id] = super().__new__(cls)
            cls.made[id].due_ms = None
        return cls.made[id]

    def __init__(self, id: int, **given: Any):
        if given:
            self.init(**given)

    def init(
        self,
        *,
        mode: int = PERIODIC,
        freq: float = -1,
        period: int = -1,
        callback: Callable[[Timer], None] | None = None,
        hard: bool = False,
    ) -> None:
        self._period_ms = period if freq < 0 else round(1000 / freq)
        if self._period_ms <= 0:
            raise ValueError("period")
        self._is_periodic = mode == Timer.PERIODIC
        self._callback = callback
        self.due_ms = self.clock() + self._period_ms

    def deinit(self) -> None:
        self.due_ms = None

    def fire(self) -> None:
        """Its time has come."""
        assert self.due_ms is not None
        self.due_ms = self.due_ms + self._period_ms if self._is_periodic else None
        if self._callback is not None:
            self._callback(self)


class RTC:
    def __init__(self) -> None:
        self.kept = b""

    def memory(self, data: bytes | None = None) -> bytes | None:
        if data is None:
            return self.kept
        if len(data) > _RTC_BYTES:
            raise ValueError("buffer too long")
        self.kept = bytes(data)
        return None


class _Os:
    def __init__(self, files: Files):
        self._files = files
        self._here = ""

    def path(self, path: str) -> str:
        """-> as Files names it."""
        whole = path if path.startswith("/") else f"{self._here}/{path}"
        return "/".join(part for part in whole.split("/") if part not in ("", "."))

    def stat(self, path: str) -> tuple[int, ...]:
        name = self.path(path)
        if name in self._files.folders:
            return (0x4000, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        return (0x8000, 0, 0, 0, 0, 0, self._files.size(name), 0, 0, 0)

    def rename(self, old: str, new: str) -> None:
        self._files.rename(self.path(old), self.path(new))

    def remove(self, path: str) -> None:
        self._files.remove(self.path(path))

    def mkdir(self, path: str) -> None:
        if self.path(path) in self._files.folders:
            raise OSError(errno.EEXIST, "EEXIST")
        self._files.ensure(self.path(path))

    def chdir(self, path: str) -> None:
        if self.path(path) not in self._files.folders:
            raise OSError(errno.ENOENT, "ENOENT")
        self._here = self.path(path)

    def getcwd(self) -> str:
        return "/" + self._here

    def listdir(self, path: str = "") -> list[str]:
        folder = self.path(path)
        names = [*self._files.content, *(self._files.folders - {""})]
        return [name.rpartition("/")[2] for name in names if name.rpartition("/")[0] == folder]

    def open(self, path: str, mode: str = "r") -> Any:
        if "b" in mode:
            return self._files.open(self.path(path), mode)
        file = self._files.open(self.path(path), mode + "b")
        return io.TextIOWrapper(file, encoding="utf-8", write_through=True)


class BoardModules:
    """What one run of a board finds. `os`, `machine` and `esp32` are the modules.

    watchdog: the last machine.WDT that was started, or None; levels: of the pins that were
    switched.
    """

    def __init__(self, files: Files, nvs: dict[str, NVS], rtc: RTC, clock: Callable[[], int],
                 cause: str):  # fmt: skip
        """nvs: by namespace; rtc: outlives resets. clock: the simulator's ms."""
        self.watchdog: WDT | None = None
        self.levels: dict[int, int] = {}
        self.timers: dict[int, Timer] = {}
        self.os = _Os(files)
        self.esp32 = SimpleNamespace(NVS=lambda namespace: nvs[namespace])
        self.machine = SimpleNamespace(
            PWRON_RESET=1, HARD_RESET=2, WDT_RESET=3, DEEPSLEEP_RESET=4, SOFT_RESET=5,
            reset_cause=lambda: CAUSES[cause],
            reset=reset,
            Pin=type("Pin", (Pin,), {"levels": self.levels}),
            Timer=type("Timer", (Timer,), {"made": self.timers, "clock": staticmethod(clock)}),
            WDT=self._start_watchdog(clock),
            RTC=lambda: rtc,
        )  # fmt: skip

    def _start_watchdog(self, clock: Callable[[], int]) -> Callable[..., WDT]:
        def start(id: int = 0, timeout: int = 5000) -> WDT:
            if id != 0:
                raise ValueError("invalid WDT number")
            self.watchdog = WDT(clock, timeout)
            return self.watchdog

        return start

    @property
    def timer_ms(self) -> int | None:
        """When the next timer fires."""
        return min((t.due_ms for t in self.timers.values() if t.due_ms is not None), default=None)

    def fire(self, now_ms: int) -> None:
        """Every timer whose time has come. It may raise Reset."""
        for timer in list(self.timers.values()):
            if timer.due_ms is not None and timer.due_ms <= now_ms:
                timer.fire()

    def run(self, path: str) -> dict[str, Any]:
        """Runs a source of this tree, such as boot.py -> its globals."""
        found: dict[str, Any] = {
            "__name__": path.removesuffix(".py").replace("/", "."),
            "__builtins__": {**vars(builtins), "open": self.os.open, "__import__": self._import},
        }
        exec(_compiled(path), found)
        return found

    def _import(self, name: str, given: Any = None, local: Any = None, wanted: Any = (),
                level: int = 0) -> Any:  # fmt: skip
        if name in ("os", "machine", "esp32"):
            return getattr(self, name)
        if name.partition(".")[0] not in _REAL:
            raise ImportError(f"a simulated board has no module {name}")
        return builtins.__import__(name, given, local, wanted, level)


@cache
def _compiled(path: str) -> CodeType:
    return compile((ROOT / path).read_bytes(), path, "exec")

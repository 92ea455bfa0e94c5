"""How late the ticks of a program on a virtual board are, not counting what this computer kept.

A tick ends with a feed of the watchdog, so the pauses between feeds show it. While the bus stands,
a pause of more than half a second is that of a quiet tick: one that follows a late one is shorter.
"""

from __future__ import annotations

import os

LATE_MS = 20
"""P4."""
_TICK_MS, _QUIET_TICK_MS = 100, 1000  # firmware/bus.py


class Lateness:
    """Figures since the last `begin`. The computer keeps from the board what its process and this
    one wait for a processor, and what this one works."""

    def __init__(self) -> None:
        self._own = _Scheduled("self")
        self._vm: _Scheduled | None = None
        self._fed_us = 0
        self._kept_us = 0
        self._drives = False
        self.begin()

    def begin(self) -> None:
        self.ticks = self.late = self.worst_ms = 0

    def fed(self, now_us: int, pid: int, drives: bool) -> None:
        """pid: the VM's process. drives: the ignition is on, so that the next tick is no quiet
        one."""
        if self._vm is None or self._vm.pid != pid:
            self.forget()
            self._vm = _Scheduled(pid)
        worked_us, waited_us = self._own.us()
        kept_us = worked_us + waited_us + self._vm.us()[1]
        if self._fed_us:
            self._count(now_us - self._fed_us, kept_us - self._kept_us)
        self._fed_us, self._kept_us, self._drives = now_us, kept_us, drives

    def _count(self, pause_us: int, kept_us: int) -> None:
        is_quiet = not self._drives and pause_us > _QUIET_TICK_MS * 500
        due_us = (_QUIET_TICK_MS if is_quiet else _TICK_MS) * 1000
        late_ms = max(0, pause_us - due_us - max(0, kept_us)) // 1000
        self.ticks += 1
        self.late += late_ms > LATE_MS
        self.worst_ms = max(self.worst_ms, late_ms)

    def forget(self) -> None:
        """The board's processor starts anew, or nothing more is asked."""
        self._fed_us = 0
        if self._vm is not None:
            self._vm.close()
            self._vm = None

    def close(self) -> None:
        self.forget()
        self._own.close()


class _Scheduled:
    """A process, as the kernel's scheduler counts it (Documentation/scheduler/sched-stats)."""

    def __init__(self, pid: int | str):
        self.pid = pid
        self._file = os.open(f"/proc/{pid}/schedstat", os.O_RDONLY)

    def us(self) -> tuple[int, int]:
        """How long it was on a processor, and how long it waited for one."""
        worked, waited, _ = os.pread(self._file, 99, 0).split()
        return int(worked) // 1000, int(waited) // 1000

    def close(self) -> None:
        os.close(self._file)

"""What the program on a virtual board makes of its heap, for as long as it runs.

The program knows nothing of it: the VM's watchdog (sim/vm/machine.py) tells of the heap at a feed,
which is the end of a tick, because the answer to the feed before has asked for it.
"""

from __future__ import annotations

import re

_COUNT, _ACCOUNT = 1, 2  # what the answer to a feed asks for
_REPORT_MS = 3_600_000
_BLOCK = 32  # bytes; py/gc.c, 64-bit words
_USED = re.compile(rb"GC: total: \d+, used: (\d+), free: (\d+)")
_LARGEST = re.compile(rb"max free sz: (\d+)")


class Heap:
    """Figures since the last `begin`. Give `fed` to VirtualBoard.on_fed, and `read` what the board
    says on its console."""

    def __init__(self, beside: int):
        """beside: bytes that the stand-ins for an ESP32's own modules take of the heap."""
        self._beside = beside
        self._base: int | None = None
        self._due_ms = 0
        self._text = b""
        self.begin()

    def begin(self) -> None:
        self.collections = 0  # ticks in which there was one, or more
        self.live = 0  # bytes, the most behind a collection
        self.largest = 0  # bytes, of the free blocks: the least that it was
        self.reports = 0

    def fed(self, heap: int | None, now_ms: int) -> int:
        """heap: what is taken less what was ever allocated: only a collection lowers it. -> what
        to ask for next."""
        if heap is None:
            self._base = None  # it has started again, or its own collection stands between
        elif self._base is not None:
            self.collections += heap < self._base
        self._base = heap
        if now_ms < self._due_ms:
            return _COUNT
        self._due_ms = now_ms + _REPORT_MS
        self._base = None
        return _COUNT | _ACCOUNT

    def report(self) -> None:
        """Ask for an account with the next feed."""
        self._due_ms = 0

    def read(self, data: bytes) -> None:
        self._text = (self._text + data)[-2000:]
        used, largest = _USED.search(self._text), _LARGEST.search(self._text)
        if used is None or largest is None or largest.start() < used.start():
            return
        self._text = self._text[largest.end() :]
        self.reports += 1
        self.live = max(self.live, int(used[1]) - self._beside)
        size = int(largest[1]) * _BLOCK
        self.largest = min(self.largest or size, size)

"""Garbage: collected seldom, by the bytes that were made, in a quiet moment behind a tick.

A collection takes an ESP32 some 2 ms. With PSRAM it takes 35 to 286 ms, as others report, and more
as the heap grows (MicroPython issue 8428): behind every tick it would leave no time for anything
else. A bus that drives makes some 600 bytes a tick, 120 KB in 20 s, and has megabytes of PSRAM.
gc.threshold() in main.py stays as a net below this: it collects in the midst of whatever makes
more, such as the check of a signed command.
"""

from micropython import const

_LOOK_MS = const(5000)  # to ask for the free memory goes through the heap as well
_LEAST_MS = const(20000)  # between two collections
_PARKED_MS = const(500)  # so far away is the next tick only of a parked bus
_SHARE = const(4)  # of what was free, which is garbage by then
_SHARE_PARKED = const(16)


class Garbage:
    """collections, late: how many there were, and how many of them took longer than the tick behind
    them could wait. longest_ms: the longest."""

    def __init__(self, gc, time):
        """gc, time: the modules."""
        self._gc = gc
        self._time = time
        self._look_ms = self._least_ms = 0
        self._free = gc.mem_free()  # behind the last collection
        self.collections = self.late = self.longest_ms = 0

    def collect(self, now_ms, next_tick_ms):
        """Call it after every tick. now_ms: milliseconds since boot; next_tick_ms: of the bus."""
        if now_ms < self._look_ms:
            return
        self._look_ms = now_ms + _LOOK_MS
        free = self._gc.mem_free()
        made = self._free - free
        is_far = next_tick_ms - now_ms >= _PARKED_MS
        enough = self._free // (_SHARE_PARKED if is_far else _SHARE)
        is_due = now_ms >= self._least_ms and made >= enough
        if not is_due and made < free:  # else there is as much as is left: whatever the moment
            return
        began_ms = self._time.ticks_ms()
        self._gc.collect()
        took_ms = self._time.ticks_diff(self._time.ticks_ms(), began_ms)
        self._free = self._gc.mem_free()
        self._least_ms = now_ms + _LEAST_MS
        self.collections += 1
        self.longest_ms = max(self.longest_ms, took_ms)
        if now_ms + took_ms > next_tick_ms:
            self.late += 1

"""Garbage: collects garbage right after a tick, when the next one is far away, in a tenth of the
time at most.

A collection takes an ESP32 some 2 ms. With PSRAM it takes tens of ms, and more as the heap grows
(MicroPython issue 8428); ten collections a second would leave no time for anything else.
"""

from micropython import const

_SHARE = const(10)


class Garbage:
    def __init__(self, gc, time):
        """gc, time: the modules."""
        self._gc = gc
        self._time = time
        self._due_ms = 0

    def collect(self, now_ms):
        """Call it after every tick. now_ms: milliseconds since boot."""
        if now_ms < self._due_ms:
            return
        began_ms = self._time.ticks_ms()
        self._gc.collect()
        took_ms = self._time.ticks_diff(self._time.ticks_ms(), began_ms)
        self._due_ms = now_ms + _SHARE * took_ms

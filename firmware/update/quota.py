"""Quota: bytes of an update that may come over the mobile network in a day (UTC).

A piece counts when it is asked for, whether it comes or not. What is written down is what will have
been asked for once these bytes are there, so that no reset makes more of them. Wi-Fi is not
counted.

The date is GNSS's, and may be wrong or forged for a moment. So only a later day empties the count,
and only after 20 hours of running with an update; after two days of running any date does.
"""

from micropython import const

_DAY, _BYTES, _QUARTERS = "fetch_day", "fetch_bytes", "fetch_quarters"
_AHEAD = const(4096)
_DAY_S = const(86400)
_QUARTER_MS = const(900000)
_NEXT = const(80)  # quarters of an hour
_LATEST = const(192)


class Quota:
    def __init__(self, kb_day, memory):
        """kb_day: config["update"]["cellular_kb_day"]; memory: of the bus."""
        self._most = kb_day * 1024
        self._memory = memory
        self._day = memory.get(_DAY) or 0
        self._used = self._noted = memory.get(_BYTES) or 0
        self._quarters = memory.get(_QUARTERS) or 0
        self._since_ms = None

    def runs(self, now_ms):
        """Call it every few seconds: the bus runs on."""
        if self._since_ms is None:
            self._since_ms = now_ms
        quarters = (now_ms - self._since_ms) // _QUARTER_MS
        if quarters:
            self._since_ms += quarters * _QUARTER_MS
            if self._used and self._quarters < _LATEST:
                self._quarters += quarters
                self._memory.set(_QUARTERS, self._quarters)

    def allows(self, size, utc_s):
        """bool: a message of `size` bytes may come over the mobile network."""
        day = utc_s // _DAY_S
        if self._quarters >= (_NEXT if day > self._day else _LATEST):
            self._used = self._noted = self._quarters = 0
            for name in (_BYTES, _QUARTERS):
                self._memory.set(name, 0)
        if not self._used:
            self._day = day
        return self._used + size <= self._most

    def count(self, size):
        if not self._used:
            self._memory.set(_DAY, self._day)
        self._used += size
        if self._used > self._noted:
            self._noted = self._used + _AHEAD
            self._memory.set(_BYTES, self._noted)

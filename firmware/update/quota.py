"""Quota: bytes of an update that may come over the mobile network in a day (UTC).

What is written down is what will have come once these bytes are there, so that no reset makes more
of them. Wi-Fi is not counted.
"""

from micropython import const

_DAY, _BYTES = "fetch_day", "fetch_bytes"
_AHEAD = const(4096)
_DAY_S = const(86400)


class Quota:
    def __init__(self, kb_day, memory):
        """kb_day: config["update"]["cellular_kb_day"]; memory: of the bus."""
        self._most = kb_day * 1024
        self._memory = memory
        self._day = memory.get(_DAY) or 0
        self._used = self._noted = memory.get(_BYTES) or 0

    def allows(self, size, utc_s, is_told):
        """bool: a message of `size` bytes may come over the mobile network. is_told: satellites
        have told the time; before that the day may be an earlier one than it was already."""
        day = utc_s // _DAY_S
        if day > self._day or (is_told and day != self._day):
            self._day, self._used, self._noted = day, 0, 0
            self._memory.set(_DAY, day)
            self._memory.set(_BYTES, 0)
        return self._used + size <= self._most

    def count(self, size):
        self._used += size
        if self._used > self._noted:
            self._noted = self._used + _AHEAD
            self._memory.set(_BYTES, self._noted)

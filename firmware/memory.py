"""Memory: small numbers that outlive a reset, in NVS. A refusal of the flash ends no tick.

A number that was refused is kept here and offered again until NVS takes it. A reset in between
would lose it: that is a fault, reported once an outage.
"""

from micropython import const

from firmware.event import fault
from firmware.timing import Every

_AGAIN_MS = const(10000)
_REFUSED = "The memory of the board (NVS) refuses to be written: a reset would forget %s."


class Memory:
    def __init__(self, nvs):
        """nvs: get(name) -> int or None; set(name, value), OSError if the flash refuses."""
        self._nvs = nvs
        self._refused = {}
        self._again = Every(_AGAIN_MS)
        self._is_reported = False

    def get(self, name):
        """-> int (32 bits, signed), or None if it was never set."""
        if name in self._refused:
            return self._refused[name]
        return self._nvs.get(name)

    def set(self, name, value):
        try:
            self._nvs.set(name, value)
        except OSError:
            self._refused[name] = value
        else:
            self._refused.pop(name, None)

    @property
    def is_kept(self):
        """bool: a reset would forget none of the numbers."""
        return not self._refused

    def update(self, s):
        """Snapshot -> list of Events."""
        if not self._refused:
            self._is_reported = False
            return ()
        if self._again.due(s.now_ms):
            self._offer()
        if self._is_reported or not self._refused:
            return ()
        self._is_reported = True
        return (fault("memory", _REFUSED % ", ".join(sorted(self._refused))),)

    def _offer(self):
        for name in list(self._refused):
            self.set(name, self._refused[name])

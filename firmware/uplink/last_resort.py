"""When nothing else brings the link back, the board starts anew: once an outage, parked.

A stack or a dialer that hangs survives everything but a reset. A broker that is down for
days, or a village without coverage, does not: so one reset has to be enough until a link
has been up again, and a note in NVS remembers that it was done. While anybody may be
on board, or anything alarms, nothing is reset.
"""

from firmware.event import fault

_DONE = "link_reset"


class LastResort:
    def __init__(self, after_min, memory):
        """after_min: without a link before the reset."""
        self._after_ms = after_min * 60000
        self._memory = memory
        self._is_done = bool(memory.get(_DONE))
        self._linked_ms = None
        self._now_ms = 0

    def update(self, now_ms, is_linked, is_calm, rests=False):
        """-> Event once the board has to be reset, to be recorded before; None.

        rests: nobody tries to link; that time does not count.
        """
        if is_linked or self._linked_ms is None:
            self._linked_ms = now_ms
        elif rests:
            self._linked_ms += now_ms - self._now_ms
        self._now_ms = now_ms
        if is_linked and self._is_done:
            self._note(0)
        if self._is_done or not is_calm or now_ms - self._linked_ms < self._after_ms:
            return None
        self._note(1)
        minutes = (now_ms - self._linked_ms) // 60000
        text = "No connection to the broker for %d min; the board starts anew." % minutes
        return fault("link", text)

    def _note(self, value):
        self._is_done = bool(value)
        self._memory.set(_DONE, value)

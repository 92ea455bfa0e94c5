"""LastResort: if nothing else brings the link back, the board restarts, once an outage.

Only a reset cures a network stack or a dialer that hangs. It does not cure a broker that is
down for days, or a village without coverage: so there is one reset until a link has been up
again, and a note in NVS remembers it. The board is not reset while a person may be on board
or an alarm stands.
"""

from firmware.event import fault

_DONE = "link_reset"


class LastResort:
    def __init__(self, after_min, memory):
        """after_min: minutes without a link before the reset. memory: Memory."""
        self._after_ms = after_min * 60000
        self._memory = memory
        self._is_done = bool(memory.get(_DONE))
        self._linked_ms = None
        self._now_ms = 0

    def update(self, now_ms, is_linked, is_calm, is_asleep=False):
        """-> Event if the board has to be reset; record it before the reset. None if not.

        is_asleep: the bus sleeps and does not connect; that time does not count.
        """
        if is_linked or self._linked_ms is None:
            self._linked_ms = now_ms
        elif is_asleep:
            self._linked_ms += now_ms - self._now_ms
        self._now_ms = now_ms
        if is_linked and self._is_done:
            self._note(0)
        if self._is_done or not is_calm or now_ms - self._linked_ms < self._after_ms:
            return None
        self._note(1)
        minutes = (now_ms - self._linked_ms) // 60000
        text = "No connection to the broker for %d min; the board restarts." % minutes
        return fault("link", text)

    def _note(self, value):
        self._is_done = bool(value)
        self._memory.set(_DONE, value)

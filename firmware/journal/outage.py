"""Outage: the journal's flash goes on refusing, to be read or to take records.

The city hears of it in `status` at once, for an Event cannot be recorded then; the Event follows.
"""

from micropython import const

from firmware.event import fault

_HELD_MS = const(5000)  # a single refusal is tried again, and is no fault
_TEXT = (
    "The flash refused the journal for a time: what happened meanwhile is recorded late, or lost."
)


class Outage:
    """is_on: it lasts."""

    def __init__(self, journal, recorder):
        self._journal = journal
        self._recorder = recorder
        self._since_ms = None
        self.is_on = False

    def update(self, s):
        """-> Events, one for each outage."""
        if not (self._journal.refuses or self._recorder.failed):
            self._since_ms = None
            self.is_on = False
            return ()
        if self._since_ms is None:
            self._since_ms = s.now_ms
        if self.is_on or s.now_ms - self._since_ms < _HELD_MS:
            return ()
        self.is_on = True
        return (fault("journal", _TEXT),)

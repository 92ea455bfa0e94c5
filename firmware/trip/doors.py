"""A door, as far as its contact can be believed.

Unknown (None): a contact that cannot be read or is not wired; one that was never seen shut since
the start; one that was "open" for 30 s of driving, whose wire may be torn. It is believed again
once it was seen shut and then open.
"""

from micropython import const

from firmware.timing import Held

_TORN_MS = const(30000)


class Door:
    """is_open: True, False or None. is_believed: its contact was seen to open. is_fitted: it has
    a contact (bus.json, inputs)."""

    def __init__(self, is_fitted=True):
        self.is_fitted = is_fitted
        self.is_open = None
        self.is_believed = False
        self._was_open = None  # as last known
        self._torn = Held(_TORN_MS)

    def update(self, now_ms, reading, drives):
        """Every tick, with the reading of the Snapshot."""
        if reading and self._was_open is False:
            self.is_believed = True
        if reading is not None:
            self._was_open = reading
        if self._torn.update(now_ms, drives and self._was_open):
            self.is_believed = False
        self.is_open = None if reading and not self.is_believed else reading

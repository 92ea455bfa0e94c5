"""Press: the check button was pressed by a hand, judged when it is released.

A wire that chafes touches ground for a moment, and one that touches it for good is a fault
(button_stuck_s). With ten readings a second, contact for less than 0.3 s is never a press, and
0.4 s to 10 s always is.
"""

from micropython import const

_LEAST_MS = const(400)
_MOST_MS = const(10000)


class Press:
    def __init__(self):
        self._pressed = None  # as last known
        self._since_ms = None  # of a press that began with a released button

    def update(self, now_ms, pressed):
        """Every tick -> ms that the press lasted, in the tick in which it ends; else None.

        pressed: None: unknown; a press in which that happens counts for nothing.
        """
        ms = None
        if pressed is None:
            self._since_ms = None
            return None
        if pressed and self._pressed is False:
            self._since_ms = now_ms
        elif not pressed and self._since_ms is not None:
            ms = now_ms - self._since_ms
            self._since_ms = None
        self._pressed = pressed
        return ms if ms is not None and _LEAST_MS <= ms <= _MOST_MS else None

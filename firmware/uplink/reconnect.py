"""Gets the link up again: the radio first, then the dial, waiting longer each time.

Dials that fail in a row start the radio anew, more of them take its power away. What
comes after that is not decided here (firmware/uplink/last_resort.py).
"""

from micropython import const

_FIRST_WAIT_MS = const(1000)
_LOOK_MS = const(500)
_PROVEN_MS = const(10000)
_LEAVE_MS = const(2000)  # for a DISCONNECT to get out before the radio goes off
_SOON = const(3)  # failures: at most 8 s to the next dial
_DIALS_A_RADIO = const(5)  # dials that fail in a row before the radio is started anew


class Reconnect:
    """A city's buses must not all come back in the same second: each wait is drawn
    from the upper half of its span, by a generator that differs from bus to bus.
    A wait counts from the beginning of the dial, so that no dial, however it hangs,
    puts the next one off by more than the cap.
    """

    def __init__(self, radio, link, backoff_max_s, seed):
        """radio: see drivers/radio/wifi.py; seed: int."""
        self._radio = radio
        self._link = link
        self._cap_ms = backoff_max_s * 1000
        self._random = seed & 0x3FFFFFFF
        self._failures = 0  # since the link last proved itself
        self._began_ms = 0
        self._due_ms = 0
        self._look_ms = 0
        self._vain = 0  # dials since the broker last acknowledged something
        self._misses_radio = False
        self._opened_ms = 0
        self._rests_ms = None  # since when; None: it works
        self._is_down = False
        self.dialled_in_vain = 0

    def turn(self, now_ms):
        """Called while the link is not open."""
        link = self._link
        if self._rests_ms is not None:
            if not self._is_down and now_ms - self._rests_ms >= _LEAVE_MS:
                self._is_down = True
                self._radio.down()
        elif link.is_dialling:
            link.turn(now_ms)
            if link.is_open:
                self._opened_ms = now_ms
            elif not link.is_dialling:
                self._failed(now_ms)
        elif now_ms >= self._look_ms:
            if not self._radio.is_up():
                self._look_ms = now_ms + _LOOK_MS
                self._miss_radio(now_ms)
            elif now_ms >= self._due_ms:
                self._misses_radio = False
                self._began_ms = now_ms
                link.dial(now_ms)
                if not link.is_dialling:
                    self._failed(now_ms)

    def lost(self, now_ms):
        """An open link broke."""
        self._began_ms = now_ms
        self._wait()

    def proven(self, now_ms):
        """The broker acknowledged something: should the link break, the wait is short.

        Shortest only if it has lasted, or two boards with one client id would throw each
        other out every second.
        """
        self._vain = 0
        lasted = now_ms - self._opened_ms >= _PROVEN_MS
        self._failures = 0 if lasted else min(self._failures, _SOON)

    def rest(self, now_ms):
        """The link was left on purpose: the radio goes off as soon as that is out."""
        self._rests_ms = now_ms
        self._is_down = False

    def begin(self, now_ms):
        """Rested: up again, as if for the first time."""
        self._rests_ms = None
        self._misses_radio = False
        self._failures = 0
        self._due_ms = self._look_ms = now_ms

    @property
    def rests(self):
        return self._rests_ms is not None

    @property
    def is_off(self):
        """It rests, and so does the radio."""
        return self.rests and self._is_down and self._radio.is_off()

    def radio_is_lost(self):
        """The radio has no network any more: what the link still waits for won't come."""
        return not self._radio.is_up()

    def _failed(self, now_ms):
        self.dialled_in_vain += 1
        self._vain += 1
        self._wait()
        if self._vain % _DIALS_A_RADIO == 0:
            self._misses_radio = True
            if self._vain // _DIALS_A_RADIO % 2:
                self._radio.down()
                self._radio.up()
            else:
                self._radio.restart()

    def _wait(self):
        self._failures += 1
        span = min(self._cap_ms, _FIRST_WAIT_MS << min(self._failures - 1, 16))
        self._random = (self._random * 1103515245 + 12345) & 0x3FFFFFFF
        self._due_ms = self._began_ms + span // 2 + (self._random >> 8) % (span // 2 + 1)

    def _miss_radio(self, now_ms):
        if not self._misses_radio:  # it went by itself: dial as soon as it is back
            self._misses_radio = True
            self._failures = 0
            self._due_ms = now_ms
            self._radio.up()

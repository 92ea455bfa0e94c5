"""Reconnect: brings the link up again, the radio first, and waits longer after each failure.

After five failed attempts in a row the radio is switched off and on, after ten it is
restarted, and so on in turn. The last means is in firmware/uplink/last_resort.py.
"""

from micropython import const

_FIRST_WAIT_MS = const(1000)
_LOOK_MS = const(500)
_PROVEN_MS = const(10000)
_LEAVE_MS = const(2000)  # for a DISCONNECT to get out before the radio goes off
_SOON = const(3)  # failures: at most 8 s to the next attempt
_ATTEMPTS_A_RADIO = const(5)  # failed in a row, before the radio is started again


class Reconnect:
    """The buses of a city must not all reconnect in the same second: each wait is random, in
    the upper half of its span, by a generator that differs from bus to bus. A wait counts
    from the beginning of an attempt, so that an attempt that hangs does not delay the next
    one by more than the cap.

    attempts_failed: int, since the start.
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
        self._vain = 0  # failed attempts since the broker last acknowledged a message
        self._misses_radio = False
        self._opened_ms = 0
        self._asleep_ms = None  # since when; None: awake
        self._is_down = False
        self.attempts_failed = 0

    def turn(self, now_ms):
        """Called while the link is not open."""
        link = self._link
        if self._asleep_ms is not None:
            if not self._is_down and now_ms - self._asleep_ms >= _LEAVE_MS:
                self._is_down = True
                self._radio.down()
        elif link.is_connecting:
            link.turn(now_ms)
            if link.is_open:
                self._opened_ms = now_ms
            elif not link.is_connecting:
                self._failed(now_ms)
        elif now_ms >= self._look_ms:
            if not self._radio.is_up():
                self._look_ms = now_ms + _LOOK_MS
                self._miss_radio(now_ms)
            elif now_ms >= self._due_ms:
                self._misses_radio = False
                self._began_ms = now_ms
                link.connect(now_ms)
                if not link.is_connecting:
                    self._failed(now_ms)

    def lost(self, now_ms):
        """An open link broke."""
        self._began_ms = now_ms
        self._wait()

    def left(self, now_ms):
        """The bus closed an open link, to open another: that is no failure, and alarms wait."""
        self._due_ms = now_ms

    def proven(self, now_ms):
        """The broker acknowledged a message: if the link breaks, the wait is short.

        It is the shortest only if the link has lasted. Else two boards with one client id
        would disconnect each other every second.
        """
        self._vain = 0
        lasted = now_ms - self._opened_ms >= _PROVEN_MS
        self._failures = 0 if lasted else min(self._failures, _SOON)

    def sleep(self, now_ms):
        """The bus has disconnected to sleep: the radio goes off when the DISCONNECT is out."""
        self._asleep_ms = now_ms
        self._is_down = False

    def wake(self, now_ms):
        """Connects again, as at the first time."""
        self._asleep_ms = None
        self._misses_radio = False
        self._failures = 0
        self._due_ms = self._look_ms = now_ms

    @property
    def is_asleep(self):
        return self._asleep_ms is not None

    @property
    def is_off(self):
        """bool: asleep, and the radio is off."""
        return self.is_asleep and self._is_down and self._radio.is_off()

    def radio_is_lost(self):
        """bool: the radio has no network any more; what the link waits for will not come."""
        return not self._radio.is_up()

    def _failed(self, now_ms):
        self.attempts_failed += 1
        self._vain += 1
        self._wait()
        if self._vain % _ATTEMPTS_A_RADIO == 0:
            self._misses_radio = True
            if self._vain // _ATTEMPTS_A_RADIO % 2:
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
        if not self._misses_radio:  # it went by itself: connect as soon as it is back
            self._misses_radio = True
            self._failures = 0
            self._due_ms = now_ms
            self._radio.up()

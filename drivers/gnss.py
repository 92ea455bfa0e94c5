"""GNSS receiver on a UART: NMEA in, configuration out, whichever brand was soldered in.

The speed is found by listening, the brand by asking (drivers/receivers.py). One that lost
its power and forgot, or was swapped, is set up again; one that answers nothing is only
listened to. Every step is short, none waits.
"""

from micropython import const

from drivers.receivers import QUESTIONS, UNKNOWN, commands

_SPEEDS = (9600, 115200, 38400, 57600, 19200, 4800)
_LISTEN_MS = const(2500)  # any receiver speaks once a second
_ENOUGH = const(3)  # sentences: one or two are now and then made of noise
_ANSWER_MS = const(1500)  # behind a burst of sentences that is on its way
_PAUSE_MS = const(150)
_TRIES = const(3)
_WATCH_MS = const(10000)
_SILENT_MS = const(5000)
_KEPT = const(1024)  # bytes, while an answer is awaited


class Gnss:
    """brand: casic, ublox, mtk or unknown; "" until it is known which. baudrate: in use."""

    def __init__(self, uart, interval_ms=1000, baudrate=9600):
        """uart: machine.UART at this baudrate. interval_ms: 1000 or 200 between fixes.

        9600 Bd carry the two sentences of a fix, 164 bytes at most, five times a second.
        """
        self._uart = uart
        self._interval_ms = interval_ms
        self._heard = None  # what has come, while an answer is awaited
        self._sentences = 0
        self._now_ms = 0
        self._due_ms = 0
        self._steps = self._live()
        self.baudrate = baudrate
        self.brand = ""
        self.set_up = 0  # times

    def readinto(self, buf):
        """-> int, bytes read into the start of buf: what has come, 0 if nothing. Never waits."""
        if not self._uart.any():
            return 0
        n = self._uart.readinto(buf) or 0
        if self._heard is not None and len(self._heard) < _KEPT:
            self._heard.extend(memoryview(buf)[:n])
        return n

    def turn(self, now_ms, sentences):
        """One step, if one is due. sentences: how many right ones have come since the start."""
        self._now_ms = now_ms
        self._sentences = sentences
        if now_ms >= self._due_ms:
            self._due_ms = now_ms + next(self._steps)

    def _live(self):
        while True:
            yield from self._find_speed()
            defiant = 0
            while True:
                yield from self._recognise()
                if not (yield from self._watch(defiant < _TRIES)):
                    break  # silent
                defiant += 1

    def _find_speed(self):
        """At the speed in use first, and again between any two others."""
        found = self.baudrate
        others = [speed for speed in _SPEEDS if speed != found]
        at = 0
        while not (yield from self._speaks()):
            self._use(others[at])
            at = (at + 1) % len(others)
            if (yield from self._speaks()):
                return
            self._use(found)

    def _speaks(self):
        before, end_ms = self._sentences, self._now_ms + _LISTEN_MS
        while self._sentences - before < _ENOUGH:
            if self._now_ms >= end_ms:
                return False
            yield _PAUSE_MS
        return True

    def _use(self, baudrate):
        self.baudrate = baudrate
        self._uart.init(baudrate=baudrate)

    def _recognise(self):
        for _ in range(_TRIES):
            for brand, question, answer in QUESTIONS:
                if (yield from self._asks(question, answer)):
                    yield _PAUSE_MS * 2  # the rest of it
                    self.brand = brand
                    heard, self._heard = self._heard, None
                    yield from self._configure(commands(brand, heard, self._interval_ms))
                    return
        self._heard = None
        self.brand = UNKNOWN

    def _configure(self, told):
        for command, acknowledgement in told:
            for _ in range(_TRIES):
                if not acknowledgement:
                    self._uart.write(command)
                    yield _PAUSE_MS
                    break
                if (yield from self._asks(command, acknowledgement)):
                    break
        self._heard = None
        self.set_up += 1

    def _asks(self, question, answer):
        """-> bool: the answer came in time."""
        self._heard = bytearray()
        self._uart.write(question)
        end_ms = self._now_ms + _ANSWER_MS
        while self._heard.find(answer) < 0:
            if self._now_ms >= end_ms:
                return False
            yield _PAUSE_MS
        return True

    def _watch(self, may_set_up):
        """Until it is silent (False), or speaks more or less than it was told (True)."""
        yield _PAUSE_MS * 10  # what was sent before it was told
        before, since_ms = self._sentences, self._now_ms
        last, last_ms = before, since_ms
        while True:
            yield _PAUSE_MS
            if self._sentences != last:
                last, last_ms = self._sentences, self._now_ms
            elif self._now_ms - last_ms >= _SILENT_MS:
                return False
            passed_ms = self._now_ms - since_ms
            if passed_ms >= _WATCH_MS:
                expected = 2 * passed_ms // self._interval_ms
                got = last - before
                odd = got * 2 > expected * 3 or got * 2 < expected
                if odd and may_set_up and self.brand != UNKNOWN:
                    return True
                before, since_ms = last, self._now_ms

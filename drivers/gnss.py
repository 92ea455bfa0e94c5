"""GNSS receiver on a UART: NMEA in, configuration out, for several brands.

The driver finds the speed by listening and the brand by asking (drivers/gnss_commands.py). A
receiver that lost its settings, or was replaced, is set up again. One that answers no question
is only listened to. Every step is short; none waits.
"""

from micropython import const

UNKNOWN = "unknown"
_SPEEDS = (9600, 115200, 38400, 57600, 230400, 460800, 19200, 4800)
_LISTEN_MS = const(2500)  # every receiver sends once a second
_ENOUGH = const(3)  # sentences; noise may look like one or two
_ANSWER_MS = const(1500)  # the answer may wait behind a burst of sentences
_PAUSE_MS = const(150)
_TRIES = const(3)
_WATCH_MS = const(10000)
_SILENT_MS = const(5000)
_KEPT = const(1024)  # bytes of what has come while an answer is awaited


class Gnss:
    """brand: casic, ublox, mtk or unknown; "" until the driver has asked. baudrate: in use.

    set_up: int, how often the receiver was set up.
    """

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
        self.set_up = 0

    def readinto(self, buf):
        """-> int, bytes read into the start of buf; 0 if none have come. Never waits."""
        if not self._uart.any():
            return 0
        n = self._uart.readinto(buf) or 0
        if self._heard is not None and len(self._heard) < _KEPT:
            self._heard.extend(memoryview(buf)[:n])
        return n

    def turn(self, now_ms, sentences):
        """One step, if one is due. sentences: undamaged ones received since the start."""
        self._now_ms = now_ms
        self._sentences = sentences
        if now_ms >= self._due_ms:
            self._due_ms = now_ms + next(self._steps)

    def _live(self):
        while True:
            yield from self._find_speed()
            attempts = 0
            while True:
                yield from self._recognise()
                if not (yield from self._watch(attempts < _TRIES)):
                    break  # silent
                attempts += 1

    def _find_speed(self):
        """Listens at the speed in use, then at each other one, and in between at the first."""
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
        try:
            from drivers import gnss_commands  # leaves the heap after each use
        except (
            ImportError,
            OSError,
            MemoryError,
        ):  # no flash, or no memory
            self.brand = UNKNOWN
            return
        for _ in range(_TRIES):
            for brand, question, answer in gnss_commands.QUESTIONS:
                if (yield from self._asks(question, answer)):
                    yield _PAUSE_MS * 2  # for the rest of the answer
                    self.brand = brand
                    heard, self._heard = self._heard, None
                    pairs = gnss_commands.commands(brand, heard, self._interval_ms)
                    yield from self._configure(pairs)
                    return
        self._heard = None
        self.brand = UNKNOWN

    def _configure(self, pairs):
        for command, acknowledgement in pairs:
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
        """Watches until the receiver is silent (False), or needs to be set up again (True): it
        sends clearly more or fewer sentences than it should."""
        yield _PAUSE_MS * 10  # for the sentences from before the setup
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

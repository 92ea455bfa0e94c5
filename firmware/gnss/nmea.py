"""NMEA 0183 from any GNSS receiver -> one Fix, without allocating.

Source: NMEA 0183 v4.11 and the logs of some fifty receivers, most of which deviate from it.

An epoch is everything that a receiver reports about one instant, in up to a dozen
sentences. `Nmea.fix` changes only when an epoch is complete: when all kinds of
sentence of the two epochs before have come, or the line falls silent, or the next
epoch begins. So a fix never mixes two instants, and never shows a speed as
unknown only because its sentence is still on the wire. "No fix" is shown at once.
"""

from micropython import const

from firmware.gnss.date import Calendar
from firmware.gnss.fix import Fix
from firmware.gnss.scan import (
    ADDRESS_LENGTH,
    CHECKED,
    NO_ANGLE,
    UNCHECKED,
    UNKNOWN,
    VERDICT,
    angle_e7,
    code,
    day_ms,
    decimal,
    new_state,
    scan,
    text_of,
)

_RMC = const(1)  # kinds of sentence in an epoch, one bit each
_GGA = const(2)
_GNS = const(4)
_GLL = const(8)
_VTG = const(16)

_VALID = code("A")
_NOT_VALID = code("N")
_SIMULATED = code("S")
_TRUE_COURSE = code("T")
_KNOTS = code("N")
_PROPRIETARY = code("P") << 24  # addresses that begin with P, Quectel's PQ too: no position


class Nmea:
    """Takes the bytes of the UART, in pieces of any size.

    `fix`        Fix of the newest complete epoch, changed in place
    `fixes`      int, epochs with a valid position so far
    `sentences`  int, undamaged sentences so far; it does not rise while the line is silent
    `damaged`    int, damaged sentences so far; a missing checksum is damage if this
                 receiver sends checksums
    """

    def __init__(self, calendar=None):
        """calendar: a Calendar of its own, for recordings older than this firmware."""
        self.fix = Fix()
        self.fixes = 0
        self.sentences = 0
        self.damaged = 0
        self._calendar = calendar or Calendar()
        self._state = new_state()
        self._sums = False  # this receiver sends checksums
        self._next = Fix()  # the epoch that is being received
        self._seen = 0  # kinds of sentence that it has
        self._before = 0  # kinds that the one before had
        self._usual = 0  # kinds that the two before had: worth waiting for
        self._refused = False  # a sentence of it reports no fix
        self._counted = False  # it is in `fixes`
        self._shown = True  # `fix` has all of it
        self._readers = {
            code("RMC"): self._rmc,
            code("GGA"): self._gga,
            code("GNS"): self._gns,
            code("GLL"): self._gll,
            code("VTG"): self._vtg,
            code("GSA"): self._gsa,
            code("ZDA"): self._zda,
        }

    def feed(self, data, n):
        """data[:n] bytes from the line -> int, sentences accepted.

        n = 0: the line is silent, so the current epoch is complete. Never raises,
        whatever the bytes are.
        """
        if n == 0:
            self._publish()
            return 0
        state = self._state
        before = self.sentences
        at = 0
        while at < n:
            at = scan(state, data, at, n)
            verdict = state[VERDICT]
            if verdict == CHECKED:
                self._sums = True
                self._read(state)
            elif verdict == UNCHECKED and not self._sums:
                self._read(state)
            elif verdict:
                self.damaged += 1
        return self.sentences - before

    def _read(self, state):
        self.sentences += 1
        if state[ADDRESS_LENGTH] != 5:
            return
        address = text_of(state, 0)
        reader = self._readers.get(address & 0x3FFFF)
        if reader and address & 0x3F000000 != _PROPRIETARY:
            self._shown = False
            reader(state)

    def _rmc(self, state):
        """1 time, 2 status, 3-6 position, 7 knots, 8 course, 9 date, 12 mode.

        Field 13, the navigation status, is not read: receivers that do not assess it send V.
        """
        mode = text_of(state, 12)
        valid = text_of(state, 2) == _VALID and mode != _NOT_VALID and mode != _SIMULATED
        fix = self._position(state, _RMC, 1, 3, valid)
        if fix:
            self._speed(state, 7)
            course = decimal(state, 8, 100)
            if 0 <= course <= 36000:
                fix.course_cdeg = course % 36000
            self._calendar.rmc(decimal(state, 9, 1), fix.time_ms)
            self._complete()

    def _gga(self, state):
        """1 time, 2-5 position, 6 quality, 7 satellites, 8 HDOP, 9 altitude."""
        quality = decimal(state, 6, 1)
        if self._position(state, _GGA, 1, 2, 1 <= quality <= 6):
            self._quality(state)
            self._complete()

    def _gns(self, state):
        """As GGA, with a letter for each constellation: N no fix, S simulated, else valid."""
        letters = text_of(state, 6)
        valid = False
        while letters:
            letter = letters & 63
            valid = valid or letter != _NOT_VALID and letter != _SIMULATED
            letters >>= 6
        if self._position(state, _GNS, 1, 2, valid):
            self._quality(state)
            self._complete()

    def _gll(self, state):
        """1-4 position, 5 time, 6 status, 7 mode."""
        mode = text_of(state, 7)
        valid = text_of(state, 6) == _VALID and mode != _NOT_VALID and mode != _SIMULATED
        if self._position(state, _GLL, 5, 1, valid):
            self._complete()

    def _vtg(self, state):
        """1 course, 2 T, 5 knots, 6 N; it has no time, so it belongs to the current epoch."""
        fix = self._next
        if not fix.valid or text_of(state, 2) != _TRUE_COURSE:
            return
        if fix.speed_mms is None and text_of(state, 6) == _KNOTS:
            self._speed(state, 5)
        if fix.course_cdeg is None:
            course = decimal(state, 1, 100)
            if 0 <= course <= 36000:
                fix.course_cdeg = course % 36000
        self._seen |= _VTG
        self._complete()

    def _gsa(self, state):
        """16 HDOP, for receivers without GGA."""
        fix = self._next
        if fix.valid and fix.hdop_e2 is None:
            self._hdop(state, 16)

    def _zda(self, state):
        """1 time, 2 day, 3 month, 4 year."""
        year = decimal(state, 4, 1)
        month = decimal(state, 3, 1)
        day = decimal(state, 2, 1)
        self._calendar.zda(year, month, day, day_ms(state, 1))

    def _position(self, state, kind, time_at, angle_at, valid):
        """-> the Fix to fill in, or None if a sentence of this epoch reports no fix."""
        fix = self._next
        time_ms = day_ms(state, time_at)
        if time_ms == UNKNOWN:
            if self._seen & kind:
                self._begin(None)
        elif time_ms != fix.time_ms:
            self._begin(time_ms)
        self._seen |= kind
        lat = angle_e7(state, angle_at, 90)
        lon = angle_e7(state, angle_at + 2, 180)
        if not valid or lat == NO_ANGLE or lon == NO_ANGLE:
            self._no_fix()
            return None
        if self._refused:
            return None
        fix.valid = True
        fix.lat_e7 = lat
        fix.lon_e7 = lon
        return fix

    def _begin(self, time_ms):
        """Begins a new epoch: publishes the old one, if that has not been done, and clears it."""
        if not self._counted:
            self._publish()
        if self._next.valid:
            seen = self._seen & ~_VTG if self._seen & _RMC else self._seen
            self._usual = seen | self._before
            self._before = seen
        self._seen = 0
        self._refused = False
        self._counted = False
        self._shown = False
        self._next.clear(time_ms)

    def _no_fix(self):
        self._refused = True
        self._next.clear(self._next.time_ms)
        self.fix.copy(self._next)
        self._calendar.forget()

    def _complete(self):
        """Publishes the epoch once every usual kind of sentence has come."""
        if self._seen & self._usual == self._usual:
            self._publish()

    def _publish(self):
        fix = self._next
        if fix.valid and not self._shown:
            self._shown = True
            fix.utc_ms = self._calendar.utc_ms(fix.time_ms)
            self.fix.copy(fix)
            if not self._counted:
                self._counted = True
                self.fixes += 1

    def _quality(self, state):
        fix = self._next
        sats = decimal(state, 7, 1)
        fix.sats = sats if 0 <= sats <= 99 else None
        self._hdop(state, 8)
        altitude = decimal(state, 9, 1000)
        fix.altitude_mm = altitude if altitude < 100000000 else None

    def _hdop(self, state, field):
        hdop = decimal(state, field, 100)
        if 0 <= hdop < 100000:
            self._next.hdop_e2 = hdop

    def _speed(self, state, field):
        """Knots: 1852 m an hour, 463/900 mm/s for 0.001 knot."""
        knots_e3 = decimal(state, field, 1000)
        if 0 <= knots_e3 <= 2000000:
            self._next.speed_mms = (knots_e3 * 463 + 450) // 900

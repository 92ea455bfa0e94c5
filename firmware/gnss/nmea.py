"""NMEA 0183 from any GNSS receiver -> one Fix, without allocating.

Source: NMEA 0183 v4.11 and the logs of some fifty receivers, most of which deviate from it.

Nmea reads sentences; which of them belong together is the business of epoch.py.
"""

from micropython import const

from firmware.gnss.epoch import GGA, GLL, GNS, RMC, VTG, Epochs
from firmware.gnss.grade import ESTIMATED, MEASURED, NO_FIX, best_grade, grade_of
from firmware.gnss.scan import (
    ADDRESS_LENGTH,
    ANGLE,
    CHECKED,
    LAST_FIELD,
    UNCHECKED,
    UNKNOWN,
    VERDICT,
    angle_e7,
    code,
    day_ms,
    decimal,
    new_state,
    rest_of,
    scan,
    text_of,
)

_A = const(33)  # letters as `code` packs them: valid, and measured by satellites
_N = const(46)  # knots
_T = const(52)  # true course
_PROPRIETARY = code("P") << 24  # addresses that begin with P, Quectel's PQ too: no position
_WHOLE = {
    code("RMC"): 11,
    code("GGA"): 14,
    code("GNS"): 12,
    code("GLL"): 6,
}  # fields of a sentence; one without a checksum and with fewer is cut


class Nmea(Epochs):
    """Takes the bytes of the UART, in pieces of any size. Also, see Epochs: fix, fixes, ...

    `sentences`  int, undamaged sentences so far; it does not rise while the line is silent
    `damaged`    int, damaged sentences so far; a missing checksum is damage if this
                 receiver sends checksums, or if the sentence is cut
    """

    def __init__(self, calendar=None):
        """calendar: a Calendar of its own, for recordings older than this firmware."""
        super().__init__(calendar)
        self.sentences = 0
        self.damaged = 0
        self._state = new_state()
        self._sums = False  # this receiver sends checksums
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
            self._pause()
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
            elif verdict == UNCHECKED and not self._sums and _is_whole(state):
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
            self._talker = address >> 18
            reader(state)

    def _rmc(self, state):
        """1 time, 2 status, 3-6 position, 7 knots, 8 course, 9 date, 12 mode.

        Field 13, the navigation status, is not read: receivers that do not assess it send V.
        """
        grade = NO_FIX
        if text_of(state, 2) == _A:
            mode = text_of(state, 12)
            grade = MEASURED if mode == _A else grade_of(mode)
        fix = self._position(state, RMC, 1, 3, grade)
        if fix:
            self._speed(state, 7)
            course = decimal(state, 8, 100)
            if 0 <= course <= 36000:
                fix.course_cdeg = course % 36000
            self._calendar.rmc(decimal(state, 9, 1), fix.time_ms)
            self._complete()

    def _gga(self, state):
        """1 time, 2-5 position, 6 quality, 7 satellites, 8 HDOP."""
        quality = decimal(state, 6, 1)
        grade = MEASURED if 1 <= quality <= 5 else ESTIMATED if quality == 6 else NO_FIX
        if self._position(state, GGA, 1, 2, grade):
            self._quality(state)
            self._complete()

    def _gns(self, state):
        """As GGA, with a letter for each constellation: one that measures is enough."""
        grade = best_grade(text_of(state, 6))
        if grade != MEASURED:
            grade = best_grade(rest_of(state, 6)) or grade
        if self._position(state, GNS, 1, 2, grade):
            self._quality(state)
            self._complete()

    def _gll(self, state):
        """1-4 position, 5 time, 6 status, 7 mode."""
        grade = NO_FIX
        if text_of(state, 6) == _A:
            mode = text_of(state, 7)
            grade = MEASURED if mode == _A else grade_of(mode)
        if self._position(state, GLL, 5, 1, grade):
            self._complete()

    def _vtg(self, state):
        """1 course, 2 T, 5 knots, 6 N, 9 mode; it has no time: it belongs to this epoch."""
        fix = self._next
        if not fix.valid or text_of(state, 2) != _T:
            return
        mode = text_of(state, 9)
        if mode != _A:
            grade = grade_of(mode)
            if grade == NO_FIX:
                return
            fix.estimated = fix.estimated or grade == ESTIMATED
        if fix.speed_mms is None and text_of(state, 6) == _N:
            self._speed(state, 5)
        if fix.course_cdeg is None:
            course = decimal(state, 1, 100)
            if 0 <= course <= 36000:
                fix.course_cdeg = course % 36000
        self._seen |= VTG
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

    def _position(self, state, kind, time_at, angle_at, grade):
        """-> the Fix to fill in, or None if this sentence or its epoch has no fix."""
        time_ms = day_ms(state, time_at)
        if time_ms != self._next.time_ms:
            if time_ms != UNKNOWN:
                self._begin(time_ms)
            elif self._is_again(kind):
                self._begin(None)
        if not grade or not angle_e7(state, angle_at, 90):
            return self._report_void(kind)
        lat = state[ANGLE]
        if not angle_e7(state, angle_at + 2, 180):
            return self._report_void(kind)
        lon = state[ANGLE]
        if not lat and not lon:  # receivers start from zeros
            return self._report_void(kind)
        return self._take(kind, lat, lon, grade)

    def _quality(self, state):
        fix = self._next
        sats = decimal(state, 7, 1)
        fix.sats = sats if 0 <= sats <= 99 else None
        self._hdop(state, 8)

    def _hdop(self, state, field):
        hdop = decimal(state, field, 100)
        if 0 <= hdop < 100000:
            self._next.hdop_e2 = hdop

    def _speed(self, state, field):
        """Knots: 1852 m an hour, 463/900 mm/s for 0.001 knot."""
        knots_e3 = decimal(state, field, 1000)
        if 0 <= knots_e3 <= 2000000:
            self._next.speed_mms = (knots_e3 * 463 + 450) // 900


def _is_whole(state):
    """Has a sentence without a checksum all its fields? -> bool."""
    return state[LAST_FIELD] >= _WHOLE.get(text_of(state, 0) & 0x3FFFF, 0)

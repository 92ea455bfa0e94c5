"""NMEA 0183 from any GNSS receiver -> one Fix, without allocating.

Source: NMEA 0183 v4.11 and the logs of some fifty receivers, most of which deviate from it.

An epoch is everything that a receiver reports about one instant, in up to a dozen
sentences. `Nmea.fix` changes only when an epoch is complete: when all kinds of
sentence of the two epochs before have come, or the line falls silent, or the next
epoch begins. So a fix never mixes two instants, and never shows a speed as
unknown only because its sentence is still on the wire. "No fix" is shown at once.

Where the sentences of an epoch contradict each other:

    position  that of RMC stands, or the first where none comes; the others add quality
    fix       every kind of sentence has to report one; of two constellations that send the
              same kind (GNRMC, BDRMC) one is enough
"""

from micropython import const

from firmware.gnss.date import Calendar
from firmware.gnss.fix import Fix
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

_RMC = const(1)  # kinds of sentence in an epoch, one bit each
_GGA = const(2)
_GNS = const(4)
_GLL = const(8)
_VTG = const(16)

_NO_FIX = const(0)  # what a sentence says of its position
_MEASURED = const(1)
_ESTIMATED = const(2)

_A = const(33)  # letters as `code` packs them: valid, and measured by satellites
_E = const(37)  # estimated, by dead reckoning
_M = const(45)  # manual
_N = const(46)  # no fix; knots
_S = const(51)  # simulated
_T = const(52)  # true course
_V = const(54)  # invalid
_PROPRIETARY = code("P") << 24  # addresses that begin with P, Quectel's PQ too: no position
_NOISE_E7 = const(900)  # 10 m: so much may the rounding of two sentences differ
_WHOLE = {
    code("RMC"): 11,
    code("GGA"): 14,
    code("GNS"): 12,
    code("GLL"): 6,
}  # fields of a sentence; one without a checksum and with fewer is cut


class Nmea:
    """Takes the bytes of the UART, in pieces of any size.

    `fix`             Fix of the newest complete epoch, changed in place
    `fixes`           int, epochs with a valid position so far
    `sentences`       int, undamaged sentences so far; it does not rise while the line is silent
    `damaged`         int, damaged sentences so far; a missing checksum is damage if this
                      receiver sends checksums, or if the sentence is cut
    `contradictions`  int, epochs so far whose sentences have positions that differ by more than
                      rounding explains
    """

    def __init__(self, calendar=None):
        """calendar: a Calendar of its own, for recordings older than this firmware."""
        self.fix = Fix()
        self.fixes = 0
        self.sentences = 0
        self.damaged = 0
        self.contradictions = 0
        self._calendar = calendar or Calendar()
        self._state = new_state()
        self._sums = False  # this receiver sends checksums
        self._talker = 0  # of the sentence that is being read
        self._talkers = [0] * 16  # of the newest sentence of each kind, by its bit
        self._disagree = False  # two constellations have sent the same kind, one without a fix
        self._next = Fix()  # the epoch that is being received
        self._usual = 0  # kinds that the two epochs before had: worth waiting for
        self._before = 0  # kinds that the one before had
        self._seen = 0  # kinds of sentence that this one has
        self._before_pause = 0  # those that came before the line fell silent
        self._void = 0  # those that report no fix
        self._source = 0  # the kind that its position is from
        self._contradicts = False  # it is in `contradictions`
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
            self._before_pause = self._seen
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
        grade = _NO_FIX
        if text_of(state, 2) == _A:
            mode = text_of(state, 12)
            grade = _MEASURED if mode == _A else _grade(mode)
        fix = self._position(state, _RMC, 1, 3, grade)
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
        grade = _MEASURED if 1 <= quality <= 5 else _ESTIMATED if quality == 6 else _NO_FIX
        if self._position(state, _GGA, 1, 2, grade):
            self._quality(state)
            self._complete()

    def _gns(self, state):
        """As GGA, with a letter for each constellation: one that measures is enough."""
        grade = _best_grade(text_of(state, 6))
        if grade != _MEASURED:
            grade = _best_grade(rest_of(state, 6)) or grade
        if self._position(state, _GNS, 1, 2, grade):
            self._quality(state)
            self._complete()

    def _gll(self, state):
        """1-4 position, 5 time, 6 status, 7 mode."""
        grade = _NO_FIX
        if text_of(state, 6) == _A:
            mode = text_of(state, 7)
            grade = _MEASURED if mode == _A else _grade(mode)
        if self._position(state, _GLL, 5, 1, grade):
            self._complete()

    def _vtg(self, state):
        """1 course, 2 T, 5 knots, 6 N, 9 mode; it has no time: it belongs to this epoch."""
        fix = self._next
        if not fix.valid or text_of(state, 2) != _T:
            return
        mode = text_of(state, 9)
        if mode != _A:
            grade = _grade(mode)
            if grade == _NO_FIX:
                return
            fix.estimated = fix.estimated or grade == _ESTIMATED
        if fix.speed_mms is None and text_of(state, 6) == _N:
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

    def _position(self, state, kind, time_at, angle_at, grade):
        """-> the Fix to fill in, or None if this sentence or its epoch has no fix."""
        fix = self._next
        time_ms = day_ms(state, time_at)
        if time_ms != fix.time_ms:
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
        if self._void:
            self._lift_void(kind)
        self._seen |= kind
        self._talkers[kind] = self._talker
        if grade == _ESTIMATED:
            fix.estimated = True
        if not fix.valid:
            fix.valid = True
            fix.lat_e7 = lat
            fix.lon_e7 = lon
            self._source = kind
        elif fix.lat_e7 != lat or fix.lon_e7 != lon:
            self._weigh(kind, lat, lon)
        return fix

    def _is_again(self, kind):
        """Does a sentence without time begin an epoch? Not if it is another constellation's."""
        if self._before_pause & kind:
            return True
        return self._seen & kind and self._talkers[kind] == self._talker

    def _weigh(self, kind, lat, lon):
        """This sentence has another position than those before it in the epoch."""
        fix = self._next
        if kind != self._source:
            apart = abs(fix.lat_e7 - lat) > _NOISE_E7 or abs(fix.lon_e7 - lon) > _NOISE_E7
            if apart and not self._contradicts:
                self._contradicts = True
                self.contradictions += 1
            if kind != _RMC:
                return
        self._source = kind
        fix.lat_e7 = lat
        fix.lon_e7 = lon

    def _begin(self, time_ms):
        """Begins a new epoch: publishes the old one, if that has not been done, and clears it."""
        if not self._counted:
            self._publish()
        if self._next.valid and not self._void:
            seen = self._seen & ~_VTG if self._seen & _RMC else self._seen
            self._usual = seen | self._before
            self._before = seen
        self._seen = self._before_pause = self._void = 0
        self._contradicts = self._counted = self._shown = False
        self._next.clear(time_ms)

    def _report_void(self, kind):
        """This sentence has no fix, and so its epoch, unless another constellation has one."""
        if self._seen & kind and not self._void & kind and self._talkers[kind] != self._talker:
            self._disagree = True
            return
        self._seen |= kind
        self._talkers[kind] = self._talker
        self._void |= kind
        if not self._disagree:
            self._publish()

    def _lift_void(self, kind):
        """Another constellation has the fix that this kind of sentence did not report before."""
        if self._void & kind and self._talkers[kind] != self._talker:
            self._void &= ~kind
            self._disagree = True

    def _complete(self):
        """Publishes the epoch once every usual kind of sentence has come."""
        if self._seen & self._usual == self._usual:
            self._publish()

    def _publish(self):
        fix = self._next
        if self._shown:
            return
        if self._void:
            self._shown = True
            self.fix.clear(fix.time_ms)
            self._calendar.forget()
        elif fix.valid:
            self._shown = True
            fix.day = self._calendar.day_of(fix.time_ms)
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


def _grade(mode):
    """The letter of a mode -> _NO_FIX, _MEASURED (also if there is none: NMEA before 2.3), ..."""
    if mode in (_N, _V, _S, _M):
        return _NO_FIX
    return _ESTIMATED if mode == _E else _MEASURED


def _best_grade(letters):
    """Packed letters, one for each constellation."""
    best = _NO_FIX
    while letters:
        grade = _grade(letters & 63)
        if grade == _MEASURED:
            return grade
        best = best or grade
        letters >>= 6
    return best


def _is_whole(state):
    """Has a sentence without a checksum all its fields? -> bool."""
    return state[LAST_FIELD] >= _WHOLE.get(text_of(state, 0) & 0x3FFFF, 0)

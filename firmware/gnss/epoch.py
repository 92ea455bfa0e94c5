"""Sentences of one instant -> one Fix.

An epoch is everything that a receiver reports about one instant, in up to a dozen
sentences. `fix` changes only when an epoch is complete: when all kinds of sentence of the
two epochs before have come, or the line falls silent, or the next epoch begins. So a fix
never mixes two instants, and never shows a speed as unknown only because its sentence is
still on the wire. "No fix" is shown at once.

Where the sentences of an epoch contradict each other:

    position  that of RMC stands, or the first where none comes; the others add quality
    fix       every kind of sentence has to report one; of two constellations that send the
              same kind (GNRMC, BDRMC) one is enough
"""

from micropython import const

from firmware.gnss.date import Calendar
from firmware.gnss.fix import Fix
from firmware.gnss.grade import ESTIMATED

RMC = const(1)  # kinds of sentence in an epoch, one bit each
GGA = const(2)
GNS = const(4)
GLL = const(8)
VTG = const(16)

_NOISE_E7 = const(900)  # 10 m: so much may the rounding of two sentences differ


class Epochs:
    """What Nmea reads goes in; to read:

    `fix`             Fix of the newest complete epoch, changed in place
    `fixes`           int, epochs with a valid position so far
    `contradictions`  int, epochs so far whose sentences have positions that differ by more than
                      rounding explains
    """

    def __init__(self, calendar):
        self.fix = Fix()
        self.fixes = 0
        self.contradictions = 0
        self._calendar = calendar or Calendar()
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

    def _take(self, kind, lat, lon, grade):
        """A sentence of this epoch with a position -> the Fix to fill in."""
        fix = self._next
        if self._void:
            self._lift_void(kind)
        self._seen |= kind
        self._talkers[kind] = self._talker
        if grade == ESTIMATED:
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
            if kind != RMC:
                return
        self._source = kind
        fix.lat_e7 = lat
        fix.lon_e7 = lon

    def _begin(self, time_ms):
        """Begins a new epoch: publishes the old one, if that has not been done, and clears it."""
        if not self._counted:
            self._publish()
        if self._next.valid and not self._void:
            seen = self._seen & ~VTG if self._seen & RMC else self._seen
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

    def _pause(self):
        """The line is silent, so the current epoch is complete."""
        self._publish()
        self._before_pause = self._seen

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

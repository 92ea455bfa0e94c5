"""Receiver: bytes of the GNSS receiver -> the Snapshot's position, speed and time.

Three questions are asked of each fix, in this order:

    plausible   can a bus be there? (plausible.py) Else it is set aside: nothing changes
    known       it is the best position known, for the city (whereabouts.py)
    trusted     three in a row agree, measured, with enough satellites: only such a fix shows
                rules where the bus is and how fast. The gate has two limits, so that a
                receiver at one of them does not switch its bus on and off
"""

from micropython import const

from firmware.clock import Clock, iso
from firmware.event import INFO, Event, fault
from firmware.gnss.nmea import Nmea
from firmware.sensing.plausible import Plausible
from firmware.sensing.whereabouts import Whereabouts

_FIX_AGE_MS = const(3000)  # an older position is no position
_SILENT_MS = const(3000)  # every receiver sends once a second
_MIN_SATS = const(4)  # to be trusted; 3 only give a position at a guessed altitude
_KEEP_SATS = const(3)  # to remain so
_MAX_HDOP_E2 = const(500)
_KEEP_HDOP_E2 = const(600)
_STANDS_MMS = const(1000)  # a lower speed is the receiver's noise
_READS = const(4)  # of the buffer in one tick, at most
_DATELESS_MS = const(120000)  # with fixes and without a date: it is not on its way any more
_DRIFT_MS = const(60000)  # after sleep the clock may be wrong by so much: that is no notice
_CONTRADICTS = (
    "Sentences that the GNSS receiver sends for one instant have positions more than 10 m apart. "
    "The position of RMC is used. Update the receiver's firmware, or change the receiver."
)
_DATELESS = (
    "The GNSS receiver reports positions, but no date that can be true: the time is unknown, and "
    "no positions are kept. Does it send RMC or ZDA? Is its firmware older than 20 years?"
)


class Receiver:
    """silent: nothing is heard from it."""

    def __init__(self, part):
        """part: drivers/gnss.py or one that reads as it does."""
        self._part = part
        self.silent = False
        self.nmea = Nmea()
        self._clock = Clock()
        self.plausible = Plausible()
        self._whereabouts = Whereabouts()
        self._buffer = bytearray(256)
        self._fixes = 0
        self._fix_ms = None  # when the newest fix that is believed came
        self._heard_ms = None
        self._deaf_ms = 0  # time since the start in which the receiver was not listened to
        self._is_good = False  # the newest fix was trusted
        self._dateless_ms = None  # since when fixes have no date
        self._reported = []  # texts of faults, each at most once
        self._notices = []

    def sense(self, s, slept_ms):
        """Snapshot with now_ms set -> list of Events, good until the next."""
        self._notices.clear()
        if slept_ms:
            self._miss(s, slept_ms)
        else:
            self._read(s)
            self._take(s, self.nmea.fix)
        self._whereabouts.update(s)
        s.utc_ms = self._clock.utc_ms(s.now_ms)
        s.clock = self._clock.source(s.now_ms)
        return self._notices

    def _read(self, s):
        now_ms, nmea = s.now_ms, self.nmea
        if self._heard_ms is None:
            self._heard_ms = now_ms
        n = self._listen()
        if not n:
            nmea.feed(self._buffer, 0)  # silence completes what came before
        for _ in range(_READS):
            if not n:
                break
            if nmea.feed(self._buffer, n):
                self._heard_ms = now_ms
            n = self._listen()
        self._part.turn(now_ms - self._deaf_ms, nmea.sentences)
        self.silent = now_ms - self._heard_ms > _SILENT_MS
        if nmea.contradictions:
            self._report(_CONTRADICTS)

    def _take(self, s, fix):
        now_ms = s.now_ms
        is_new = self.nmea.fixes != self._fixes
        self._fixes = self.nmea.fixes
        if is_new and fix.valid:
            is_new = self.plausible.believes(now_ms, fix)
            if is_new:
                self._fix_ms = now_ms
                self._whereabouts.hear(s, fix, self.plausible.is_confirmed)
                self._is_good = self.plausible.is_confirmed and self._is_trusted(fix)
                self._set_clock(s, fix)
        is_known = self._is_good and fix.valid and now_ms - self._fix_ms <= _FIX_AGE_MS
        s.gnss.fix_new = is_new and is_known
        s.gnss.step_mms2 = self.plausible.step_mms2 if s.gnss.fix_new else None
        if not is_known:
            self._is_good = self._is_good and fix.valid
            _forget(s.gnss)
        elif is_new:
            s.gnss.lat_e7, s.gnss.lon_e7 = fix.lat_e7, fix.lon_e7
            speed = fix.speed_mms
            s.gnss.speed_mms = 0 if speed is not None and speed < _STANDS_MMS else speed
            course = fix.course_cdeg if s.gnss.speed_mms else None
            s.gnss.heading_deg = None if course is None else (course + 50) // 100 % 360
        s.gnss.sats = fix.sats
        s.gnss.hdop_e2 = fix.hdop_e2

    def _is_trusted(self, fix):
        sats = _KEEP_SATS if self._is_good else _MIN_SATS
        hdop_e2 = _KEEP_HDOP_E2 if self._is_good else _MAX_HDOP_E2
        return (
            not fix.estimated
            and (fix.sats is None or fix.sats >= sats)
            and (fix.hdop_e2 is None or fix.hdop_e2 <= hdop_e2)
        )

    def _set_clock(self, s, fix):
        """By a fix that satellites confirm. A step back goes to the city: times run twice."""
        now_ms = s.now_ms
        if fix.estimated:
            return
        if fix.day is None:
            if self._dateless_ms is None:
                self._dateless_ms = now_ms
            elif now_ms - self._dateless_ms >= _DATELESS_MS and s.clock == "none":
                self._report(_DATELESS)
            return
        self._dateless_ms = None
        was_ms, source = self._clock.utc_ms(now_ms), self._clock.source(now_ms)
        moved_ms = self._clock.discipline(now_ms, fix.utc_ms())
        if moved_ms < (0 if source == "gnss" else -_DRIFT_MS):
            data = (("from", iso(was_ms)), ("to", iso(was_ms + moved_ms)))
            self._notices.append(Event("clock_set_back", INFO, data=data, subject=None))

    def _miss(self, s, slept_ms):
        """After sleep, partial sentences are discarded and the gap does not count as silence.

        For the receiver's driver no time passes meanwhile.
        """
        for _ in range(_READS):
            if not self._listen():
                break
        self._deaf_ms += slept_ms
        self._heard_ms = s.now_ms
        self._is_good = False
        self._clock.sleep()
        s.gnss.fix_new = False
        s.gnss.step_mms2 = s.gnss.sats = s.gnss.hdop_e2 = None
        _forget(s.gnss)

    def _listen(self):
        try:
            return self._part.readinto(self._buffer)
        except OSError:
            return 0

    def _report(self, text):
        if text not in self._reported:
            self._reported.append(text)
            self._notices.append(fault("gnss", text))


def _forget(gnss):
    gnss.lat_e7 = gnss.lon_e7 = gnss.speed_mms = gnss.heading_deg = None

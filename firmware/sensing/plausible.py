"""Plausible: sets aside a fix that no bus can have reached from the one before.

A receiver that hears reflections, is spoofed or starts from zeros reports a place or a
speed for an instant, and calls it valid. A bus changes its speed by at most 10 m/s2, the
friction of a dry tyre, and its place by what its speed allows. A fix beyond that is set
aside until two more agree with it and with each other, over a second and a half: then the
fix before was the wild one, or the bus has crashed. A speed is compared with the last one that
was known, even if fixes without a speed came since.

A crash takes three speeds before it, too, in a row: a speed that rises as no engine can raise it
begins a new row. It is braking over about a second: at five or ten fixes a second each may be
reached from the one before, even in a crash. Two in a row have to show it there: one wild fix
amid real braking is no crash.

At the start, and after a gap, a bus may be anywhere or far away, and nothing shows whether the
first fix is a wild one. It is believed, but confirmed only once two more have followed it. Fixes
that were set aside leave a gap too.
"""

from micropython import const

from firmware import geo

_TYRE_MS2 = const(10)  # as mm/s for each ms, too
_SPEED_NOISE_MMS = const(2000)  # also as much as a speed rises from fix to fix, at most
_TOP_MMS = const(70000)  # 250 km/h: no bus
_NOISE_MM = const(20000)  # and 10 m for each 1.0 of HDOP, of both fixes
_MM_PER_HDOP_E2 = const(100)
_USUAL_HDOP_E2 = const(200)  # where a receiver does not report it
_AGREE = const(3)  # fixes
_AGREE_MS = const(1500)
_IN_A_ROW_MS = const(1500)
_GAP_MS = const(2500)  # one fix may be missing
_SECOND_MS = const(800)  # over as long the noise of speeds is little
_LONGEST_MS = const(3600000)  # after so long a bus may be anywhere


class _Seen:
    """A fix, and when it came."""

    def __init__(self):
        self.ms = None  # None: none yet
        self.lat_e7 = self.lon_e7 = None
        self.speed_mms = None  # the last one that was known
        self.speed_ms = 0  # when it came
        self.hdop_e2 = 0

    def set(self, now_ms, fix):
        self.ms = now_ms
        self.lat_e7, self.lon_e7 = fix.lat_e7, fix.lon_e7
        if fix.speed_mms is not None:
            self.speed_mms, self.speed_ms = fix.speed_mms, now_ms
        self.hdop_e2 = _USUAL_HDOP_E2 if fix.hdop_e2 is None else fix.hdop_e2


class Plausible:
    """set_aside: int, fixes set aside so far.

    is_confirmed: bool, three fixes in a row agree, and no gap has come since: rules may go by them.

    step_mms2: int, mm/s2, below zero, of the newest fix: braking that no tyre can do, on which
    three fixes agree; None: there is none. Nothing makes a bus faster like that: it shows that the
    fixes before were wrong.
    """

    def __init__(self):
        self.set_aside = 0
        self.is_confirmed = False
        self.step_mms2 = None
        self._believed = _Seen()
        self._in_a_row = 0  # fixes believed since the start or the gap
        self._row_ms = 0  # when the first of them came
        self._speeds = 0  # speeds believed in a row, none of which rises as no engine can
        self._speeds_ms = 0  # when the first of them came
        self._second_mms = self._older_mms = 0  # two of them, a second apart
        self._second_ms = self._older_ms = 0
        self._last = _Seen()  # of fixes that agree with each other, the first of them set aside
        self._agreed = 0  # so many
        self._first_ms = 0  # when the first of them came
        self._shown_mms2 = None  # the braking that the newest fix shows, by itself
        self._before_mms = None  # the speed before a step,
        self._step_ms = 0  # so much earlier
        self._mms2 = None  # the braking in it, if all that agree show it; None: there is none

    def believes(self, now_ms, fix):
        """A new valid Fix, heard at now_ms -> bool."""
        self.step_mms2 = None
        if fix.speed_mms is not None and fix.speed_mms > _TOP_MMS:
            self._agreed = 0
            return self._set_aside()
        is_believed = self._believed.ms is None or _is_reachable(self._believed, now_ms, fix)
        if self._agreed and self._follows(now_ms, fix):
            self._agreed += 1
            if self._mms2 is not None and _braking(fix, self._before_mms, self._step_ms) is None:
                self._mms2 = None
            is_first = self._mms2 is None
            if self._step_from(now_ms, fix):
                self._agreed = 1  # three have to agree on the harder one, too
                if is_first and is_believed:
                    self._first_ms = now_ms
        else:
            self._mms2 = None
            self._step_from(now_ms, fix)
            self._agreed = 0 if is_believed and self._mms2 is None else 1
            self._first_ms = now_ms
            self._last.speed_mms = None  # of a fix that does not belong to these
        self._last.set(now_ms, fix)
        if self._agreed >= _AGREE and now_ms - self._first_ms >= _AGREE_MS:
            self._agreed = self._speeds = 0
            self._believed.speed_mms = None
            self.step_mms2 = self._mms2
            self.is_confirmed = is_believed = True
        elif not is_believed:
            return self._set_aside()
        else:
            self._confirm(now_ms)
        self._count_speed(now_ms, fix)
        self._believed.set(now_ms, fix)
        return True

    def _follows(self, now_ms, fix):
        """Does this fix agree with those that were set aside? -> bool. Not after a gap."""
        return now_ms - self._last.ms <= _GAP_MS and _is_reachable(self._last, now_ms, fix)

    def _set_aside(self):
        self._in_a_row = 0
        self.set_aside += 1
        return False

    def _confirm(self, now_ms):
        """A fix that the one before it allows."""
        if self._believed.ms is None or now_ms - self._believed.ms > _GAP_MS:
            self.is_confirmed = False
            self._in_a_row = 0
        if not self._in_a_row:
            self._row_ms = now_ms
        self._in_a_row += 1
        if self._in_a_row >= _AGREE and now_ms - self._row_ms >= _AGREE_MS:
            self.is_confirmed = True

    def _count_speed(self, now_ms, fix):
        """A fix that is believed: does its speed go on from the one before?"""
        speed, before = fix.speed_mms, self._believed
        if speed is None:
            return
        if (
            before.speed_mms is None
            or now_ms - before.speed_ms > _IN_A_ROW_MS
            or speed - before.speed_mms > _SPEED_NOISE_MMS
        ):
            self._speeds = 0
        if not self._speeds:
            self._speeds_ms = now_ms
        self._speeds += 1
        if now_ms - self._second_ms >= _SECOND_MS:
            self._older_mms, self._older_ms = self._second_mms, self._second_ms
            self._second_mms, self._second_ms = speed, now_ms

    def _step_from(self, now_ms, fix):
        """Does it show braking that no tyre can do, harder than what is known? -> bool.

        Within a second of the one before, only as much as both show counts.
        """
        before_mms, before_ms = self._second_mms, self._second_ms
        if now_ms - before_ms < _SECOND_MS:
            before_mms, before_ms = self._older_mms, self._older_ms
        step_ms, row_ms = now_ms - before_ms, before_ms - self._speeds_ms
        is_row = self.is_confirmed and self._speeds >= _AGREE and row_ms >= _AGREE_MS
        shown, self._shown_mms2 = self._shown_mms2, None
        if is_row and step_ms <= _IN_A_ROW_MS:
            self._shown_mms2 = _braking(fix, before_mms, step_ms)
        mms2 = self._shown_mms2
        if mms2 is not None and now_ms - self._last.ms < _SECOND_MS:
            mms2 = None if shown is None else max(shown, mms2)
        if mms2 is None or self._mms2 is not None and mms2 >= self._mms2:
            return False
        self._before_mms, self._step_ms, self._mms2 = before_mms, step_ms, mms2
        return True


def _braking(fix, before_mms, ms):
    """-> mm/s2, below zero, that no tyre can do; or None."""
    if fix.speed_mms is None:
        return None
    mms2 = (fix.speed_mms - before_mms) * 1000 // ms
    return mms2 if mms2 < -_TYRE_MS2 * 1000 else None


def _is_reachable(seen, now_ms, fix):
    """May a bus that was there be here now? -> bool."""
    ms = now_ms - seen.ms
    if ms >= _LONGEST_MS:
        return True
    speed, before = fix.speed_mms, seen.speed_mms
    top = _TOP_MMS
    if before is not None:
        gains = min(_TOP_MMS, _TYRE_MS2 * (now_ms - seen.speed_ms))
        if speed is None:
            top = min(top, before + gains)
        elif abs(speed - before) > gains + _SPEED_NOISE_MMS:
            return False
        else:
            top = min(top, max(speed, before) + gains // 2)
    hdop_e2 = seen.hdop_e2 + (_USUAL_HDOP_E2 if fix.hdop_e2 is None else fix.hdop_e2)
    reach_mm = top * ms // 1000 + _NOISE_MM + hdop_e2 * _MM_PER_HDOP_E2
    return geo.distance_mm(seen.lat_e7, seen.lon_e7, fix.lat_e7, fix.lon_e7) <= reach_mm

"""Motion: what a passenger feels, from the accelerometer or, without one, from GNSS.

How the chip is mounted turns its axes into forward, right and up. The share of gravity on each
axis is learnt while the bus stands. Braking and bends pass a filter of about 0.3 s, which holds
potholes back; shocks pass one of about 40 ms, which holds knocks on the case back.

Without an accelerometer, or while it is silent, the speeds of fixes in a row give acceleration
and braking, and at 20 km/h or more their headings give bends. A change counts as far as two in a
row agree on it, over two seconds: one wild fix, even amid real braking, shows nothing. Shocks are
then unknown.
"""

from math import sqrt

from micropython import const

from firmware.timing import Held

_STANDS_MS = const(3000)
_FIX_GAP_MS = const(1500)  # fixes further apart are not in a row
_APART_MS = const(800)  # of more than one in a second, the others are not used
_TURNS_MMS = const(5556)  # 20 km/h: at a lower speed the heading is noise
_SLOW = const(5)  # filters forget 1/2**n of their value a sample (10 ms)
_FAST = const(2)
_LEARN = const(5)  # gravity forgets as much a tick


class Motion:
    def __init__(self, config, part):
        """config["accelerometer"]; part: drivers/lis3dh.py, or None if none is fitted."""
        self._part = part
        self.silent = False
        axes = mounting(config["forward"], config["up"])
        self._axes = axes  # (index, sign) of forward, right and up
        self._gravity = [0, 0, 1000]  # mg on them, until it is learnt
        self._learnt = False
        self._stands = Held(_STANDS_MS)
        self._along = self._across = 0  # filtered mg, times 2**_SLOW
        self._shock = [0, 0, 0]  # filtered mg, times 2**_FAST
        self._forget()

    def sense(self, s):
        """Snapshot with its GNSS readings -> accel_mms2, lateral_mms2, shock_mg."""
        if s.gnss.fix_new:
            self._difference(s.gnss, s.vehicle, s.now_ms)
        elif s.gnss.speed_mms is None or self._is_over(s.now_ms):
            self._forget()
            s.vehicle.accel_mms2 = s.vehicle.lateral_mms2 = None
        if self._part is None:
            return
        n = self._read()
        if n is None:
            if not self.silent:
                s.vehicle.lateral_mms2 = None
            s.vehicle.shock_mg = None
        elif n:
            self._filter(n, s)
        self.silent = n is None

    def _read(self):
        """-> int, samples that came; or None. By itself: with a try, sense() would take its frame
        from the heap.
        """
        try:
            return self._part.read()
        except OSError:
            return None

    def _forget(self):
        """No fixes in a row are known."""
        self._fix_ms = self._before_ms = None  # when the last one came, and the one before it
        self._speed_mms = self._before_mms = None
        self._heading_deg = self._before_deg = None

    def _is_over(self, now_ms):
        """Does the row of fixes end here? -> bool."""
        return self._fix_ms is not None and now_ms - self._fix_ms > _FIX_GAP_MS

    def _difference(self, gnss, vehicle, now_ms):
        speed, heading = gnss.speed_mms, gnss.heading_deg
        if gnss.step_mms2 is not None:  # three fixes agree on it
            self._forget()
            vehicle.accel_mms2, vehicle.lateral_mms2 = gnss.step_mms2, None
        elif speed is None or self._fix_ms is None or self._is_over(now_ms):
            self._forget()
            vehicle.accel_mms2 = vehicle.lateral_mms2 = None
        elif now_ms - self._fix_ms < _APART_MS:
            return
        elif self._before_mms is None:
            vehicle.accel_mms2 = vehicle.lateral_mms2 = None
        else:
            ms, before_ms = now_ms - self._fix_ms, self._fix_ms - self._before_ms
            vehicle.accel_mms2 = _lesser(
                (self._speed_mms - self._before_mms) * 1000 // before_ms,
                (speed - self._speed_mms) * 1000 // ms,
            )
            slowest = min(self._before_mms, self._speed_mms, speed)
            vehicle.lateral_mms2 = _lesser(
                _bend(slowest, self._before_deg, self._heading_deg, before_ms),
                _bend(slowest, self._heading_deg, heading, ms),
            )
        if speed is not None:
            self._before_ms, self._fix_ms = self._fix_ms, now_ms
            self._before_mms, self._speed_mms = self._speed_mms, speed
            self._before_deg, self._heading_deg = self._heading_deg, heading

    def _filter(self, n, s):
        part = self._part
        chip = (part.x, part.y, part.z)
        (f, f_sign), (r, r_sign), (u, u_sign) = self._axes
        forward, right, up = chip[f], chip[r], chip[u]
        f0, r0, u0 = self._gravity
        along, across = self._along, self._across
        shock_f, shock_r, shock_u = self._shock
        most_along = most_across = most_shock = 0
        for i in range(n):
            mg = forward[i] * f_sign - f0
            along += mg - (along >> _SLOW)
            shock_f += mg - (shock_f >> _FAST)
            if abs(along) > abs(most_along):
                most_along = along
            mg = right[i] * r_sign - r0
            across += mg - (across >> _SLOW)
            shock_r += mg - (shock_r >> _FAST)
            if abs(across) > abs(most_across):
                most_across = across
            shock_u += up[i] * u_sign - u0 - (shock_u >> _FAST)
            square = shock_f * shock_f + shock_r * shock_r + shock_u * shock_u
            if square > most_shock:
                most_shock = square
        self._along, self._across = along, across
        self._shock[0], self._shock[1], self._shock[2] = shock_f, shock_r, shock_u
        s.vehicle.accel_mms2 = most_along * 9807 // (1000 << _SLOW)
        s.vehicle.lateral_mms2 = most_across * 9807 // (1000 << _SLOW)
        s.vehicle.shock_mg = int(sqrt(most_shock)) >> _FAST
        off = s.gnss.speed_mms is None and s.vehicle.ignition is False
        if self._stands.update(s.now_ms, off or s.gnss.speed_mms == 0):
            self._learn(n, (forward, right, up))

    def _learn(self, n, axes):
        for index in range(3):
            total = 0
            for i in range(n):
                total += axes[index][i]
            mg = total * self._axes[index][1] // n
            gravity = self._gravity
            if self._learnt:
                mg = gravity[index] + (mg - gravity[index] >> _LEARN)
            gravity[index] = mg
        self._learnt = True


def _lesser(before, after):
    """Of two changes that follow each other: as much as both show; None if one is unknown."""
    if before is None or after is None:
        return None
    if before < 0 and after < 0:
        return max(before, after)
    return max(0, min(before, after))


def _bend(speed_mms, before_deg, heading_deg, ms):
    """mm/s2 across: speed times the rate of turn. 35 / 2 is 1000 * pi / 180.

    More than 90 degrees from fix to fix is no bend: None.
    """
    if speed_mms < _TURNS_MMS or before_deg is None or heading_deg is None:
        return None
    turned_deg = (heading_deg - before_deg + 180) % 360 - 180
    if abs(turned_deg) > 90:
        return None
    return speed_mms * turned_deg * 35 // (2 * ms)


def mounting(forward, up):
    """Which axis of the chip points forward and up, as "+x" -> (index, sign) of forward,
    right and up; index 0 to 2 for x, y, z. The chip's axes are right-handed.
    """
    f, u = "xyz".index(forward[1]), "xyz".index(up[1])
    f_sign = -1 if forward[0] == "-" else 1
    u_sign = -1 if up[0] == "-" else 1
    r_sign = f_sign * u_sign * (1 if (u - f) % 3 == 1 else -1)
    return (f, f_sign), (3 - f - u, r_sign), (u, u_sign)

"""Motion: what a passenger feels, from the accelerometer or, without one, from GNSS.

How the chip is mounted turns its axes into forward, right and up. The share of gravity on each
axis is learnt while the bus stands. Braking and bends pass a filter of about 0.3 s, which holds
potholes back; shocks pass one of about 40 ms, which holds knocks on the case back.

Without an accelerometer, or while it is silent, the speeds of two fixes in a row give
acceleration and braking, and at 20 km/h or more their headings give bends: means over a second.
Shocks are then unknown.
"""

from math import sqrt

from micropython import const

from firmware.timing import Held

_STANDS_MS = const(3000)
_FIX_GAP_MS = const(1500)  # fixes further apart are not in a row
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
        self._fix_ms = None
        self._speed_mms = self._heading_deg = None

    def sense(self, s):
        """Snapshot with its GNSS readings -> accel_mms2, lateral_mms2, shock_mg."""
        if s.gnss.fix_new or s.gnss.speed_mms is None:
            self._difference(s)
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

    def _difference(self, s):
        now_ms, speed, before = s.now_ms, s.gnss.speed_mms, self._speed_mms
        s.vehicle.accel_mms2 = s.vehicle.lateral_mms2 = None
        if speed is not None and before is not None and 0 < now_ms - self._fix_ms <= _FIX_GAP_MS:
            ms = now_ms - self._fix_ms
            s.vehicle.accel_mms2 = (speed - before) * 1000 // ms
            s.vehicle.lateral_mms2 = _bend(
                min(speed, before), self._heading_deg, s.gnss.heading_deg, ms
            )
        self._fix_ms = now_ms
        self._speed_mms, self._heading_deg = speed, s.gnss.heading_deg

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


def _bend(speed_mms, before_deg, heading_deg, ms):
    """mm/s2 across: speed times the rate of turn. 35 / 2 is 1000 * pi / 180."""
    if speed_mms < _TURNS_MMS or before_deg is None or heading_deg is None:
        return None
    turn_deg = (heading_deg - before_deg + 180) % 360 - 180
    return speed_mms * turn_deg * 35 // (2 * ms)


def mounting(forward, up):
    """Which axis of the chip points forward and up, as "+x" -> (index, sign) of forward,
    right and up; index 0 to 2 for x, y, z. The chip's axes are right-handed.
    """
    f, u = "xyz".index(forward[1]), "xyz".index(up[1])
    f_sign = -1 if forward[0] == "-" else 1
    u_sign = -1 if up[0] == "-" else 1
    r_sign = f_sign * u_sign * (1 if (u - f) % 3 == 1 else -1)
    return (f, f_sign), (3 - f - u, r_sign), (u, u_sign)

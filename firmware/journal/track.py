"""Track: keeps few positions, enough to redraw the path within error_m.

An opening window with a cone (Zhao and Saalfeld's sleeve): from the last kept
position, the anchor, every position passed leaves a sector of directions in which a
straight line passes close enough to it. A position may end the line if it lies in
all the sectors, and not nearer than the farthest one passed. The newest position
that may is remembered; when the next one may not, the remembered one is kept and
becomes the anchor. So every position ever seen lies within error_m of the line
through the kept ones, and only two have to be remembered, whatever the length.

The error is shared: 0.8 of it across the line and 0.6 along it, at a right angle.
Lengths are decimetres, so that their products stay below 2**30 for 2 km.
"""

from micropython import const

from firmware import geo

_ROUNDING_DM = const(4)  # what integers may cost
_STANDING_MMS = const(500)  # below: the bus stands
_MOVING_MMS = const(1000)  # above: it moves; noise at standstill stays below
_MOST_READY = const(8)


class Track:
    def __init__(self, config):
        """config: error_m (int, metres), every_s (int, seconds between two kept ones, moving)."""
        error_dm = config["error_m"] * 10 - _ROUNDING_DM
        self._across_dm = error_dm * 8 // 10
        self._along_dm = error_dm * 6 // 10
        self._every_ms = config["every_s"] * 1000
        self._ready = []
        self._anchor = None  # the last kept position
        self._anchor_ms = 0
        self._newest = None  # the newest position passed; it may end the line
        self._newest_ms = 0
        self._stood = False
        self._open()

    def keep(self, snapshot):
        """A Snapshot -> int, kept positions that wait for take().

        Only a new fix with a position and UTC counts. While the bus is parked, only the
        last position of the drive is kept.
        """
        if snapshot.trip.phase == "parked":
            self._end()
        elif (
            snapshot.gnss.fix_new
            and snapshot.gnss.lat_e7 is not None
            and snapshot.utc_ms is not None
        ):
            self._pass(snapshot)
        return len(self._ready)

    def take(self):
        """-> (utc_s, lat_e7, lon_e7, speed_mms or None, heading_deg or None), the oldest.

        Take all that keep() reports: of more than eight the oldest are dropped. Raises
        IndexError if there is none.
        """
        return self._ready.pop(0)

    def _pass(self, s):
        position = (
            s.utc_ms // 1000,
            s.gnss.lat_e7,
            s.gnss.lon_e7,
            s.gnss.speed_mms,
            s.gnss.heading_deg,
        )
        if self._anchor is None:
            self._keep(position, s.now_ms)
            return
        if s.now_ms - self._anchor_ms > self._every_ms and self._moving(s):
            self._keep_newest()
        if not self._extend(s):
            self._keep_newest()
            self._extend(s)
        self._newest = position
        self._newest_ms = s.now_ms
        standing = s.gnss.speed_mms is not None and s.gnss.speed_mms < _STANDING_MMS
        if standing and not self._stood and self._far_dm > self._across_dm:
            self._keep_newest()
        self._stood = standing

    def _moving(self, s):
        """bool. Unknown speed: the bus moves if it has left the anchor."""
        return (
            self._far_dm > self._across_dm
            if s.gnss.speed_mms is None
            else s.gnss.speed_mms > _MOVING_MMS
        )

    def _end(self):
        """The drive is over."""
        self._keep_newest()
        self._anchor = None
        self._stood = False

    def _keep_newest(self):
        if self._newest is not None:
            self._keep(self._newest, self._newest_ms)

    def _keep(self, position, at_ms):
        if len(self._ready) == _MOST_READY:
            self._ready.pop(0)
        self._ready.append(position)
        self._anchor = position
        self._anchor_ms = at_ms
        self._newest = None
        self._open()

    def _open(self):
        """All directions are allowed."""
        self._far_dm = 0
        self._left_n = self._left_e = 0
        self._right_n = self._right_e = 0

    def _extend(self, s):
        """May the line end here? -> bool. If so, narrows the cone by this position."""
        lat_e7 = self._anchor[1]
        n = geo.scaled(s.gnss.lat_e7 - lat_e7, geo.north_scale(lat_e7)) // 100
        e = geo.scaled(geo.turn_e7(self._anchor[2], s.gnss.lon_e7), geo.east_scale(lat_e7)) // 100
        distance = geo.hypot(n, e)
        if distance < self._far_dm - self._along_dm:
            return False
        coned = self._left_n or self._left_e
        if coned and (
            n * self._left_e - e * self._left_n < 0 or self._right_n * e - self._right_e * n < 0
        ):
            return False
        if distance > self._far_dm:
            self._far_dm = distance
        if distance > self._across_dm:
            self._narrow(n, e, distance, coned)
        return True

    def _narrow(self, n, e, distance, coned):
        """Leaves only directions that pass this position within the error across.

        The sector's sides touch the circle around it: its direction turned by the
        angle whose sine is across / distance.
        """
        across = self._across_dm
        touching = geo.root(distance * distance - across * across, distance)
        turn_n = e * across // distance
        turn_e = n * across // distance
        ahead_n = n * touching // distance
        ahead_e = e * touching // distance
        n = ahead_n - turn_n
        e = ahead_e + turn_e
        if not coned or n * self._left_e - e * self._left_n > 0:
            self._left_n = n
            self._left_e = e
        n = ahead_n + turn_n
        e = ahead_e - turn_e
        if not coned or self._right_n * e - self._right_e * n > 0:
            self._right_n = n
            self._right_e = e

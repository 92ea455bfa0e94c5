"""Track: keeps few positions, enough to redraw the path within error_m.

An opening window: from the last kept position, the anchor, a line goes to the newest one, as
long as every position passed lies within error_m of it (corridor.py). When the next position
breaks that, the newest one is kept and becomes the anchor. So every position ever seen lies
within error_m of the line through the kept ones, and what has to be remembered is small,
whatever the length. A stop of ten seconds is kept too: the city sees where the bus stands.
"""

from micropython import const

from firmware import geo
from firmware.journal.corridor import REACH_DM, Corridor
from firmware.snapshot import PARKED

_ROUNDING_DM = const(2)  # what decimetres may cost: half of one in each of two positions' axes
_AWAY_M = const(8)  # tenths of error_m: so far from the anchor the bus has left it
_MOVING_MMS = const(1000)  # above: it moves; noise at standstill stays below
_STANDING_MMS = const(500)  # below: it stands
_STOP_MS = const(10000)
_MOST_READY = const(8)


class Track:
    def __init__(self, config):
        """config: error_m (int, metres), every_s (int, seconds between two kept ones, moving)."""
        width_dm = config["error_m"] * 10 - _ROUNDING_DM
        self._corridor = Corridor(width_dm)
        self._away_dm = config["error_m"] * _AWAY_M
        self._every_ms = config["every_s"] * 1000
        self._ready = []
        self._has_anchor = False
        self._lat_e7 = self._lon_e7 = 0  # of the anchor: the last kept position
        self._anchor_ms = 0
        self._has_newest = False  # a position passed since; it may end the line
        self._newest = [0, 0, 0, None, None]  # as in take(), the time in ms; filled in place
        self._newest_ms = 0
        self._far_dm = 0  # from the anchor, at most
        self._stands_ms = None  # since when it stands; None: it does not

    def keep(self, snapshot):
        """A Snapshot -> int, kept positions that wait for take().

        Only a new fix with a position and UTC counts. While the bus is parked, only the
        last position of the drive is kept.
        """
        if snapshot.trip.phase == PARKED:
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
        if not self._has_anchor:
            self._remember(s)
            self._keep_newest()
            return
        if s.now_ms - self._anchor_ms > self._every_ms and self._is_moving(s):
            self._keep_newest()
        is_near = self._extend(s)
        if not is_near:
            self._keep_newest()
            is_near = self._extend(s)
        self._remember(s)
        if not is_near or self._has_stopped(s):  # a jump, or a stop
            self._keep_newest()

    def _has_stopped(self, s):
        """bool: it has stood for ten seconds, away from the anchor."""
        speed_mms = s.gnss.speed_mms
        if speed_mms is None or speed_mms >= _STANDING_MMS:
            self._stands_ms = None
            return False
        if self._stands_ms is None:
            self._stands_ms = s.now_ms
        return s.now_ms - self._stands_ms >= _STOP_MS and self._far_dm > self._away_dm

    def _is_moving(self, s):
        """bool. Unknown speed: the bus moves if it has left the anchor."""
        if s.gnss.speed_mms is None:
            return self._far_dm > self._away_dm
        return s.gnss.speed_mms > _MOVING_MMS

    def _end(self):
        """The drive is over."""
        self._keep_newest()
        self._has_anchor = False

    def _remember(self, s):
        newest = self._newest
        newest[0] = s.utc_ms
        newest[1], newest[2] = s.gnss.lat_e7, s.gnss.lon_e7
        newest[3], newest[4] = s.gnss.speed_mms, s.gnss.heading_deg
        self._newest_ms = s.now_ms
        self._has_newest = True

    def _keep_newest(self):
        if not self._has_newest:
            return
        utc_ms, lat_e7, lon_e7, speed_mms, heading_deg = self._newest
        if len(self._ready) == _MOST_READY:
            self._ready.pop(0)
        self._ready.append((utc_ms // 1000, lat_e7, lon_e7, speed_mms, heading_deg))
        self._has_anchor = True
        self._lat_e7, self._lon_e7 = lat_e7, lon_e7
        self._anchor_ms = self._newest_ms
        self._has_newest = False
        self._far_dm = 0
        self._corridor.clear()

    def _extend(self, s):
        """May the line end here? -> bool. If so, this position is one of those passed."""
        up = s.gnss.lat_e7 - self._lat_e7
        right = geo.turn_e7(self._lon_e7, s.gnss.lon_e7)
        middle = self._lat_e7 + up // 2
        north_dm = (geo.scaled(up, geo.north_scale(middle)) + 50) // 100
        east_dm = (geo.scaled(right, geo.east_scale(middle)) + 50) // 100
        if abs(north_dm) > REACH_DM or abs(east_dm) > REACH_DM:
            return False
        distance_dm = geo.hypot(north_dm, east_dm)
        if not self._corridor.admits(north_dm, east_dm, distance_dm):
            return False
        if distance_dm > self._far_dm:
            self._far_dm = distance_dm
        return True

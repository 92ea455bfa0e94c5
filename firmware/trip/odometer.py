"""The odometer: the distance driven, from position to position."""

from micropython import const

from firmware import geo

_MOVING_MMS = const(1000)  # below this a receiver's position wanders
_STEP_MM = const(10000)  # shorter steps are left to the next fix
_GAP_MM = const(2000000)  # a longer step is a jump of the receiver


class Odometer:
    def __init__(self, metres):
        self.metres = metres
        self._rest_mm = 0
        self._lat_e7 = None
        self._lon_e7 = None

    def update(self, s):
        """Adds the distance from the last position, if the bus moves."""
        if not s.gnss.fix_new or s.gnss.speed_mms is None or s.gnss.speed_mms < _MOVING_MMS:
            return
        if self._lat_e7 is not None:
            way = geo.distance_mm(self._lat_e7, self._lon_e7, s.gnss.lat_e7, s.gnss.lon_e7)
            if way < _STEP_MM:
                return
            if way < _GAP_MM:
                whole, self._rest_mm = divmod(self._rest_mm + way, 1000)
                self.metres += whole
        self._lat_e7 = s.gnss.lat_e7
        self._lon_e7 = s.gnss.lon_e7

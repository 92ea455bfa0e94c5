"""Fix: what the receiver knows about one instant. An unknown field is None."""

from micropython import const

_DAY_MS = const(86400000)


class Fix:
    """A new Fix knows nothing."""

    def __init__(self):
        self.clear()

    def clear(self, time_ms=None):
        """Forgets everything: a new epoch begins. time_ms: its time, ms of the UTC day."""
        self.valid = False
        self.estimated = False  # by dead reckoning: no satellite confirms it
        self.lat_e7 = None  # WGS 84, 1e-7 degree, north positive
        self.lon_e7 = None  # east positive; beyond 107.37 degrees it allocates on an ESP32
        self.speed_mms = None
        self.course_cdeg = None  # 0..35999, clockwise from true north
        self.sats = None  # used in the solution
        self.hdop_e2 = None  # HDOP x 100
        self.time_ms = time_ms  # of the UTC day
        self.day = None  # UTC days since 1970, counted apart from the time: both stay small

    def utc_ms(self):
        """-> ms since 1970, or None; allocates on an ESP32."""
        return None if self.day is None else self.day * _DAY_MS + self.time_ms

    def copy(self, other):
        """Takes over every field of another Fix."""
        self.valid = other.valid
        self.estimated = other.estimated
        self.lat_e7 = other.lat_e7
        self.lon_e7 = other.lon_e7
        self.speed_mms = other.speed_mms
        self.course_cdeg = other.course_cdeg
        self.sats = other.sats
        self.hdop_e2 = other.hdop_e2
        self.time_ms = other.time_ms
        self.day = other.day

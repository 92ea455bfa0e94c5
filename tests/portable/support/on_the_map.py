"""A bus that meets the places of a policy, one fix a second."""

from packs import loaded
from parts import put, snapshot

from firmware.config.load import defaults
from firmware.policy.places import Places

RULES = defaults()["rules"]
METRE_E7 = 90.4  # of latitude at 13 degrees
MORNING_MS = 1795388400000 + 1800000  # Monday 06:30 in Thailand
LON = 1008800000


class Ride:
    """A bus on the meridian of the pack, one fix a second."""

    def __init__(self, policy=None, **readings):
        readings.setdefault("utc_ms", MORNING_MS)
        readings.setdefault("phase", "driving")
        readings.setdefault("trip", 1)
        readings.setdefault("front_door", False)
        is_resumed = readings.pop("is_resumed", False)
        self.policy = policy or loaded()
        self.places = Places(self.policy, RULES, is_resumed)
        self.s = snapshot(**readings)

    def at(self, lat=None, seconds=1, lon=LON, **readings):
        """lat: degrees, or None: unknown. -> the Snapshot."""
        s = self.s
        for name, value in readings.items():
            put(s, name, value)
        s.gnss.lat_e7 = None if lat is None else round(lat * 1e7)
        s.gnss.lon_e7 = None if lat is None else lon
        s.gnss.fix_new = lat is not None
        for _ in range(seconds):
            s.now_ms += 1000
            self.places.update(s)
        return s

    def opens(self, lat):
        self.at(lat, phase="boarding", front_door=True)
        self.at(lat, front_door=False)
        return self.at(lat, phase="driving")

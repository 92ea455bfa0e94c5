"""When the alarms of a parked bus sound, in ms that children may have been alone (trip.py).

korea: the button within 3 min, else alarm (Korea Herald 2018); the horn with it.
japan: prompt inside at once, outside alarm within 15 min (MLIT guideline for
school bus safety devices); the city hears at 3 min all the same.
"""

from micropython import const

from firmware.trip.boarding import ALONE_MS
from firmware.warnings import HORN, INSIDE, PROMPT

SETTLE_MS = const(2000)  # after boot, until the seats are known
_HORN_MS = {"korea": 180000, "japan": 900000}


class Profile:
    def __init__(self, config):
        self.name = config["left_behind_profile"]
        self.horn_ms = _HORN_MS[self.name]
        self.inside_ms = ALONE_MS

    def warning(self, alone_ms):
        """-> PROMPT, INSIDE or HORN."""
        if alone_ms >= self.horn_ms:
            return HORN
        return INSIDE if alone_ms >= self.inside_ms else PROMPT

"""When the alarms of a parked bus sound, in ms that children may have been alone (trip.py).

korea: the button within 3 min, else alarm (Korea Herald 2018); the horn with it.
japan: prompt inside at once, outside alarm within 15 min (MLIT guideline for
school bus safety devices); the city hears at 3 min all the same.
"""

from micropython import const

from firmware.trip.attended import HERE
from firmware.trip.boarding import ALONE_MS
from firmware.warnings import HORN, INSIDE, PROMPT

_VISIT_MS = const(180000)
_VISITS = const(3)
_ALARM_MS = const(30000)
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


class Heard:
    """What is to be heard of an alarm while somebody has come: the alarm itself stands.

    A door that opens while the horn sounds makes it the alarm inside, for 180 s: somebody is
    there. A child may have opened it, so the horn comes back, and has to sound for 30 s before a
    door lowers it again; three times in one alarm, for a contact may flap. While the `here` button
    counts (trip/attended.py) it is the prompt.

    Unknown: a door that cannot be read has not opened.
    """

    def __init__(self):
        self._front = self._emergency = None  # as last known
        self._horn_ms = None  # since when it sounds
        self._until_ms = None  # of the last visit in this alarm
        self._visits = 0

    def lowered(self, s, warning):
        """The alarm's own warning -> the one that is heard. Call it every tick."""
        opens = self._has_opened(s)
        if warning < HORN:
            self._horn_ms = self._until_ms = None
            self._visits = 0
        elif self._until_ms is not None and s.now_ms < self._until_ms:
            self._horn_ms = None
            warning = INSIDE
        else:
            if self._horn_ms is None:
                self._horn_ms = s.now_ms
            rings = self._until_ms is None or s.now_ms - self._horn_ms >= _ALARM_MS
            if opens and rings and self._visits < _VISITS:
                self._visits += 1
                self._until_ms = s.now_ms + _VISIT_MS
                warning = INSIDE
        return min(warning, PROMPT) if s.trip.attended == HERE else warning

    def _has_opened(self, s):
        front, emergency = self._front, self._emergency
        if s.vehicle.front_door is not None:
            self._front = s.vehicle.front_door
        if s.vehicle.emergency_door is not None:
            self._emergency = s.vehicle.emergency_door
        return bool((self._front and front is False) or (self._emergency and emergency is False))

"""The bus drives too fast."""

from firmware.event import CLEARED, RAISED, WARNING, Event
from firmware.messages import kmh
from firmware.timing import Held
from firmware.warnings import CHIME, SILENT

_HYSTERESIS_MMS = 833  # 3 km/h
_CLEAR_MS = 3000


class Overspeed:
    """Above overspeed_kmh: the driver hears it at once, the city after overspeed_s.

    It ends after 3 s at 3 km/h below the limit or slower.

    Unknown speed neither raises nor ends it.
    """

    kind = "overspeed"

    def __init__(self, config):
        self.warning = SILENT
        self._limit_kmh = config["overspeed_kmh"]
        self._limit_mms = self._limit_kmh * 10000 // 36
        self._held_s = config["overspeed_s"]
        self._above = Held(self._held_s * 1000)
        self._below = Held(_CLEAR_MS)
        self._since_ms = None  # raised at
        self._top_mms = 0

    def judge(self, s):
        if s.speed_mms is None:
            return None
        fast = s.speed_mms > self._limit_mms
        slow = s.speed_mms <= self._limit_mms - _HYSTERESIS_MMS
        self.warning = CHIME if fast else SILENT
        self._top_mms = max(self._top_mms, s.speed_mms) if fast or self._since_ms else 0
        if self._since_ms is None:
            if self._above.update(s.now_ms, fast):
                self._since_ms = s.now_ms
                return self._event(RAISED, s)
        elif self._below.update(s.now_ms, slow):
            event = self._event(CLEARED, s)
            self._since_ms = None
            return event
        return None

    def _event(self, state, s):
        lasted_s = (s.now_ms - self._since_ms) // 1000 + self._held_s
        data = (("top_kmh", kmh(self._top_mms)), ("lasted_s", lasted_s))
        why = (
            ("speed_kmh", kmh(s.speed_mms)),
            ("limit_kmh", self._limit_kmh),
            ("held_s", self._held_s),
        )
        return Event(self.kind, WARNING, state, data, why)

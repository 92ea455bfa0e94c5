"""The bus drives too fast."""

from firmware.event import CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.timing import Held
from firmware.values import kmh
from firmware.warnings import CHIME, SILENT


class Overspeed:
    """Above the limit: the driver hears it at once, the city after overspeed_s, and again after
    overspeed_dlt_s without a break, which is what the DLT counts.

    The limit is that of the policy for this road, zone and hour, plus overspeed_margin_kmh
    for the receiver's noise; without one it is overspeed_kmh, with no margin. It
    ends after calm_s at overspeed_end_kmh below the limit or slower.

    City: warning; raised, updated, cleared.
    Driver: chime.

    Source: 60 km/h in towns, 70 elsewhere, 80 on divided multi-lane roads, 90 on
    expressways for school vehicles, approved in principle in June 2021; 30 at schools
    [default]; 10 s [default]; 2 min continuous: DLT, via onelink.

    Unknown speed neither raises nor ends it; a parked bus stands. Unknown place:
    overspeed_kmh. Unknown time: the limit of a school counts.
    """

    kind = "overspeed"
    settings = (
        ("overspeed_kmh", 80, 10, 120),  # where the policy has no limit
        ("overspeed_margin_kmh", 3, 0, 10),  # on a limit of the policy
        ("overspeed_s", 10, 0, 120),
        ("overspeed_dlt_s", 120, 30, 600),
        ("overspeed_end_kmh", 3, 1, 10),
        ("calm_s", 3, 1, 30),  # what swings about its limit is over after so long
    )

    def __init__(self, config):
        self.warning = SILENT
        self._default_kmh = config["overspeed_kmh"]
        self._margin_kmh = config["overspeed_margin_kmh"]
        self._end_mms = config["overspeed_end_kmh"] * 10000 // 36
        self._held_s = config["overspeed_s"]
        self._above = Held(self._held_s * 1000)
        self._below = Held(config["calm_s"] * 1000)
        self._long = Held(max(config["overspeed_dlt_s"], self._held_s) * 1000)
        self._is_long = False
        self._since_ms = None  # raised at
        self._top_mms = 0

    def judge(self, s):
        if s.gnss.speed_mms is None and s.trip.phase != "parked":
            return None
        speed_mms = s.gnss.speed_mms or 0
        if s.place.limit_kmh is None:
            limit_mms = self._default_kmh * 10000 // 36
        else:
            limit_mms = (s.place.limit_kmh + self._margin_kmh) * 10000 // 36
        fast = speed_mms > limit_mms
        slow = speed_mms <= limit_mms - self._end_mms
        long = self._long.update(s.now_ms, fast)
        self.warning = CHIME if fast else SILENT
        self._top_mms = max(self._top_mms, speed_mms) if fast or self._since_ms else 0
        if self._since_ms is None:
            if self._above.update(s.now_ms, fast):
                self._since_ms = s.now_ms
                return self._event(RAISED, s)
        elif self._below.update(s.now_ms, slow):
            event = self._event(CLEARED, s)
            self._since_ms = None
            self._is_long = False
            self._above.update(s.now_ms, False)
            return event
        elif long and not self._is_long:
            self._is_long = True
            return self._event(UPDATED, s)
        return None

    def _event(self, state, s):
        lasted_s = (s.now_ms - self._since_ms) // 1000 + self._held_s
        data = (("top_kmh", kmh(self._top_mms)), ("lasted_s", lasted_s))
        why = (("speed_kmh", kmh(s.gnss.speed_mms)),)
        if s.place.limit_kmh is None:
            why += (("limit_kmh", self._default_kmh),)
        else:
            why += (
                ("limit_kmh", s.place.limit_kmh),
                ("limit_of", s.place.limit_of),
                ("margin_kmh", self._margin_kmh),
            )
        return Event(self.kind, WARNING, state, data, why + (("held_s", self._held_s),))

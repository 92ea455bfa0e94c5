"""The driver brakes, accelerates or corners so hard that children are thrown about."""

from firmware.event import CLEARED, RAISED, WARNING, Event
from firmware.timing import Held
from firmware.values import Fixed, fixed
from firmware.warnings import CHIME, SILENT


class _Axis:
    def __init__(self, name, limit_cms2, held_ms, calm_ms):
        self.name = name
        self.limit_cms2 = limit_cms2
        self.above = Held(held_ms)
        self.calm = Held(calm_ms)
        self.raised = False
        self.top_mms2 = 0

    def judge(self, now_ms, mms2, drives):
        """mm/s2 in this direction, None: unknown -> RAISED, CLEARED or None."""
        if mms2 is None and drives:
            return None
        hard = drives and mms2 >= self.limit_cms2 * 10
        if hard:
            self.top_mms2 = max(self.top_mms2, mms2)
        if not self.raised:
            if not hard:
                self.top_mms2 = 0
            self.raised = self.above.update(now_ms, hard)
            return RAISED if self.raised else None
        self.above.update(now_ms, False)
        if drives and not self.calm.update(now_ms, not hard):
            return None
        self.calm.update(now_ms, False)
        self.raised = False
        return CLEARED


class HarshDriving:
    """At least harsh_cms2 of braking or acceleration, or corner_cms2 sideways, for harsh_ms.

    Braking, acceleration and cornering are reported apart. Each ends after calm_s below its
    limit, or when the bus no longer drives.

    City: warning; raised, cleared.
    Driver: chime.

    Source: 4.4 m/s2 and 5.5 m/s2 [Digital Matter]; the filter of motion.py and harsh_ms
    [default] keep potholes out. Without an accelerometer GNSS shows them as means over
    a second, if two in a row show them; cornering at 20 km/h or more.

    Unknown acceleration neither raises nor ends it.
    """

    kind = "harsh_driving"
    settings = (
        ("harsh_cms2", 440, 200, 1000),  # braking and acceleration
        ("corner_cms2", 550, 200, 1000),
        ("harsh_ms", 300, 100, 2000),
        "calm_s",
    )

    def __init__(self, config):
        self.warning = SILENT
        held_ms, calm_ms = config["harsh_ms"], config["calm_s"] * 1000
        self._held_ms = held_ms
        self._braking = _Axis("braking", config["harsh_cms2"], held_ms, calm_ms)
        self._acceleration = _Axis("acceleration", config["harsh_cms2"], held_ms, calm_ms)
        self._cornering = _Axis("cornering", config["corner_cms2"], held_ms, calm_ms)
        self._axes = (self._braking, self._acceleration, self._cornering)

    def judge(self, s):
        along, across = s.vehicle.accel_mms2, s.vehicle.lateral_mms2
        drives = s.trip.phase == "driving"
        braking = None if along is None else -along
        event = self._judge_axis(self._braking, braking, drives, s)
        if event is None:
            event = self._judge_axis(self._acceleration, along, drives, s)
        if event is None:
            sideways = None if across is None else abs(across)
            event = self._judge_axis(self._cornering, sideways, drives, s)
        if event is not None:
            raised = [axis for axis in self._axes if axis.raised]
            self.warning = CHIME if raised else SILENT
        return event

    def _judge_axis(self, axis, mms2, drives, s):
        state = axis.judge(s.now_ms, mms2, drives)
        if state is None:
            return None
        data = (("what", axis.name), ("top_ms2", Fixed(axis.top_mms2 // 10, 2)))
        now_ms2 = None if mms2 is None else mms2 // 10
        why = (
            ("acceleration_ms2", fixed(now_ms2, 2)),
            ("limit_ms2", Fixed(axis.limit_cms2, 2)),
            ("held_ms", self._held_ms),
        )
        return Event(self.kind, WARNING, state, data, why, axis.name)

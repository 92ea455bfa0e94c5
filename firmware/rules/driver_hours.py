"""The bus has been driven longer than a driver may drive."""

from firmware.event import CLEARED, RAISED, WARNING, Event
from firmware.warnings import LAMP, SILENT


class _Limit:
    def __init__(self, name, minutes):
        self.name = name
        self.minutes = minutes
        self.raised = False


class DriverHours:
    """drive_run_min of driving without a break of rest_min, or drive_day_min within 24 hours.

    Each is reported once and ends with the break, or when enough of it is a day ago.
    trip/driving_hours.py says what counts as driving, and how it survives a reset. The board
    does not know who drives: where two drivers take turns, the city knows better.

    City: warning; raised, cleared.
    Driver: lamp.

    Source: 4 h without a break, 8 h in 24 h [DLT, via chy.co.th]; a break of 30 min
    [default].

    Unknown: without a clock no break counts during which the board was reset, and no driving
    is a day ago.
    """

    kind = "driver_hours"
    settings = (
        ("drive_run_min", 240, 30, 600),
        ("drive_day_min", 480, 60, 1440),
        ("rest_min", 30, 10, 120),  # counted by trip/driving_hours.py
    )

    def __init__(self, config):
        self.warning = SILENT
        self._rest_min = config["rest_min"]
        self._run = _Limit("run", config["drive_run_min"])
        self._day = _Limit("day", config["drive_day_min"])

    def judge(self, s):
        event = self._judge_limit(self._run, s.trip.driven_min, s)
        if event is None:
            event = self._judge_limit(self._day, s.trip.driven_day_min, s)
        return event

    def _judge_limit(self, limit, driven_min, s):
        over = driven_min >= limit.minutes
        if over == limit.raised:
            return None
        limit.raised = over
        self.warning = LAMP if self._run.raised or self._day.raised else SILENT
        data = (
            ("limit", limit.name),
            ("driven_min", s.trip.driven_min),
            ("driven_day_min", s.trip.driven_day_min),
        )
        why = (("limit_min", limit.minutes), ("rest_min", self._rest_min), ("clock", s.clock))
        return Event(self.kind, WARNING, RAISED if over else CLEARED, data, why, limit.name)

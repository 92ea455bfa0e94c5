"""The vehicle's supply is low, or gone: soon nothing will watch the children."""

from firmware.event import ALARM, CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.timing import Held
from firmware.warnings import INSIDE, LAMP, PROMPT, SILENT

_PROMPT_MS = 60000


class Supply:
    """The supply is below supply_low_mv for supply_low_s, or below supply_cut_mv for supply_cut_s.

    `cut` is a battery that was disconnected or a fuse: the board lives on its backup
    for as long as that lasts, and reports this first. With the ignition off and
    somebody on board, or the check still open, `cut` is an alarm, and sounds until nobody is in
    question; otherwise it prompts for a minute, then the lamp stays on. Cranking takes seconds and
    is forgotten. It ends supply_end_mv above the limit, for calm_s, and when it was the measuring
    wire (trip/wires.py).

    City: warning, or an alarm if it is cut while somebody may be on board; raised, updated,
    cleared.
    Driver: lamp, prompt, inside.

    Source: a failure or loss of power must be announced [MLIT guideline]; the limits
    [default] are those of a 12 V bus; set 23000 and 12000 for 24 V.

    Unknown voltage neither raises nor ends it.
    """

    kind = "supply"
    settings = (
        ("supply_low_mv", 11500, 8000, 26000),
        ("supply_low_s", 60, 10, 600),
        ("supply_cut_mv", 6000, 2000, 20000),
        ("supply_cut_s", 2, 0, 30),
        ("supply_end_mv", 300, 100, 2000),
        "calm_s",
    )

    def __init__(self, config):
        self.warning = SILENT
        self._low_mv = config["supply_low_mv"]
        self._cut_mv = config["supply_cut_mv"]
        self._end_mv = config["supply_end_mv"]
        self._low = Held(config["supply_low_s"] * 1000)
        self._cut = Held(config["supply_cut_s"] * 1000)
        self._fine = Held(config["calm_s"] * 1000)
        self._prompted = Held(_PROMPT_MS)
        self._reported = None  # "low" or "cut"

    def judge(self, s):
        mv = s.vehicle.supply_mv
        if mv is None:
            return None
        now_ms = s.now_ms
        if "supply" in s.trip.faulty:
            return self._report(None, s) if self._reported else None
        cut = self._cut.update(now_ms, mv < self._cut_mv)
        low = self._low.update(now_ms, mv < self._low_mv)
        limit_mv = self._cut_mv if self._reported == "cut" else self._low_mv
        fine = self._fine.update(
            now_ms, self._reported is not None and mv >= limit_mv + self._end_mv
        )
        if cut and self._reported != "cut":
            return self._report("cut", s)
        if low and self._reported is None:
            return self._report("low", s)
        if fine:
            self._fine.update(now_ms, False)
            return self._report("low" if low else None, s)
        return self._sound(s) if self._reported == "cut" else None

    def _sound(self, s):
        """The supply stays cut -> Event, if it has become an alarm."""
        risky = _is_risky(s)
        prompted = self._prompted.update(s.now_ms, not risky)
        if risky and self.warning != INSIDE:
            return self._report("cut", s)
        if not risky:
            self.warning = LAMP if prompted else PROMPT
        return None

    def _report(self, level, s):
        state = CLEARED if level is None else RAISED if self._reported is None else UPDATED
        self._reported = level
        risky = level == "cut" and _is_risky(s)
        if level == "cut":
            self.warning = INSIDE if risky else PROMPT
        else:
            self.warning = SILENT if level is None else LAMP
        why = (("limit_mv", self._cut_mv if level == "cut" else self._low_mv),)
        data = (
            ("level", "wire" if "supply" in s.trip.faulty else level),
            ("supply_mv", s.vehicle.supply_mv),
            ("seats", s.seats.sitting),
        )
        if s.vehicle.backup_mv is not None:
            data += (("backup_mv", s.vehicle.backup_mv),)
        return Event(self.kind, ALARM if risky else WARNING, state, data, why)


def _is_risky(s):
    """Soon nothing watches a child who may be on board."""
    may_be = s.seats.sitting or s.seats.loose or s.trip.moved or not s.trip.checked
    return bool(s.trip.ignition_off_ms is not None and may_be)

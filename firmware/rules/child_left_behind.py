"""A child is left in the parked bus: the hazard this firmware exists for."""

from firmware.event import ALARM, CLEARED, RAISED, UPDATED, Event
from firmware.rules import heating
from firmware.rules.profile import SETTLE_MS, Heard, Profile
from firmware.values import fixed, lasted
from firmware.warnings import HORN, INSIDE, PROMPT, SILENT

_STAGE = {INSIDE: 2, HORN: 3}  # 1 is the prompt, which is not reported


class ChildLeftBehind:
    """The ignition is off, and a seat is taken or unknown, or a person rose from one while every
    door was shut (trip/persons.py), or a presence input saw one move in the checked bus
    (trip/presence.py). Where children board with the engine off, the time begins
    later (trip/boarding.py). The prompt has long tones while a person who rose is unaccounted for
    (warnings.py): look on the floor.

    The driver hears a prompt at once; the alarm comes at 180 s, the horn at 180 s
    (korea) or 900 s (japan). Until then it ends with the engine, or when no seat is in question
    any more. The alarm ends when the child left its seat, a door was opened and a walk followed,
    or when the bus drives off; the key does not end it. A door that opens lowers the horn to the
    alarm inside for 180 s, the here button lowers it to the prompt (profile.py). `heat_min` counts
    down to when the cabin is dangerously hot, by its sensor or the known curve (heating.py).

    City: alarm; raised, updated, cleared.
    Driver: prompt, inside, horn.

    Source: alarm 3 min after engine off (Korea Herald 2018); prompt at once and outside
    alarm within 15 min (MLIT guideline).

    Unknown: a seat that was taken when last known stays taken; no button changes
    that. Any other unknown seat counts as taken until the driver has walked to the
    check button (trip/check.py). An unknown ignition counts as off (trip/trip.py).
    """

    kind = "child_left_behind"
    always_on = True
    settings = (
        ("left_behind_profile", "korea", "japan"),
        "heat_c",
        "heat_start_c",
    )

    def __init__(self, config):
        self.warning = SILENT
        self._profile = Profile(config)
        self._heard = Heard()
        self._level = SILENT  # of the alarm, however it is heard
        self._heat_c = config["heat_c"]
        self._start_c = config["heat_start_c"]
        self._raised = None  # (stage, seats, unknown, loose, moved) as last reported

    def judge(self, s):
        alone_ms = s.trip.alone_ms
        if alone_ms is None or s.now_ms < SETTLE_MS or not _is_anyone_left(s):
            self._level = self.warning = self._heard.lowered(s, SILENT)
            return self._clear(s)
        self._level = self._profile.warning(alone_ms)
        self.warning = self._heard.lowered(s, self._level)
        if self._level == PROMPT:
            return None
        seats = s.seats
        now = (_STAGE[self._level], seats.sitting, seats.doubtful, seats.loose, s.trip.moved)
        if now == self._raised:
            return None
        state = UPDATED if self._raised else RAISED
        self._raised = now
        return self._event(state, s)

    def _clear(self, s):
        if not self._raised:
            return None
        self._raised = None
        return self._event(CLEARED, s)

    def _event(self, state, s):
        data = (
            ("seats", s.seats.sitting),
            ("unknown", s.seats.doubtful),
            ("loose", s.seats.loose),
            ("stage", _STAGE.get(self._level, 0)),
            ("heat_min", self._heat_min(s)),
        )
        if s.vehicle.presence:
            data += (("presence", s.trip.moved or _moving(s)),)
        why = (
            ("ignition_off_s", lasted(s.trip.ignition_off_ms)),
            ("alone_s", lasted(s.trip.alone_ms)),
            ("limit_s", self._profile.inside_ms // 1000),
            ("horn_s", self._profile.horn_ms // 1000),
            ("profile", self._profile.name),
            ("checked", s.trip.checked),
            ("cabin_c", fixed(s.vehicle.cabin_c10, 1)),
            ("heat_c", self._heat_c),
        )
        return Event(self.kind, ALARM, state, data, why)

    def _heat_min(self, s):
        """Minutes until the cabin is dangerously hot, by its sensor or the known curve."""
        off_ms = s.trip.ignition_off_ms
        if off_ms is None:
            return None
        return heating.minutes_left(s.vehicle.cabin_c10, off_ms, self._start_c, self._heat_c)


def _is_anyone_left(s):
    return bool(s.seats.sitting or s.seats.doubtful or s.seats.loose or s.trip.moved)


def _moving(s):
    """-> the presence inputs that see something move."""
    presence = s.vehicle.presence
    return [index + 1 for index in range(len(presence)) if presence[index]]

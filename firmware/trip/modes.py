"""Modes: service, drill and evacuation. Each shows itself, and each ends by itself.

service     a technician works on the bus: the horn is silent (until a child may have been
            alone for 15 min, warnings.py), nothing else changes. It ends
            after service_min, and at once when the bus drives (trip.start_kmh). The city asks
            for it, but only for a bus that is parked and checked, with every seat known to be
            empty: from afar nobody sees who is in it. A technician at the bus holds the check
            button at power-on and releases it.
drill       an exercise: SOS, doors and evacuation (event.py, DRILLED) sound no horn, their buzzer
            is short, and their events are marked ("exercise": true). All else is real: a child
            left behind in a drill is a child left behind. It ends when the bus drives, and after
            drill_min, however often it is asked for meanwhile.
evacuation  persons on board are counted until every seat is known to be empty, or for
            evacuation_min. In a drill it is part of the exercise.

Each is an event from its start to its end, has a pattern of the lamp, and stands in `state`. A
mode is kept in RAM only: a reset ends it, and the horn sounds again. No mode keeps an alarm from
the journal or from the city.
"""

from micropython import const

from firmware.event import ALARM, CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.snapshot import DRILL, DRIVING, EVACUATION, NORMAL, PARKED, SERVICE
from firmware.timing import Held
from firmware.warnings import INSIDE, LAMP, SILENT

_COUNT_MS = const(2000)  # a seat is left for good, not in passing
_HOLD_MS = const(3000)  # the check button, from power-on
_SETTLE_MS = const(500)
_STUCK_MS = const(20000)  # held longer it is a wire that touches ground: no service mode


class _Timed:
    """A mode that is asked for, ends after limit_ms, and is an event all the while."""

    def __init__(self, kind, severity, minutes, extends=True):
        """extends: asked for again while it is on, it begins anew."""
        self.kind = kind
        self._extends = extends
        self.is_on = False
        self._severity = severity
        self._minutes = minutes
        self._asked = None  # RAISED, CLEARED: for the next tick
        self._asked_by = "command"
        self._who = None
        self._since_ms = 0

    def ask(self, state, by="command", who=None):
        """who: the user's name, of a command that he sent."""
        self._asked = state
        self._asked_by = by
        self._who = who

    def rests(self):
        return not self.is_on and self._asked is None

    def update(self, s, ended_by=None):
        """ended_by: what ends the mode now, or None -> Event or None."""
        asked, self._asked = self._asked, None
        if asked == RAISED:
            state = UPDATED if self.is_on else RAISED
            if self._extends or not self.is_on:
                self._since_ms = s.now_ms
            self.is_on = True
            return self._event(state, s, ("asked_by", self._asked_by))
        if not self.is_on:
            return None
        if asked == CLEARED:
            ended_by = "command"
        elif s.now_ms - self._since_ms >= self._minutes * 60000:
            ended_by = "time"
        if ended_by is None:
            return None
        self.is_on = False
        if asked is None:
            self._who = None
        return self._event(CLEARED, s, ("ended_by", ended_by))

    def _event(self, state, s, cause):
        who = () if self._who is None else (("by", self._who),)
        return Event(self.kind, self._severity, state, self._data(s) + who, self._why(cause))

    def _data(self, s):
        return (("lasted_s", (s.now_ms - self._since_ms) // 1000),)

    def _why(self, cause):
        return (cause, ("limit_min", self._minutes))


class _Evacuation(_Timed):
    """A person who rose while every door was shut is still inside (persons.py), and counts.

    Unknown: a seat that cannot be read is not empty; it keeps the count open.
    """

    def __init__(self, minutes):
        super().__init__(EVACUATION, ALARM, minutes)
        self._changed = Held(_COUNT_MS)
        self._empty = Held(_COUNT_MS)
        self._told = ([], [], [])  # seats taken, seats unknown, seats that loose persons left
        self._head_count = 0

    def update(self, s, ended_by=None):
        unknown = [seat for seat in s.seats.unknown if seat not in s.seats.sitting]
        heads = (s.seats.sitting, unknown, s.seats.loose)
        if self._asked == RAISED and not self.is_on:
            self._told = heads
            self._head_count = len(s.seats.sitting) + len(s.seats.loose)
        changed = self._changed.update(s.now_ms, self.is_on and heads != self._told)
        if changed:
            self._told = heads
            self._changed.update(s.now_ms, False)
        if self._empty.update(s.now_ms, self.is_on and heads == ([], [], [])):
            ended_by = "empty"
        event = super().update(s, ended_by)
        if event is None and changed:
            event = self._event(UPDATED, s, ("asked_by", "command"))
        return event

    def _data(self, s):
        seats, unknown, loose = self._told
        heads = (
            ("seats", seats),
            ("unknown", unknown),
            ("loose", loose),
            ("head_count", self._head_count),
        )
        return heads + super()._data(s)


class Modes:
    """`warning`: what the lamp or the buzzer has to show of it, like a rule's."""

    def __init__(self, config):
        minutes = config["modes"]
        self.warning = SILENT
        self._drive_mms = config["trip"]["start_kmh"] * 10000 // 36
        self._service = _Timed("service_mode", WARNING, minutes["service_min"])
        self._drill = _Timed("drill", WARNING, minutes["drill_min"], extends=False)
        self._evacuation = _Evacuation(minutes["evacuation_min"])
        self._timed = {SERVICE: self._service, DRILL: self._drill, EVACUATION: self._evacuation}
        self._held_ms = None  # since when the button has been held; None: it is not waited for

    def enter(self, mode, s, level, who=None):
        """From the next tick on. level: of the warning that sounds now, without what is drilled.
        who: the name of the user who asked.

        ValueError says why not: service and drill would quiet an alarm that is real.
        """
        if mode != EVACUATION and level >= INSIDE:
            raise ValueError("Not while an alarm sounds in the bus.")
        if mode != EVACUATION and s.trip.phase == DRIVING:
            raise ValueError("Not while the bus drives.")
        if mode == SERVICE and (s.trip.phase != PARKED or not s.trip.checked):
            raise ValueError("Not while the bus is in use: it has to be parked and checked.")
        if mode == SERVICE and (s.seats.sitting or s.seats.loose or s.seats.unknown):
            raise ValueError("Not while a seat is taken or cannot be read.")
        self._timed[mode].ask(RAISED, who=who)

    def leave(self, who=None):
        """All modes end with the next tick."""
        for mode in self._timed.values():
            mode.ask(CLEARED, who=who)

    def await_button(self):
        """At power-on of a parked bus: the check button, held for 3 s from now, asks for service.

        It counts when it is released, so that a wire that touches ground never asks.
        """
        self._held_ms = -1

    def _look_at_button(self, s):
        if self._held_ms < 0:
            self._held_ms = s.now_ms
        ms = s.now_ms - self._held_ms
        settles = s.vehicle.check_button is None and ms < _SETTLE_MS
        if settles or (s.vehicle.check_button is True and ms < _STUCK_MS):
            return
        self._held_ms = None
        if s.vehicle.check_button is False and ms >= _HOLD_MS and s.trip.phase != DRIVING:
            self._service.ask(RAISED, "button")

    def update(self, s):
        """Snapshot after Trip -> list of Events; fills in mode and exercise."""
        if self._held_ms is not None:
            self._look_at_button(s)
        if self._is_idle():
            s.trip.exercise = False
            return ()
        drives = s.gnss.speed_mms is not None and s.gnss.speed_mms > self._drive_mms
        drilled = self._drill.is_on
        notices = [
            self._drill.update(s, "drive" if drives else None),
            self._service.update(s, "drive" if drives else None),
            self._evacuation.update(s, "drill" if drilled and not self._drill.is_on else None),
        ]
        # The event that ends a drill still belongs to it, as does the one that begins it.
        s.trip.exercise = drilled or self._drill.is_on
        s.trip.mode = self._now()
        self.warning = (
            INSIDE if s.trip.mode == EVACUATION else SILENT if s.trip.mode == NORMAL else LAMP
        )
        return [event for event in notices if event is not None]

    def _is_idle(self):
        """Nearly always: then update() allocates nothing."""
        return self._drill.rests() and self._service.rests() and self._evacuation.rests()

    def _now(self):
        for mode in (EVACUATION, SERVICE, DRILL):
            if self._timed[mode].is_on:
                return mode
        return NORMAL

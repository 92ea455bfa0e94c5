"""A presence input does not see the driver who walks past it, or never rests."""

from firmware.event import CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.warnings import LAMP, SILENT


class PresenceFaulty:
    """A presence input was quiet while the driver walked to the check button; or it is active
    without a break although a walk found nobody, or a third alarm of it ended so since the engine
    ran (trip/presence.py). One that never rests raises no alarm until it has rested.

    Its wire is torn (then it never rests), its lens is covered, or a curtain moves in front of it.
    Inputs are listed in one occurrence, updated when the lists change. It ends when every input
    has seen a walk, and rested.

    City: warning; raised, updated, cleared.
    Driver: lamp.

    Source: a failure must be announced [MLIT guideline]; 10 s after the walk, 3 alarms [default].

    Unknown: an input that cannot be read is sensor_silent with its expander.
    """

    kind = "presence_faulty"

    def __init__(self, config):
        self.warning = SILENT
        self._quiet = []  # as last reported
        self._restless = []

    def judge(self, s):
        quiet, restless = s.trip.presence_quiet, s.trip.presence_restless
        if quiet == self._quiet and restless == self._restless:
            return None
        was_well = not (self._quiet or self._restless)
        self._quiet, self._restless = quiet, restless
        is_well = not (quiet or restless)
        self.warning = SILENT if is_well else LAMP
        state = CLEARED if is_well else RAISED if was_well else UPDATED
        why = (("inputs", len(s.vehicle.presence)), ("checked", s.trip.checked))
        data = (("quiet", quiet), ("restless", restless))
        return Event(self.kind, WARNING, state, data, why)

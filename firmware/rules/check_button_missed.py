"""The driver has not walked through the bus to the check button."""

from firmware.event import ALARM, CLEARED, RAISED, Event
from firmware.rules.profile import SETTLE_MS, Heard, Profile
from firmware.values import lasted
from firmware.warnings import LAMP, PROMPT, SILENT


class CheckButtonMissed:
    """Ignition off and no check within 180 s (korea) or 900 s (japan); or the front door of a
    checked bus opened where seats cannot be read, and no check since (trip/boarding.py).

    A prompt sounds from the start: it reminds the driver to walk through the bus. It ends with
    the press, or with the engine; the key alone does not end it. A door that opens, and the here
    button, make the horn quieter (profile.py). A driver who cannot press, because the button or its
    wire is broken, calls the city (trip/wires.py): then the lamp stays on, and so does the alarm
    at the city.

    City: alarm; raised, cleared.
    Driver: lamp, prompt, inside, horn.

    Source: the button at the rear within 3 min of engine off (Korea Herald 2018); alarm
    outside within 15 min (MLIT guideline).

    Unknown: a button that cannot be read has not been pressed.
    """

    kind = "check_button_missed"
    always_on = True
    settings = ("left_behind_profile",)

    def __init__(self, config):
        self.warning = SILENT
        self._profile = Profile(config)
        self._heard = Heard()
        self._raised = False

    def judge(self, s):
        alone_ms = s.trip.alone_ms
        if alone_ms is None or s.trip.checked or s.now_ms < SETTLE_MS:
            self.warning = self._heard.lowered(s, SILENT)
            return self._clear(s)
        is_late = alone_ms >= self._profile.horn_ms
        warning = self._profile.warning(alone_ms) if is_late else PROMPT
        self.warning = LAMP if s.trip.called else self._heard.lowered(s, warning)
        if self._raised or not is_late:
            return None
        self._raised = True
        return self._event(RAISED, s)

    def _clear(self, s):
        if not self._raised:
            return None
        self._raised = False
        return self._event(CLEARED, s)

    def _event(self, state, s):
        why = (
            ("ignition_off_s", lasted(s.trip.ignition_off_ms)),
            ("alone_s", lasted(s.trip.alone_ms)),
            ("limit_s", self._profile.horn_ms // 1000),
            ("profile", self._profile.name),
        )
        data = (("seats", s.seats.taken),)
        if s.seats.out_of_service:
            data += (("unwatched", s.seats.out_of_service),)
        return Event(self.kind, ALARM, state, data, why)

"""The driver calls for help."""

from firmware.event import ALARM, CLEARED, RAISED, Event
from firmware.sensing.headcount import pairs
from firmware.timing import Held
from firmware.warnings import SILENT


class Sos:
    """The driver holds the SOS button for sos_s; held again for as long, the call is taken back.

    Nothing sounds and no lamp lights: a person who threatens the driver must not notice.

    City: alarm; raised, cleared.
    Driver: nothing.

    Source: held 2 s [default], so that a sleeve does not call for help.

    Unknown: a button that cannot be read is not pressed, and takes nothing back.
    """

    kind = "sos"
    settings = (("sos_s", 2, 1, 10),)

    def __init__(self, config):
        self.warning = SILENT
        self._held_s = config["sos_s"]
        self._held = Held(self._held_s * 1000)
        self._released = True
        self._raised = False

    def judge(self, s):
        pressed = s.vehicle.sos_button
        if not pressed:
            self._held.update(s.now_ms, False)
            self._released = self._released or pressed is False
            return None
        if not self._released or not self._held.update(s.now_ms, True):
            return None
        self._released = False
        self._raised = not self._raised
        why = (("held_s", self._held_s),)
        return Event(self.kind, ALARM, RAISED if self._raised else CLEARED, pairs(s), why)

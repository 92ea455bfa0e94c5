"""What has to be heard in an alarm does not sound, or a button cannot be pressed."""

from firmware.event import CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.timing import Held
from firmware.warnings import LAMP, PROMPT, SILENT

_HEARD_MS = 10000


class SelfTestFailed:
    """Lamp, buzzer or horn do not do what they were told, or a button is stuck,
    or the two contacts of the check button contradict each other for a second
    (sensing/self_check.py).

    The buzzer prompts for 10 s, the lamp stays on. Updated when the list changes; it ends
    when every output has obeyed again and every button is released.

    City: warning; raised, updated, cleared.
    Driver: lamp, prompt.

    Source: a lamp or a voice at engine start says OK or fault, a failure must be
    announced [MLIT guideline]; horns that did not sound [field survey in Japan].

    Unknown: an output that is not read back, or a button that cannot be read, is not
    judged; `horn_tested` in the event self_test says so.
    """

    kind = "self_test_failed"
    settings = (
        ("button_stuck_s", 30, 10, 300),  # counted by sensing/self_check.py
    )

    def __init__(self, config):
        self.warning = SILENT
        self._heard = Held(_HEARD_MS)
        self._reported = []

    def judge(self, s):
        if s.vehicle.failing == self._reported:
            if self.warning == PROMPT and self._heard.update(s.now_ms, True):
                self.warning = LAMP
            return None
        before, self._reported = self._reported, s.vehicle.failing
        self._heard.update(s.now_ms, False)
        self.warning = PROMPT if self._reported else SILENT
        state = CLEARED if not self._reported else UPDATED if before else RAISED
        why = (("failing", len(self._reported)),)
        return Event(self.kind, WARNING, state, (("parts", self._reported),), why)

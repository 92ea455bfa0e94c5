"""RadioNews: reports to the city which radio is in use, and what a person has to repair."""

from micropython import const

from firmware.event import INFO, Event, fault
from firmware.timing import Every

_LOOK_MS = const(5000)
_AGAIN_MS = const(3600000)  # the same fault is reported again after this, if it stands


class RadioNews:
    def __init__(self, radio):
        """radio: see drivers/radio/wifi.py."""
        self._radio = radio
        self._every = Every(_LOOK_MS)
        self._fault = ""
        self._fault_ms = 0
        self._name = ""

    def update(self, now_ms):
        """-> list of Events."""
        if not self._every.due(now_ms):
            return ()
        radio, events = self._radio, []
        text = radio.fault
        if text and (text != self._fault or now_ms - self._fault_ms >= _AGAIN_MS):
            self._fault, self._fault_ms = text, now_ms
            events.append(fault("radio", text))
        if radio.name != self._name and radio.is_up():
            if self._name:
                data = (("radio", radio.name), ("was", self._name), ("text", radio.failure))
                events.append(Event("radio_changed", INFO, data=data, subject=None))
            self._name = radio.name
        return events

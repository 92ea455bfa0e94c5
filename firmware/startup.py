"""Startup: how this start came about, for the Events that report it and for every `status`."""

from micropython import const

from firmware import VERSION
from firmware.event import INFO, WARNING, Event, fault

_CONFIG_FAULTS = const(8)  # of a bus.json that is wrong everywhere only the first are reported


class Startup:
    def __init__(self, memory, reset_cause, start):
        """start: normal; previous (a crash loop: the code before it runs again); safe (a crash
        loop: the policy and the optional parts stay unused).
        """
        self.fw = VERSION
        self.boot = (memory.get("boot") or 0) + 1  # counts the starts
        memory.set("boot", self.boot)
        self.reset_cause = reset_cause
        self.start = start

    def events(self, config_errors, crash, why=None, was_asked=False):
        """-> list of Events. crash: str, what ended the start before; why: str, why this one is
        safe; or None. was_asked: bool, nobody need look into a reset of the program's own: an
        update and the end of a safe start ask for one."""
        data = (
            ("boot", self.boot),
            ("reset", self.reset_cause),
            ("start", self.start),
            ("fw", self.fw),
        )
        is_meant = self.reset_cause == "power_on" or (self.reset_cause == "external" and was_asked)
        severity = INFO if is_meant and self.start == "normal" else WARNING
        events = [Event("started", severity, data=data, subject=None)]
        events += [fault("config", str(error)) for error in config_errors[:_CONFIG_FAULTS]]
        if why is not None:
            events.append(fault("start", why))
        if crash is not None:
            events.append(fault("crash", crash))
        return events

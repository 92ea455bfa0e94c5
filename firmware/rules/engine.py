"""RuleEngine: every rule in force looks at the Snapshot, one after the other.

A rule of which nothing stands is rebuilt with new thresholds at once, the others when that has
ended. A rule that raises an exception is reported once and rebuilt in the same way: it may count
an Event as reported that was never recorded.
"""

from firmware.event import fault
from firmware.rules.catalogue import RULES
from firmware.warnings import SILENT


class RuleEngine:
    """rules: those in force, in the order of RULES; the list is replaced when a rule is rebuilt.
    The first judge() makes them.
    """

    def __init__(self, recorder, thresholds):
        self.rules = []
        self._recorder = recorder
        self._broken = set()  # kinds of rules that raise exceptions
        self._stale = set()  # kinds of rules that have to be rebuilt
        self.on_thresholds(thresholds)

    def on_thresholds(self, thresholds):
        """Other limits, other rules switched off: from the next tick on."""
        self._thresholds = thresholds
        self._stale.update([rule.kind for rule in RULES])

    def unwatched(self, has_belts):
        """-> set of the kinds that this bus does not watch: switched off, or without a sensor."""
        kinds = set(self._thresholds["disabled"])
        if not has_belts:
            kinds.add("belt_off")
        return kinds

    def judge(self, s, notices):
        """Adds to the Events in notices."""
        for kind in self._stale:
            if not self._recorder.stands(kind):
                self._renew(notices)
                break
        for rule in self.rules:
            warned = rule.warning
            try:
                event = rule.judge(s)
            except Exception as error:  # noqa: BLE001 - the other rules go on
                if warned != SILENT and rule.warning == SILENT:
                    notices.extend(self._recorder.endings(rule.kind))
                self._stale.add(rule.kind)
                self._report(rule.kind, error, notices)
                continue
            if rule.kind not in self._stale:
                self._broken.discard(rule.kind)
            if event is not None:
                notices.append(event)

    def _renew(self, notices):
        before = {rule.kind: rule for rule in self.rules}
        rules = []
        for make in RULES:
            rule = before.get(make.kind)
            if make.kind in self._stale and (rule is None or not self._recorder.stands(make.kind)):
                rule = self._make(make, rule, notices)
            if rule is not None:
                rules.append(rule)
        self.rules = rules

    def _make(self, make, before, notices):
        """-> the rule; None if it is switched off."""
        rule = None
        if make.kind not in self._thresholds["disabled"]:
            try:
                rule = make(self._thresholds)
            except Exception as error:  # noqa: BLE001 - tried again with the next tick
                self._report(make.kind, error, notices)
                return before
        self._stale.discard(make.kind)
        return rule

    def _report(self, kind, error, notices):
        if kind not in self._broken:
            self._broken.add(kind)
            notices.append(fault(kind, repr(error)))

"""The settings of the rules, as the rules declare them (firmware/rules/catalogue.py).

In a file of its own: a policy may set them, long after bus.json was read.
"""

from firmware.config.kinds import Choice, Number
from firmware.rules.catalogue import RULES


class Disabled:
    """Rules to switch off, by their kind."""

    def __init__(self):
        self.default = []

    @property
    def range(self):
        on = [rule.kind for rule in RULES if _always_on(rule)]
        return "a list of different kinds of rules, without " + ", ".join(on)

    def accepts(self, value):
        if not isinstance(value, list):
            return False
        kinds = [rule.kind for rule in RULES if not _always_on(rule)]
        for kind in value:
            if kind not in kinds or value.count(kind) > 1:
                return False
        return True


def _always_on(rule):
    return getattr(rule, "always_on", False)


def of_rules():
    """-> {name: setting} of the rules, as they declare them (firmware/rules/catalogue.py)."""
    found = {"disabled": Disabled()}
    for rule in RULES:
        for declared in getattr(rule, "settings", ()):
            if not isinstance(declared, str):  # a name alone: another rule declares it
                name, default = declared[:2]
                make = Choice if isinstance(default, str) else Number
                found[name] = make(*declared[1:])
    return found

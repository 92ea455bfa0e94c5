"""Change: what the bus notes before it changes over, for the code that runs afterwards.

The file stays if the old code came back: that release is not taken again by itself.
"""

from firmware.jsonstrict import parse
from firmware.update import kept

KEPT = "change.json"
SENSED = "sensed.json"  # what was silent and unknown to the old code, for the trial


class Change:
    """release: short id; version, since: of the new code and of the old one; why: the old code came
    back for this reason, or None."""

    def __init__(self, release, version, since, why=None):
        self.release = release
        self.version = version
        self.since = since
        self.why = why

    def keep(self, files):
        """OSError: it was not kept."""
        given = {"release": self.release, "version": self.version, "since": self.since}
        if self.why is not None:
            given["why"] = self.why
        kept.replace(files, KEPT, given)


def read(files):
    """-> Change, or None."""
    try:
        given = parse(kept.read(files, KEPT))
        return Change(given["release"], given["version"], given["since"], given.get("why"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None

"""Flapping: what comes and goes, or changes, all the time is few records with a count.

A contact that rattles would fill a lane by itself. What is raised for the fifth time within ten
minutes flaps: for the city it stands from then on, which is the side of the child, until ten
minutes have passed without another raise. While it flaps, and from the tenth change within ten
minutes on, changes are put together: the newest is recorded every five minutes, of an alarm every
minute. A raise is recorded at once, and so is a warning that becomes an alarm.
"""

from micropython import const

from firmware.event import ALARM

_WINDOW_MS = const(600000)
_RAISES = const(5)
_CHANGES = const(10)
_EVERY_MS = const(300000)
_EVERY_ALARM_MS = const(60000)
_MOST = const(32)  # occurrences counted; the oldest are forgotten


class Flapping:
    """subject: (kind, subject) of an occurrence."""

    def __init__(self):
        self._counts = {}  # subject -> [since_ms, raises, changes]

    def raised(self, subject, now_ms):
        """-> bool: so often that its end is held back."""
        count = self._count(subject, now_ms)
        count[1] += 1
        return count[1] >= _RAISES

    def changed(self, subject, now_ms):
        """-> bool: so often that this change is held back."""
        count = self._count(subject, now_ms)
        count[2] += 1
        return count[2] >= _CHANGES

    def _count(self, subject, now_ms):
        counts = self._counts
        count = counts.get(subject)
        if count is None:
            if len(counts) >= _MOST:
                del counts[min(counts, key=lambda known: counts[known][0])]
            count = counts[subject] = [now_ms, 0, 0]
        elif now_ms - count[0] >= _WINDOW_MS:
            # What changed often goes on being put together, if it goes on changing.
            count[2] = count[2] // 2 if now_ms - count[0] < 2 * _WINDOW_MS else 0
            count[0], count[1] = now_ms, 0
        return count


def is_end_due(held_ms, now_ms):
    """bool: nothing was raised again since the end was held back."""
    return now_ms - held_ms >= _WINDOW_MS


def is_change_due(severity, recorded_ms, now_ms):
    """bool: the newest change may be recorded."""
    return now_ms - recorded_ms >= (_EVERY_ALARM_MS if severity == ALARM else _EVERY_MS)

"""Form: how a journal lies on the flash, a tuple (version, alarms, warnings, total, epoch).

Version 2, from the first block on: the ledger, the alarm lane, the warning lane, and the track
lane in the rest. alarms, warnings, total: sectors of those lanes and of the whole.
Version 1, of the firmware before: an alarm lane for warnings too, and the track lane; its
cursors stand in the lanes. It is read and added to until the city has all of it.
"""

from micropython import const

ALARM = const(0)
WARNING = const(1)
TRACK = const(2)
LEDGER = const(3)
OLD = const(1)  # versions
NEW = const(2)
LEAST = const(9)  # sectors of a journal

_SECTOR_KB = const(4)
_LARGE = const(64)  # sectors: from here on the ledger wears eight blocks, not three


def wanted(total, alarm_kb, warning_kb, epoch):
    """-> the form for a partition of so many sectors; at least two for each lane."""
    room = total - _ledger(total)
    alarms = min(max(2, alarm_kb // _SECTOR_KB), room - 4)
    warnings = min(max(2, warning_kb // _SECTOR_KB), room - alarms - 2, 255)
    return (NEW, alarms, warnings, total, epoch)


def place(form, lane):
    """-> (first block, blocks) of a lane; no blocks if this form has no such lane."""
    version, alarms, warnings, total, _ = form
    if version == OLD:
        if lane == ALARM:
            return 0, alarms
        return (alarms, total - alarms) if lane == TRACK else (0, 0)
    first = _ledger(total)
    if lane == LEDGER:
        return 0, first
    if lane == ALARM:
        return first, alarms
    if lane == WARNING:
        return first + alarms, warnings
    first += alarms + warnings
    return first, total - first


def _ledger(total):
    return 8 if total >= _LARGE else 3

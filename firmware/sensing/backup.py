"""Backup: does the backup supply really keep the board alive when the vehicle's supply is cut?

missing  the board lost all power (a start with `power_on`) although a backup is fitted: the
         backup is gone, flat or switched off. Not if the board ran on it before: some boards
         reset when they change back to the vehicle's supply (LilyGO's README of the T-A7670,
         Battery Protector Description).
flat     below flat_mv for 10 s while the board runs on it: soon the bus is not watched.

Each is a fault, reported once. A backup that cannot be measured is only ever found missing.
An unknown supply changes nothing.
"""

from micropython import const

from firmware.event import fault
from firmware.timing import Held

_NOTE = "on_backup"  # in NVS: 1 while the board runs on it
_CUT_MS = const(2000)  # a board without a backup is off by then
_BACK_MS = const(10000)
_FLAT_MS = const(10000)
_MISSING = "All power was lost: the backup is missing, flat or off."


class Backup:
    def __init__(self, config, memory, reset_cause):
        self._is_fitted = config["backup"]["fitted"]
        self._flat_mv = config["backup"]["flat_mv"]
        self._cut_mv = config["rules"]["supply_cut_mv"]
        self._memory = memory
        self._note = memory.get(_NOTE) if self._is_fitted else None
        self._is_suspect = reset_cause == "power_on" and self._note == 0
        self._cut = Held(_CUT_MS)
        self._back = Held(_BACK_MS)
        self._flat = Held(_FLAT_MS)
        self._is_flat_reported = False

    def update(self, s):
        """Snapshot with its readings -> list of Events."""
        if not self._is_fitted or s.vehicle.supply_mv is None:
            return ()
        is_cut = s.vehicle.supply_mv < self._cut_mv
        events = []
        if self._is_suspect:
            self._is_suspect = False
            if not is_cut:
                events.append(fault("backup", _MISSING))
        self._remember(s.now_ms, is_cut)
        low = is_cut and s.vehicle.backup_mv is not None and s.vehicle.backup_mv < self._flat_mv
        if self._flat.update(s.now_ms, low) and not self._is_flat_reported:
            self._is_flat_reported = True
            flat = "The backup is nearly flat, %d mV." % s.vehicle.backup_mv
            events.append(fault("backup", flat))
        if not is_cut:
            self._is_flat_reported = False
        return events

    def _remember(self, now_ms, is_cut):
        cut = self._cut.update(now_ms, is_cut)
        back = self._back.update(now_ms, not is_cut)
        note = 1 if cut else 0 if back else self._note
        if note != self._note:
            self._note = note
            self._memory.set(_NOTE, note)

"""Trial: does new code do what the old code did? It has ten minutes to show it.

It has to tick and to sense for five minutes, as code does that a technician has deployed, and to
reach the broker once. Code that does not sense in time gives itself up at once: the old code sees
the children better. Code that has only not reached the broker may be in a village without coverage;
it gives itself up too, and waits with the reset until no person is on board and no alarm stands,
because the board is blind for some seconds then. boot.py brings the old code back at the reset, and
also if this code never judges itself.
"""

import json

from micropython import const

from firmware.warnings import INSIDE

NOT_SENSING, NO_BROKER = "not_sensing", "no_broker"
_FILE = "sensed.json"  # as in firmware/update/change.py
_PROVEN_MS = const(300000)  # as in drivers/board/start.py
_END_MS = const(600000)


class Trial:
    """is_proven: the new code stays."""

    def __init__(self, bus, slots, files, has_broker, now_ms):
        """slots: Slots of the board; files: of its root. has_broker: bus.json names one."""
        self._bus = bus
        self._slots = slots
        self._since_ms = now_ms
        self._has_reached = not has_broker
        self._is_given_up = False
        self._known = _known(files)
        self.is_proven = False

    def update(self, now_ms):
        """Call it after each tick -> bool: the board has to be reset now."""
        ms = now_ms - self._since_ms
        self._has_reached = self._has_reached or self._bus.uplink.connected
        if ms < _PROVEN_MS:
            return False
        senses = self._senses()
        if senses and self._has_reached:
            self._prove()
            return False
        if ms < _END_MS:
            return False
        if not self._is_given_up or not senses:
            self._slots.give_up(NO_BROKER if senses else NOT_SENSING)
            self._is_given_up = True
        return not senses or self._is_calm()

    def _senses(self):
        """No part is silent that answered to the old code, no seat is unknown that it knew."""
        s = self._bus.snapshot
        if s.settling:
            return False
        if self._known is None:
            return True
        silent, unknown = self._known
        return not [name for name in s.silent if name not in silent] and not [
            seat for seat in s.seats.unknown if seat not in unknown
        ]

    def _is_calm(self):
        seats = self._bus.snapshot.seats
        is_empty = not seats.sitting and not seats.loose and not seats.doubtful
        return is_empty and self._bus.warnings.level < INSIDE

    def _prove(self):
        try:
            self._slots.prove()
        except OSError:
            return  # the flash refuses: the next tick tries again
        self.is_proven = True


def _known(files):
    """-> (names of parts, seats) that were silent or unknown to the old code; None: not known."""
    try:
        with files.open(_FILE, "rb") as file:
            told = json.loads(file.read())
        silent, unknown = told["silent"], told["unknown"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return (silent, unknown) if isinstance(silent, list) and isinstance(unknown, list) else None

"""Trial: does new code do what the old code did? It has ten minutes to show it.

It has to tick and to sense for five minutes, as code does that a technician has deployed, to keep
its journal, and to deliver one message that the broker acknowledges. What it senses at one tick
says nothing: a part may miss an answer, and may give one by chance. So a verdict has to hold.

Code that knows no seat at all for a minute watches nobody, and gives itself up at once. Code that
does not sense in time gives itself up too: the old code sees the children better. While an alarm
stands this waits until sensing seems lost for good, because the horn is silent and the board is
blind for some seconds then. Code that has only not reached the broker
may be in a village without coverage; its reset waits until no person is on board and no alarm
stands. boot.py brings the old code back at the reset, and also if this code never judges itself.
"""

import json

from micropython import const

from firmware.warnings import INSIDE

NOT_SENSING, NO_BROKER = "not_sensing", "no_broker"
_FILE = "sensed.json"  # as in firmware/update/change.py
_PROVEN_MS = const(300000)  # as in drivers/board/start.py
_END_MS = const(600000)
_LATEST_MS = const(720000)  # what has held no verdict by then does not sense
_HELD_MS = const(20000)
_LOST_MS = const(60000)
_UNSOUND_MS = const(300000)  # what comes and goes for so long is lost too
_SEATLESS_MS = const(60000)
_LIMIT_MS = const(21600000)  # code that is given up goes by then, whatever it says of the bus


class Trial:
    """is_proven: the new code stays."""

    def __init__(self, bus, slots, files, has_broker, now_ms):
        """slots: Slots of the board; files: of its root. has_broker: bus.json names one."""
        self._bus = bus
        self._slots = slots
        self._since_ms = now_ms
        self._has_broker = has_broker
        self._is_given_up = self._is_blind = False
        self._senses_now = False
        self._turned_ms = now_ms  # when it began to sense, or ended
        self._sound_ms = now_ms  # when it had sensed for long enough last
        self._seat_ms = now_ms  # when it knew a seat last
        self._known = _known(files)
        self.is_proven = False

    def update(self, now_ms):
        """Call it after each tick -> bool: the board has to be reset now."""
        ms = now_ms - self._since_ms
        if self._knows_a_seat():
            self._seat_ms = now_ms
        elif now_ms - self._seat_ms >= _SEATLESS_MS:
            self._give_up(True)
            return True
        if ms < _PROVEN_MS - _HELD_MS:
            return False
        senses = self._senses()
        if senses != self._senses_now:
            self._senses_now, self._turned_ms = senses, now_ms
        held_ms = now_ms - self._turned_ms
        has_held = held_ms >= _HELD_MS
        if senses and has_held:
            self._sound_ms = now_ms
        if ms >= _PROVEN_MS and senses and has_held and self._is_heard() and self._keeps():
            self._prove()
            return False
        if ms < _END_MS:
            return False
        if has_held or (ms >= _LATEST_MS and not self._is_given_up):
            self._give_up(not (senses and has_held))
        return self._is_given_up and (
            self._is_calm()
            or (has_held and not senses and (held_ms >= _LOST_MS or self._has_no_alarm()))
            or now_ms - self._sound_ms >= _UNSOUND_MS
            or ms >= _LIMIT_MS
        )

    def _give_up(self, is_blind):
        """boot.py knows, should the power fail. That the code was blind stays the reason."""
        if not self._is_given_up or (is_blind and not self._is_blind):
            self._slots.give_up(NOT_SENSING if is_blind else NO_BROKER)
            self._is_given_up, self._is_blind = True, is_blind

    def _is_heard(self):
        """bool: what the bus sends arrives: the broker has acknowledged a message of this run."""
        return not self._has_broker or self._bus.uplink.outgoing.acked > 0

    def _keeps(self):
        """bool: the journal takes records. It took them before, or there had been no update."""
        return not (self._bus.journal.refuses or self._bus.recorder.failed)

    def _knows_a_seat(self):
        """bool: one seat at least is known; or the old code knew none, or nobody knows."""
        seats = self._bus.snapshot.seats
        was_blind = self._known is None or len(self._known[1]) >= seats.count
        return was_blind or len(seats.unknown) < seats.count

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
        return is_empty and self._has_no_alarm()

    def _has_no_alarm(self):
        return self._bus.warnings.level < INSIDE

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

"""Persons: who is on board, seated or not. A seat that empties is not yet a child that has left.

    not on board --sits down--> seated --rises, doors shut--> loose --sits down--> seated
                                seated --rises, door open at standstill--> gone
                                loose  --a door opens within 20 s, at standstill--> gone
                                loose  --a door opened, and a walk after it--> settled

seated (`sitting`): the seat is taken, or was when last known. Only a sensor that reads empty ends
it; no button does. (A seat whose person's belt is closed still is taken, whatever it reads:
sensing/belts.py.)
loose: rose while every door was shut, so still inside: on the floor, or in the aisle. A person who
sits down is the loose one who rose last, if no door has opened since that one rose: another may
have come through it, however long ago, and the one on the floor is still there.
Once an alarm about the child is due, an open door lets nobody go: the walk after it does, also if
the bus had been checked before. During a stay (attended.py) who rises is the adult who stays.
20 s: children stand up before the door opens. In the stories (sim/world) a bus brakes from
60 km/h in 17 s, and its door opens 1.5 s after it stands. Who rises while the bus stands with its
engine on, as in the queue at a school's gate, has 90 s, if it does not move on meanwhile.

The walk: a person who rose with the ignition off is settled by a door that opens, and a press of
the check button at least twice check_walk_s later. One who rose before, while the bus was in use,
is not settled by the first walk of the check: it found nobody on a seat. From then on a door has
to open (or stand open), and a second walk to follow. The ignition begins this anew.

Unknown: a door that is not wired or not believed (doors.py) is never "shut". A songthaew has no
contact at its step (bus.json, inputs): with the engine on and at standstill children get off
there, and so they do while children board with the engine off (boarding.py), so who rises is gone;
in the check, or while it moves, who rises is loose. The walk alone settles it, and nobody counts
as unaccounted: no contact could have seen them get off.
An unknown emergency door is no way out. An unknown speed is as it was last known, and none with
the ignition off.

All who are inside outlive a power cut (NVS). A seat that was taken before it and reads empty
afterwards was left unseen: its person is loose, whatever the door says. While the ignition is on
they are kept once a minute, since children fidget and flash wears; otherwise, and when a sensor
falls silent or a person is loose, at once.
"""

from micropython import const

from firmware.snapshot import BOARDING
from firmware.timing import LONG_AGO_MS
from firmware.trip.attended import STAY
from firmware.trip.boarding import is_alarm_due

_IN_QUEUE_MS = const(90000)
_AT_DOOR_MS = const(20000)  # before a door opens
_STANDING_MMS = const(1400)  # 5 km/h
_KEEP_MS = const(60000)
_CHUNK = const(24)  # seats in one NVS number, an i32
_CHUNKS = const(3)


class Persons:
    """has_risen: in this tick a person rose, by whatever door. stood_up: seats of persons who rose
    for the door that opens in this tick. unaccounted: seats of persons whom
    a walk settled, and whom no door was seen to let out; on this trip."""

    def __init__(self, memory, thresholds):
        self._memory = memory
        self._kept = [memory.get("sitting_%d" % index) or 0 for index in range(_CHUNKS)]
        self._kept_ms = 0
        self._changed = False  # since it was kept
        self._sitting = _seats(self._kept)
        self._recalled = self._sitting  # from before the start, and not read since
        self._loose = []  # seats that loose persons left, the longest ago first
        self._rose_ms = []  # when, of each of them
        self._queued = []  # seats of persons who rose while the bus stood with its engine on
        self._let_off = []  # of these, seats of persons who rose near an open door
        self._seat_changes = None
        self._moves = False  # as last known
        self._exit_ms = None  # when persons could last leave; at the start they could
        self._is_sought = False  # from now on a door that opens counts
        self._opened_ms = None  # when one did
        self.has_risen = False
        self.stood_up = []
        self.unaccounted = []
        self.on_thresholds(thresholds)

    def on_thresholds(self, thresholds):
        """config["rules"], with the policy's in their place."""
        self._walk_ms = thresholds["check_walk_s"] * 2000

    def take_unaccounted(self):
        """At the end of a trip -> unaccounted; the next one begins its own."""
        found, self.unaccounted = self.unaccounted, []
        return found

    def update(self, s, front, emergency, off_ms, walked):
        """Fills the Snapshot's sitting and loose.

        front, emergency: a Door each; off_ms: how long the ignition has been off, None: on;
        walked: the driver has just walked to the check button.
        """
        self.has_risen = False
        if self.stood_up:
            self.stood_up = []
        can_leave = self._can_leave(s, front, emergency, off_ms)
        if can_leave or self._exit_ms is None:
            self._exit_ms = s.now_ms
        if s.seats.changes != self._seat_changes:
            self._seat_changes = s.seats.changes
            self._follow(s, can_leave, off_ms)
        if self._loose:
            self._look_for_loose(s, can_leave, front, off_ms, walked)
        if self._changed and (off_ms is not None or s.now_ms - self._kept_ms >= _KEEP_MS):
            self._keep(s.now_ms)

    def _can_leave(self, s, front, emergency, off_ms):
        if off_ms is not None:
            self._moves = False
        elif s.gnss.speed_mms is not None:
            self._moves = s.gnss.speed_mms >= _STANDING_MMS
        if self._moves:
            if self._queued:
                self._queued = []
            return False
        if front.is_open or emergency.is_open:
            return True
        if front.is_open is not None:
            return False
        return off_ms is None or (s.trip.phase == BOARDING and not front.is_fitted)

    def _follow(self, s, can_leave, off_ms):
        before, taken, unknown = self._sitting, s.seats.taken, s.seats.unknown
        self._sitting = sorted(taken + [seat for seat in before if seat in unknown])
        for seat in before:
            if not self._is_watched(s, seat):
                continue
            if seat not in self._sitting:
                self.has_risen = True
                if seat in self._recalled:
                    self._rises(seat, s.now_ms - LONG_AGO_MS, off_ms)
                elif is_alarm_due(s):
                    self._rises(seat, s.now_ms, off_ms)
                    if can_leave:
                        self._let_off.append(seat)
                elif not can_leave and s.trip.attended != STAY:
                    self._rises(seat, s.now_ms, off_ms)
        for seat in taken:
            if self._loose and seat not in before:
                self._sits(s.now_ms)
        if self._recalled:
            self._recalled = [seat for seat in self._recalled if seat in unknown]
        s.seats.sitting = self._sitting
        self._tell(s)
        # A seat that cannot be read counts as taken, one that a loose person left as occupied:
        # after a reset no sensor shows either.
        if self._loose or len(self._sitting) > len(taken):
            self._keep(s.now_ms)

    def _is_watched(self, s, seat):
        """A seat that is taken out of service does not look as if its person had risen."""
        return seat <= s.seats.count and seat not in s.seats.out_of_service

    def _rises(self, seat, rose_ms, off_ms):
        if seat in self._loose:  # a restless child at an open door
            at = self._loose.index(seat)
            self._loose.pop(at)
            self._rose_ms.pop(at)
        self._loose.append(seat)
        self._rose_ms.append(rose_ms)
        if off_ms is None and not self._moves:
            self._queued.append(seat)
        self._is_sought = self._is_sought or off_ms is not None
        self._opened_ms = None

    def _sits(self, now_ms):
        if self._rose_ms[-1] > self._exit_ms:
            self._loose.pop()
            self._rose_ms.pop()

    def _look_for_loose(self, s, can_leave, front, off_ms, walked):
        """Who of the loose has left, or is settled by a walk."""
        if can_leave and not is_alarm_due(s):
            self._let_out(s)
        if off_ms is None:
            self._is_sought = False
            self._opened_ms = None
            return
        if walked:
            if self._opened_ms is not None and s.now_ms - self._opened_ms >= self._walk_ms:
                self._settle(front)
                self._tell(s)
                return
            self._is_sought = True
        if self._is_sought and self._opened_ms is None and (can_leave or front.is_open is None):
            self._opened_ms = s.now_ms

    def _settle(self, front):
        if front.is_fitted:
            lost = [seat for seat in self._loose if seat not in self._let_off]
            self.unaccounted = sorted(self.unaccounted + lost)
        self._loose.clear()
        self._rose_ms.clear()
        self._let_off.clear()

    def _let_out(self, s):
        """Those who stood up for this stop."""
        for at in range(len(self._loose) - 1, -1, -1):
            limit_ms = _IN_QUEUE_MS if self._loose[at] in self._queued else _AT_DOOR_MS
            if s.now_ms - self._rose_ms[at] <= limit_ms:
                self.stood_up.append(self._loose.pop(at))
                self._rose_ms.pop(at)
                self._tell(s)

    def _tell(self, s):
        s.seats.loose = sorted(self._loose)
        self._changed = True

    def _keep(self, now_ms):
        self._changed = False
        self._kept_ms = now_ms
        for index in range(_CHUNKS):
            chunk = _chunk(self._sitting, index) | _chunk(self._loose, index)
            if chunk != self._kept[index]:
                self._kept[index] = chunk
                self._memory.set("sitting_%d" % index, chunk)


def _chunk(seats, index):
    chunk = 0
    for seat in seats:
        if (seat - 1) // _CHUNK == index:
            chunk |= 1 << (seat - 1) % _CHUNK
    return chunk


def _seats(chunks):
    """-> seat numbers, ascending."""
    found = []
    for index in range(_CHUNKS):
        for bit in range(_CHUNK):
            if chunks[index] >> bit & 1:
                found.append(index * _CHUNK + bit + 1)
    return found

"""A child that came to school has not got off there."""

from firmware.event import ALARM, CLEARED, RAISED, UPDATED, Event
from firmware.timing import Held
from firmware.trip.attended import HERE
from firmware.warnings import INSIDE, LAMP, PROMPT, SILENT

_MOVING_MMS = 1389  # 5 km/h


class SeatsMismatch:
    """Every child who boarded has to get off at the school: the door was open at standstill
    there, and mismatch_s after it closed, or as soon as the bus moves, a seat is still taken.

    On a route that ends there no seat may be taken; without a route, none that was in
    question when the door opened. A child who rises there after the door closed is still on
    board (trip/persons.py). It ends when the seats have been empty for mismatch_s, or when the
    bus is parked and checked; no button ends it.

    The driver hears a prompt while the bus stands there: a teacher, a bag or a class that gets off
    later is no danger yet. The here button leaves the lamp. The alarm inside sounds as soon as the
    bus drives off.

    City: alarm; raised, updated, cleared.
    Driver: lamp, prompt, inside.

    Source: boarded = alighted at the school, checked before leaving it [default]; 2 s
    [default].

    Unknown: a seat taken when last known is taken. Any other unknown seat counts as taken
    until the check button is pressed there. An unknown door is closed. Without a policy,
    or where the position is unknown on arrival, the school is not known: not judged,
    and child_left_behind remains.
    """

    kind = "seats_mismatch"
    settings = (("mismatch_s", 2, 0, 30),)

    def __init__(self, config):
        self.warning = SILENT
        self._held_s = config["mismatch_s"]
        self._closed = Held(self._held_s * 1000)
        self._changed = Held(self._held_s * 1000)
        self._came = None  # seats that were in question when the door opened here
        self._ends_here = False  # the route on which the bus came
        self._looked = False
        self._stop = None
        self._reported = None  # (taken, unknown) while raised
        self._has_left = False  # the bus, since then

    def judge(self, s):
        if s.trip.phase == "parked":
            self._came = None
            return self._report(([], []), s) if self._reported else None
        if s.trip.phase == "boarding" and s.trip.ignition_off_ms is not None:
            self._came = []  # it was empty: who boards now leaves with it
            self._ends_here = False
        if s.vehicle.check_press_ms is not None and self._came is not None:
            self._looked = True
        moves = s.gnss.speed_mms is not None and s.gnss.speed_mms > _MOVING_MMS
        if not self._reported and s.vehicle.front_door and s.place.at_school and not moves:
            self._opens(s)
        if self._came is None:
            return None
        left = self._left(s)
        if self._reported:
            self._warn(s, moves)
            # While the children get off only the end is reported.
            settled = moves or not s.vehicle.front_door or left == ([], [])
            if self._changed.update(s.now_ms, settled and left != self._reported):
                return self._report(left, s)
            return None
        if not (self._closed.update(s.now_ms, not s.vehicle.front_door) or moves):
            return None
        if left[0] or left[1]:
            self._has_left = False
            self._warn(s, moves)
            return self._report(left, s)
        if s.place.at_school is False:
            self._came = None  # the bus has left, and nobody was on board
        return None

    def _warn(self, s, moves):
        self._has_left = self._has_left or moves
        if self._has_left:
            self.warning = INSIDE
        else:
            self.warning = LAMP if s.trip.attended == HERE else PROMPT

    def _opens(self, s):
        if self._came is None:
            self._came = s.seats.sitting + s.seats.unknown
            self._ends_here = s.place.route is not None
            self._looked = False
            self._stop = s.place.stop

    def _left(self, s):
        """-> (taken, unknown) seats of those who should not be on board any more."""
        taken, unknown = s.seats.sitting, []
        if s.seats.loose:
            rose = [seat for seat in s.seats.loose if seat in self._came and seat not in taken]
            taken = sorted(taken + rose)
        if not self._looked:
            unknown = [seat for seat in s.seats.unknown if seat not in taken]
        if not self._ends_here:
            self._came = [seat for seat in self._came if seat in taken or seat in s.seats.unknown]
            taken = [seat for seat in taken if seat in self._came]
            unknown = [seat for seat in unknown if seat in self._came]
        return taken, unknown

    def _report(self, left, s):
        before, self._reported = self._reported, left if left[0] or left[1] else None
        self._changed.update(s.now_ms, False)
        if not self._reported:
            self.warning = SILENT
        state = CLEARED if not self._reported else UPDATED if before else RAISED
        if state == CLEARED:
            self._came = None
        data = (("stop", self._stop), ("seats", left[0]), ("unknown", left[1]))
        why = (("route", s.place.route), ("held_s", self._held_s), ("looked", self._looked))
        return Event(self.kind, ALARM, state, data, why)

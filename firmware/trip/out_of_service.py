"""Seats out of service: the city has agreed that these seats are not watched for some days.

One wire that is cut reads "taken" for ever, and a horn that only a workshop can end is cut off.
The city may take such a seat out of service (cmd/out_of_service): for seven days at most, and a
tenth of the seats, one at least. Its contact is not read then, so it raises no alarm, and no child
on it is seen. What stands against that: the walk to the check button is asked for after every use
of the bus, and it is a longer one (trip/check.py); the seat stands in every `state`; and its event
stands until the seat is watched again.

Kept in NVS with its end: a power cut neither ends nor prolongs it. Without a clock the end is not
known: after 24 starts or hours of running without one, all seats are watched again.
"""

from micropython import const

from firmware.clock import iso
from firmware.event import CLEARED, INFO, RAISED, UPDATED, Event
from firmware.timing import Every

_MOST_DAYS = const(7)
_SLOTS = const(6)  # a tenth of 64 seats
_DAY_MIN = const(1440)
_SINCE_MIN = const(26297280)  # 2020-01-01 in minutes since 1970: an end takes 24 bits
_LOOK_MS = const(60000)
_HOUR_MS = const(3600000)
_MOST_BLIND = const(24)


class OutOfService:
    """seats: numbers, ascending; another list whenever they change."""

    def __init__(self, memory, count):
        """memory: Memory; count: seats of this bus."""
        self._memory = memory
        self._count = count
        self._ends_min = {}  # seat -> when it is watched again, in minutes since 2020
        for slot in range(_SLOTS):
            kept = memory.get("out_%d" % slot) or 0
            if 1 <= kept & 0x7F <= count:
                self._ends_min[kept & 0x7F] = kept >> 7
        self._news = [(seat, RAISED, "restart", None) for seat in sorted(self._ends_min)]
        self._look = Every(_LOOK_MS)
        self._blind = Every(_HOUR_MS)
        self.seats = sorted(self._ends_min)

    def grant(self, seats, days, utc_ms, by):
        """For cmd/out_of_service: from now on, for so many days; 0 ends it -> sentence. by: the
        name of the user who asked.

        ValueError says why not.
        """
        if not isinstance(seats, list) or not seats:
            raise ValueError('"seats" has to be a list of seat numbers.')
        for seat in seats:
            if type(seat) is not int or not 1 <= seat <= self._count:
                raise ValueError("This bus has the seats 1 to %d." % self._count)
        if type(days) is not int or not 0 <= days <= _MOST_DAYS:
            raise ValueError('"days" has to be a whole number from 0 to %d.' % _MOST_DAYS)
        seats = sorted(set(seats))
        if not days:
            return self._end(seats, by)
        most = max(1, self._count // 10)
        after = set(self.seats + seats)
        if len(after) > most:
            text = "At most %d of the %d seats of this bus may be out of service at a time."
            raise ValueError(text % (most, self._count))
        if utc_ms is None:
            raise ValueError("The bus does not know the time yet; ask again later.")
        end_min = utc_ms // 60000 - _SINCE_MIN + days * _DAY_MIN
        for seat in seats:
            state = UPDATED if seat in self._ends_min else RAISED
            self._ends_min[seat] = end_min
            self._news.append((seat, state, "command", by))
        self._keep()
        text = "Out of service until %s: seats %s. The driver has to walk past them each time."
        return text % (self._until(end_min), _listed(seats))

    def _end(self, seats, by):
        found = [seat for seat in seats if seat in self._ends_min]
        if not found:
            raise ValueError("None of these seats is out of service.")
        self._drop(found, "command", by)
        return "Watched again: seats %s." % _listed(found)

    def _drop(self, seats, cause, by=None):
        for seat in seats:
            self._news.append((seat, CLEARED, cause, by))
        for seat in seats:
            self._ends_min.pop(seat, None)
        self._keep()

    def _keep(self):
        self.seats = sorted(self._ends_min)
        for slot in range(_SLOTS):
            value = 0
            if slot < len(self.seats):
                seat = self.seats[slot]
                value = self._ends_min[seat] << 7 | seat
            if value != (self._memory.get("out_%d" % slot) or 0):
                self._memory.set("out_%d" % slot, value)

    def update(self, s):
        """Every tick, before the trip is judged -> Events; fills in the Snapshot's list."""
        if self._ends_min and self._look.due(s.now_ms):
            self._look_at_clock(s)
        s.seats.out_of_service = self.seats
        if not self._news:
            return ()
        return self._take_news()

    def _take_news(self):
        """By itself: names that a comprehension shares cost their function cells at every call."""
        news, self._news = self._news, []
        return [self._event(*item) for item in news]

    def _look_at_clock(self, s):
        if s.utc_ms is None:
            if self._blind.due(s.now_ms):
                self._count_blind()
            return
        if self._memory.get("out_blind"):
            self._memory.set("out_blind", 0)
        now_min = s.utc_ms // 60000 - _SINCE_MIN
        over = []
        for seat in self.seats:
            # An end beyond seven days: the clock was wrong when it was granted.
            if not 0 < self._ends_min[seat] - now_min <= _MOST_DAYS * _DAY_MIN:
                over.append(seat)
        if over:
            self._drop(over, "time")

    def _count_blind(self):
        blind = (self._memory.get("out_blind") or 0) + 1
        if blind > _MOST_BLIND:
            self._memory.set("out_blind", 0)
            self._drop(self.seats, "no_clock")
        else:
            self._memory.set("out_blind", blind)

    def _until(self, end_min):
        return iso((end_min + _SINCE_MIN) * 60000)

    def _event(self, seat, state, cause, by):
        end_min = self._ends_min.get(seat)
        data = (("seats", [seat]),)
        if end_min is not None:
            data += (("until", self._until(end_min)),)
        if by is not None:
            data += (("by", by),)
        why = (("ended_by" if state == CLEARED else "asked_by", cause), ("limit_days", _MOST_DAYS))
        return Event("seat_out_of_service", INFO, state, data, why, seat)


def _listed(seats):
    return ", ".join([str(seat) for seat in seats])

"""Belts: what a closed belt says about a seat that reads empty.

A person cannot rise in a closed belt. So where the two contacts contradict each other, the order
of what happened decides which of them is believed:

    strapped       the belt was closed while the seat was taken, and is closed still: the person
                   sits there, and the seat is taken, whatever it reads (a light child leans
                   aside, a contact has a short to ground). Only the belt that opens ends it: no
                   button does.
    buckled_empty  the belt was closed while the seat did not read taken: a child on a dead
                   contact, or the habit of closing belts over empty seats. It is not believed to
                   be empty until the driver has walked past it (trip/check.py), since otherwise
                   the habit would hold every check for ever.

A belt on which a child sits down, closed as it was, says nothing when the child rises again; nor
does one that was closed when the board started. A belt that flaps counts for nothing; while it
cannot be read it is as it was when last known.
"""

from micropython import const

_CLOSED = const(0)  # or never read: it says nothing
_OPEN = const(1)
_OVER_PERSON = const(2)
_OVER_NOBODY = const(3)


class Belts:
    def __init__(self, seats):
        self._states = bytearray(seats + 1)  # by seat number
        self.begin()

    def begin(self):
        """The seats are gone through anew; strapped and buckled_empty are new lists."""
        self.strapped = []
        self.buckled_empty = []

    def look(self, seat, is_taken, is_closed, flaps):
        """One seat, in ascending order -> bool: it is taken; None: unknown.

        is_taken, is_closed: as read, None: unknown.
        """
        before = self._states[seat]
        if flaps:
            now = _CLOSED
        elif is_closed is None:
            now = before
        elif not is_closed:
            now = _OPEN
        elif before == _OPEN:
            now = _OVER_PERSON if is_taken else _OVER_NOBODY
        elif before == _OVER_NOBODY and is_taken:
            now = _CLOSED
        else:
            now = before
        self._states[seat] = now
        if is_taken is not False:
            return is_taken
        if now == _OVER_NOBODY:
            self.buckled_empty.append(seat)
        if now != _OVER_PERSON:
            return False
        self.strapped.append(seat)
        return True

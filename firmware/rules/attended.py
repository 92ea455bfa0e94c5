"""An adult has said that they are with the children."""

from firmware.event import CLEARED, INFO, RAISED, UPDATED, Event
from firmware.timing import Held
from firmware.trip.attended import DRIVER_SEAT, HERE, STAY, attendance
from firmware.values import lasted
from firmware.warnings import LAMP, SILENT

_SEATED_MS = 180000


class Attended:
    """The here button was pressed, or held for a stay, or the driver has sat on the driver's seat
    for 180 s with the engine off (trip/attended.py). No time alone runs meanwhile.

    `until` is when it ends by itself; each press is reported. The lamp shows that it counts.

    City: info; raised, updated, cleared.
    Driver: lamp.

    Source: 180 s is when the city would have heard an alarm (Korea Herald 2018).

    Unknown: a button or a seat that cannot be read says nothing. Without a clock `until` is null.
    """

    kind = "attended"

    def __init__(self, config):
        self.warning = SILENT
        self._by = None
        self._presses = 0
        self._seated = Held(_SEATED_MS)

    def judge(self, s):
        by = s.trip.attended
        sits = self._seated.update(s.now_ms, by == DRIVER_SEAT)
        if by != HERE and by != STAY and not sits:
            by = None
        if by == self._by and (by is None or s.trip.here_presses == self._presses):
            return None
        before, self._by = self._by, by
        self._presses = s.trip.here_presses
        self.warning = SILENT if by is None else LAMP
        state = CLEARED if by is None else UPDATED if before else RAISED
        data = (("by", before), ("until", None)) if by is None else attendance(s)
        why = (
            ("ignition_off_s", lasted(s.trip.ignition_off_ms)),
            ("presses", s.trip.here_presses),
        )
        return Event(self.kind, INFO, state, data, why)

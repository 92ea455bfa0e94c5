"""The check: may a person still be on board after the ignition went off?

sitting: seats that are taken, or were taken when last known. Only a sensor that reads empty
takes a seat off this list; no button does.
doubtful: seats that are unknown and not sitting. A driver who walked to the check button has
looked at them. That holds until a person rises who was on board all the time: then the button
has to be pressed once more. A press sooner than check_walk_s after the ignition went off is not
a check, and is noted as suspicious: no driver walks past every seat that fast.

The list of seats outlives a power cut: a seat whose sensor is silent afterwards was still taken
when last known. While the ignition is on it is kept once a minute, since children fidget and
flash wears; otherwise, and when a sensor falls silent, at once.
"""

from micropython import const

_KEEP_MS = const(60000)
_CHUNK = const(24)  # seats in one NVS number, an i32
_CHUNKS = const(3)


class Check:
    def __init__(self, checked, memory, thresholds):
        """checked: the last check was finished before this boot."""
        self._memory = memory
        self._kept_ms = 0
        self._kept = [memory.get("sitting_%d" % index) or 0 for index in range(_CHUNKS)]
        self._button = None
        self._seat_changes = None
        self._sitting = _seats(self._kept)
        self._changed = False  # since it was kept
        self._silent = False  # a seat that cannot be read counts as taken
        self.checked = checked
        self.on_thresholds(thresholds)

    def on_thresholds(self, thresholds):
        """config["rules"], with the policy's in their place."""
        self._walk_ms = thresholds["check_walk_s"] * 1000

    def begin(self):
        """The bus is in use: it has to be checked again."""
        self.checked = False

    def update(self, s, ignition_off_ms):
        """Fills the Snapshot's sitting, doubtful and checked. ignition_off_ms: None if on.

        -> True: the driver has just walked to the button.
        """
        pressed = s.vehicle.check_button is True and self._button is False
        if s.vehicle.check_button is not None:
            self._button = s.vehicle.check_button
        off = pressed and ignition_off_ms is not None
        looked = off and ignition_off_ms >= self._walk_ms
        if off and not looked:
            s.trip.early_presses += 1
        if looked:
            self.checked = True
        if looked or s.trip.checked != self.checked or s.seats.changes != self._seat_changes:
            self._seat_changes = s.seats.changes
            self._judge_seats(s)
        s.trip.checked = self.checked
        at_once = ignition_off_ms is not None or self._silent
        if self._changed and (at_once or s.now_ms - self._kept_ms >= _KEEP_MS):
            self._changed = False
            self._kept_ms = s.now_ms
            self._keep()
        return looked

    def _judge_seats(self, s):
        before = self._sitting
        self._sitting = sorted(s.seats.taken + [seat for seat in s.seats.unknown if seat in before])
        if s.seats.unknown and [seat for seat in before if seat not in self._sitting]:
            self.checked = False  # the person who rose may sit on a seat that is unknown
        self._changed = True
        self._silent = len(self._sitting) > len(s.seats.taken)
        s.seats.sitting = self._sitting
        s.seats.doubtful = (
            [] if self.checked else [seat for seat in s.seats.unknown if seat not in self._sitting]
        )

    def _keep(self):
        for index in range(_CHUNKS):
            chunk = 0
            for seat in self._sitting:
                if (seat - 1) // _CHUNK == index:
                    chunk |= 1 << (seat - 1) % _CHUNK
            if chunk != self._kept[index]:
                self._kept[index] = chunk
                self._memory.set("sitting_%d" % index, chunk)


def _seats(chunks):
    """-> seat numbers, ascending."""
    found = []
    for index in range(_CHUNKS):
        for bit in range(_CHUNK):
            if chunks[index] >> bit & 1:
                found.append(index * _CHUNK + bit + 1)
    return found

"""The check: has the driver walked through the bus after the ignition went off?

doubtful: seats that are unknown and not sitting (persons.py), and those that read empty under a
belt that was closed meanwhile (`buckled_empty`, sensing/belts.py). A driver who walked to the check
button has looked at them. That holds until a person rises who was on board all the time: then the
button has to be pressed once more. A belt that was seen there, or closed in a checked bus, says
nothing until it was opened. A press that begins sooner than check_walk_s after the ignition went
off is not a check, and is noted as suspicious: no driver walks past every seat that fast.
sensing/press.py says what a press is. While a seat is out of service (out_of_service.py) the walk
takes twice as long: the driver looks at it.
"""


class Check:
    def __init__(self, checked, thresholds):
        """checked: the last check was finished before this boot."""
        self._seat_changes = None
        self._seen = []  # belts over nobody that the driver has walked past
        self.checked = checked
        self.on_thresholds(thresholds)

    def on_thresholds(self, thresholds):
        """config["rules"], with the policy's in their place."""
        self._walk_ms = thresholds["check_walk_s"] * 1000

    def begin(self):
        """The bus is in use: it has to be checked again."""
        self.checked = False

    def waive(self, s):
        """Nobody can have boarded since the last walk (armed.py)."""
        self.checked = s.trip.checked = True
        s.seats.doubtful = []

    def press(self, s, ignition_off_ms):
        """Every tick, before the persons are judged. ignition_off_ms: None if on.

        -> True: the driver has just walked to the button.
        """
        press_ms = s.vehicle.check_press_ms
        if press_ms is None or ignition_off_ms is None:
            return False
        if ignition_off_ms - press_ms < self._walk_ms * (2 if s.seats.out_of_service else 1):
            s.trip.early_presses += 1
            return False
        self.checked = True
        return True

    def judge(self, s, has_risen):
        """Every tick, after the persons: fills the Snapshot's doubtful and checked."""
        if has_risen and s.seats.unknown:
            self.checked = False  # the person who rose may sit on a seat that is unknown
        if s.trip.checked == self.checked and s.seats.changes == self._seat_changes:
            return
        self._seat_changes = s.seats.changes
        s.trip.checked = self.checked
        if self.checked:
            self._seen = s.seats.buckled_empty
            s.seats.doubtful = []
        else:
            over = _without(self._seen, s.seats.buckled_empty + s.seats.unknown)
            self._seen = _without(self._seen, over)
            unseen = _without(s.seats.buckled_empty, self._seen)
            s.seats.doubtful = sorted(_without(s.seats.unknown, s.seats.sitting) + unseen)


def _without(seats, others):
    """By itself: a name that a comprehension shares costs a cell of the heap at each call."""
    return [seat for seat in seats if seat not in others]

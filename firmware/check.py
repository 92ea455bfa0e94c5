"""The check: may anybody still be on board after the ignition went off?

sitting: seats that are taken, or were taken when last known. Only a sensor that
reads empty takes a seat off this list; no button does.
doubtful: seats that are unknown and not sitting. The driver who walked to the
check button has looked at them. A press sooner than walk_ms after the ignition
went off counts for nothing but suspicion: nobody walks past every seat that fast.
"""


class Check:
    def __init__(self, walk_ms, checked):
        """checked: the last check was finished before this boot."""
        self._walk_ms = walk_ms
        self._button = None
        self._seat_changes = None
        self._sitting = ()
        self.checked = checked

    def begin(self):
        """The bus is in use: it has to be checked again."""
        self.checked = False

    def update(self, s, ignition_off_ms):
        """Fills the Snapshot's sitting, doubtful and checked. ignition_off_ms: None if on."""
        pressed = s.check_button is True and self._button is False
        if s.check_button is not None:
            self._button = s.check_button
        off = pressed and ignition_off_ms is not None
        looked = off and ignition_off_ms >= self._walk_ms
        if off and not looked:
            s.early_presses += 1
        if looked:
            self.checked = True
        if looked or s.checked != self.checked or s.seat_changes != self._seat_changes:
            self._seat_changes = s.seat_changes
            self._judge_seats(s)
        s.checked = self.checked

    def _judge_seats(self, s):
        before = self._sitting
        self._sitting = sorted(s.taken + [seat for seat in s.unknown if seat in before])
        s.sitting = self._sitting
        s.doubtful = (
            [] if self.checked else [seat for seat in s.unknown if seat not in self._sitting]
        )

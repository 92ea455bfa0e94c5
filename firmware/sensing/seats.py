"""The seat map: which seats are taken, empty or unknown, and which belts are closed.

Wiring (drivers/seat_inputs.py): seats use the inputs in the order of the banks. Seat n (from 1)
has two of them: number 2(n-1) is high while the seat is taken (the contact is normally closed,
so a cut wire reads taken), number 2(n-1)+1 is high while the belt is open. In a bus without belt
contacts (seats.belts) it has one. A short to ground on a seat input reads empty: only a mat on
an ADS1115 tells the two apart.

Where a closed belt contradicts an "empty" seat, belts.py decides.

A seat is unknown if its bank is silent, if it has not settled yet, or if its contact flaps. A
flapping belt counts as open. A contact flaps if it changes more than `flaps` times within
flap_window_s (config["rules"]). A seat that is out of service (trip/out_of_service.py) is in no
list.
"""

from micropython import const

from firmware.sensing.belts import Belts

_SILENT_MS = const(500)  # noise on the wires spoils single reads only


class _Bank:
    """Inputs that fail together; each is debounced on its own."""

    def __init__(self, chip, debounce_ms, thresholds):
        self.word = 0  # settled levels
        self.known = 0  # which bits of word can be trusted
        self.silent = False
        self.flapping = 0  # inputs that flap
        self.spare = 0  # inputs of no seat that counts
        self.moved = 0  # of these, those that have changed
        self._chip = chip
        self._debounce_ms = debounce_ms
        self._heard_ms = None
        self._raw = None
        self._pending = False  # a pin still has to settle
        self._pins = chip.inputs
        self._all = (1 << chip.inputs) - 1
        self._changed_ms = [0] * chip.inputs
        self._changes = bytearray(chip.inputs)  # of each pin in this window
        self._counting = False
        self._window_ms = 0  # when it began
        self.on_thresholds(thresholds)

    def on_thresholds(self, thresholds):
        self._flaps = thresholds["flaps"]
        self._flap_window_ms = thresholds["flap_window_s"] * 1000

    @property
    def is_settled(self):
        return self.silent or self.known | self.flapping == self._all

    def sense(self, now_ms):
        """-> True if word or known changed."""
        raw = self._read()
        if raw is None:
            return self._lost(now_ms)
        self._heard_ms = now_ms
        self.silent = False
        if raw != self._raw:
            self._move(now_ms, raw)
        if self._counting and now_ms - self._window_ms >= self._flap_window_ms:
            self._close_window(now_ms)
        return self._pending and self._settle(now_ms)

    def _read(self):
        """-> int, or None. By itself: with a try, sense() would take its frame from the heap."""
        try:
            return self._chip.read()
        except OSError:
            return None

    def _lost(self, now_ms):
        if self._heard_ms is None:
            self._heard_ms = now_ms
        if self.silent or now_ms - self._heard_ms < _SILENT_MS:
            return False
        self.silent = True
        self.flapping = 0
        self._raw = None
        changed = self.known != 0
        self.known = 0
        return changed

    def _move(self, now_ms, raw):
        first = self._raw is None
        moved = self._all if first else raw ^ self._raw
        self._raw = raw
        self._pending = True
        for pin in range(self._pins):
            if moved >> pin & 1:
                self._changed_ms[pin] = now_ms
                if not first:
                    self._count(now_ms, pin)

    def _count(self, now_ms, pin):
        if not self._counting:
            self._counting = True
            self._window_ms = now_ms
        if self._changes[pin] <= self._flaps:
            self._changes[pin] += 1
        if self._changes[pin] > self._flaps:
            self.flapping |= 1 << pin

    def _close_window(self, now_ms):
        """A pin that no longer flaps has to settle again."""
        self.flapping = 0
        for pin in range(self._pins):
            if self._changes[pin] > self._flaps:
                self.flapping |= 1 << pin
            self._changes[pin] = 0
        self._counting = self.flapping != 0
        self._window_ms = now_ms
        self._pending = True

    def _settle(self, now_ms):
        word, raw = self.word, self._raw
        known = self.known & ~self.flapping
        waiting = ((word ^ raw) | ~known) & ~self.flapping & self._all
        self._pending = False
        for pin in range(self._pins):
            bit = 1 << pin
            if not waiting & bit:
                continue
            if now_ms - self._changed_ms[pin] >= self._debounce_ms:
                word = word & ~bit | raw & bit
                known |= bit
            else:
                self._pending = True
        changed = word != self.word or known != self.known
        self.moved |= (word ^ self.word) & self.known & self.spare
        self.word = word
        self.known = known
        return changed


class SeatMap:
    """Reads the banks each tick and keeps the Snapshot's seat lists.

    is_any_silent: at least one bank has not answered for half a second.
    """

    def __init__(self, config, banks, thresholds):
        """config["seats"]; banks: see drivers/seat_inputs.py; thresholds: see on_thresholds()."""
        self._banks = [_Bank(bank, config["debounce_ms"], thresholds) for bank in banks]
        self.is_any_silent = False
        self._out = None  # the Snapshot's out_of_service, as last looked at
        self._step = 2 if config["belts"] else 1
        self._belts = Belts(config["count"])
        self._places = []  # of each seat: its bank and pin, None without an input
        inputs = []
        for index in range(len(banks)):
            for pin in range(banks[index].inputs):
                inputs.append((index, pin))
        for seat in range(config["count"]):
            at = self._step * seat
            self._places.append(inputs[at] if at < len(inputs) else None)
        self._spare = inputs[self._step * config["count"] :]
        for index, pin in self._spare:
            self._banks[index].spare |= 1 << pin
        self.beyond = []  # seats beyond the count whose input has changed: they are wired

    def on_thresholds(self, thresholds):
        """config["rules"], with the policy's in their place."""
        for bank in self._banks:
            bank.on_thresholds(thresholds)

    def silent(self, index):
        """Has bank `index` not answered for half a second?"""
        return self._banks[index].silent

    @property
    def is_settled(self):
        """bool: every input has been read, or is known not to answer."""
        for bank in self._banks:
            if not bank.is_settled:
                return False
        return True

    def sense(self, s):
        changed = s.seats.changes == 0 or s.seats.out_of_service is not self._out
        self.is_any_silent = False
        for bank in self._banks:
            if bank.sense(s.now_ms):
                changed = True
            if bank.silent:
                self.is_any_silent = True
        if changed:
            self._fill(s)

    def _fill(self, s):
        taken, unknown, unbelted = [], [], []
        flapping, belts = [], []
        has_belts = self._step == 2
        self._out = s.seats.out_of_service
        self._belts.begin()
        for bank in self._banks:
            if bank.moved:
                self._look_beyond()
        for seat in range(1, len(self._places) + 1):
            if seat in self._out:
                continue
            place = self._places[seat - 1]
            if place is None:
                unknown.append(seat)
                continue
            bank, pin = self._banks[place[0]], place[1]
            flaps, known, word = bank.flapping >> pin, bank.known >> pin, bank.word >> pin
            is_taken = bool(word & 1) if known & 1 else None
            is_closed = not word & 2 if known & 2 else None
            if has_belts:
                is_taken = self._belts.look(seat, is_taken, is_closed, flaps & 2)
                if flaps & 2:
                    belts.append(seat)
            if is_taken is None:
                unknown.append(seat)
                if flaps & 1:
                    flapping.append(seat)
            elif is_taken:
                taken.append(seat)
                if has_belts and not is_closed:
                    unbelted.append(seat)
        s.seats.taken = taken
        s.seats.unknown = unknown
        s.seats.unbelted = unbelted
        s.seats.strapped = self._belts.strapped
        s.seats.buckled_empty = self._belts.buckled_empty
        s.seats.flapping = flapping
        s.seats.flapping_belts = belts
        s.seats.changes += 1

    def _look_beyond(self):
        for at in range(len(self._spare)):
            bank, pin = self._spare[at]
            seat = len(self._places) + at // self._step + 1
            if self._banks[bank].moved >> pin & 1 and seat not in self.beyond:
                self.beyond.append(seat)

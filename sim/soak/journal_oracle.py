"""The oracle beside a journal. It knows only what append() returned and what a subscriber got.

In between are a flash and a firmware that it does not look into. In the end, when all is mended
and the journal says that everything is delivered, every confirmed record was got or announced as
lost; what was announced as exactly lost was never got; nothing was invented, doubled or
disordered. Promises P1, P2, P3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from firmware.journal.cells import Refused
from firmware.journal.journal import ALARM, KIND_EVENT, TRACK, WARNING, Journal
from sim.soak.lane_account import LOST, Announced, Lane, Tried
from sim.soak.promise import PromiseBroken, need
from sim.wires.flash import Dice, Flash

EPOCH = b"\x9f\x3a\x21\xc4"
LANES = (ALARM, WARNING, TRACK)
_RECORD = b"\xfe"
_MOST_WAITING = 8
_PATIENCE = 4000  # rounds until everything has to be delivered


class JournalOracle:
    """Wraps the calls of whoever uses a journal, and holds it to what they were told."""

    def __init__(self, sizes: tuple[int, int] = (2, 2), cursor_s: int = 1) -> None:
        """sizes: sectors of the alarm lane and of the warning lane."""
        self.sizes = sizes
        self.cursor_s = cursor_s
        self.lanes = [Lane() for _ in LANES]
        self.tried: Tried = {}
        self.announced: list[Announced] = []  # got by the subscriber
        self.nvs: dict[str, int] = {}
        self.now_ms = 0
        self.journal: Any = None
        self.readers: list[Any] = []
        self._flash = Flash(0)
        self._is_settled = False  # what was acknowledged is out of the backlog
        self._opened = 0
        self._held = [False for _ in LANES]  # a record is read and may not be sent yet
        self._serial = 0  # of what record() has recorded
        self._waiting: list[tuple[int, bytes, Any]] = []  # lane, payload, the loss it announces
        self._came: dict[bytes, int] = {}  # what record() has recorded, and its number

    def copy(self) -> JournalOracle:
        other = JournalOracle(self.sizes, self.cursor_s)
        other.lanes = [lane.copy() for lane in self.lanes]
        other.tried = {seq: list(records) for seq, records in self.tried.items()}
        other.announced = list(self.announced)
        other.nvs = dict(self.nvs)
        other.now_ms = self.now_ms
        other._serial, other._came = self._serial, dict(self._came)
        return other

    # The journal's memory.

    def get(self, name: str) -> int | None:
        return self.nvs.get(name)

    def set(self, name: str, value: int) -> None:
        self.nvs[name] = value

    # Whoever uses the journal.

    def start(self, flash: Flash) -> None:
        alarms, warnings = self.sizes
        self._waiting = []
        self._flash = flash
        self._is_settled = False
        self.journal = None
        self._opened = 0
        self.readers = []
        for lane in self.lanes:
            lane.sent = 0
        self.journal = Journal(
            flash, entropy_from(flash.dice), alarms * 4, warnings * 4, self.cursor_s, self
        )

    def record(self, lane: int, body: bytes) -> None:
        """No two records that the subscriber gets of here may be the same."""
        if len(self._waiting) < _MOST_WAITING:
            self._serial += 1
            self._waiting.append((lane, _RECORD + self._serial.to_bytes(4, "big") + body, None))
        self._flush()

    def _flush(self) -> None:
        """As the Recorder does: what is refused is tried again, what is in doubt first."""
        shut = set()
        for entry in list(self._waiting):
            lane, payload, loss = entry
            if lane in shut:
                continue
            seq = self.append(lane, payload)
            if seq is not None:
                self._waiting.remove(entry)
                if loss is not None:
                    self.journal.announced(loss, seq)
                continue
            shut.add(lane)
            if self.journal.is_in_doubt:
                self._waiting.remove(entry)
                self._waiting.insert(0, entry)
                break

    def append(self, lane: int, payload: bytes) -> int | None:
        """-> its number, or None: the flash refuses it."""
        journal = self.journal
        seq = journal.next_seq
        attempts = self.tried.setdefault(seq, [])
        attempts.append((lane, payload))
        above = [journal.backlog(other) for other in LANES if other < lane]
        try:
            number = journal.append(lane, KIND_EVENT, payload)
        except OSError:
            return None
        need(number == seq, f"{number} was used, and next_seq was {seq}")
        for known in self.lanes:
            need(number not in known.confirmed, f"{number} is used twice")
        now = [journal.backlog(other) for other in LANES if other < lane]
        need(now == above, f"a record of lane {lane} cost one of a more urgent lane")
        attempts.remove((lane, payload))
        self.lanes[lane].confirmed[number] = payload
        return number

    def send(self, lane: int, most: int) -> None:
        """The subscriber gets up to so many records."""
        if not self._has_readers():
            return
        reader = self.readers[lane]
        try:
            for _ in range(most):
                if not self._held[lane] and not reader.read():
                    return
                self._held[lane] = True
                is_there = self.journal.may_send(lane, reader.seq, reader.seq)
                self._held[lane] = False
                if is_there:
                    self._get(lane, reader.seq, bytes(reader.payload))
        except Refused:
            pass

    def ack(self, lane: int) -> None:
        """The journal hears that the subscriber has what it got."""
        if self.journal.epoch is not None and self.lanes[lane].sent:
            self._is_settled = False
            self.journal.ack(lane, self.lanes[lane].sent)

    def again(self, lane: int) -> None:
        """The connection broke."""
        if self._has_readers():
            self._held[lane] = False
            self.journal.rewind(lane, self.readers[lane])

    def housekeep(self, ms: int) -> None:
        self.now_ms += ms
        journal = self.journal
        before = [journal.backlog(lane) for lane in LANES]
        refused = self._flash.refused
        journal.housekeep(self.now_ms)
        if self._is_settled:
            need(journal.backlog(ALARM) >= before[ALARM], "an alarm was dropped for nothing")
            need(journal.backlog(WARNING) >= before[WARNING], "a warning was dropped for nothing")
        self._is_settled = None not in before and self._flash.refused == refused

    def announce(self) -> None:
        """As the Recorder does: when nothing waits."""
        loss = None if self._waiting else self.journal.take_lost()
        if loss is not None:
            self._waiting.append((WARNING, Announced.of(loss).payload(), loss))
        self._flush()

    # What has to be.

    def drain(self) -> None:
        """Everything is mended: all has to be delivered, and all of it is held to its promise."""
        for _ in range(_PATIENCE):
            for lane in LANES:
                self.send(lane, 100)
                self.ack(lane)
            self.housekeep(1000)
            self.announce()
            if self.journal.is_delivered and not self._waiting:
                break
        else:
            left = [self.journal.backlog(lane) for lane in LANES]
            raise PromiseBroken(f"not all is delivered: {left} left")
        for lane in LANES:
            self.lanes[lane].check(lane, self.tried)

    def _get(self, lane: int, seq: int, payload: bytes) -> None:
        known = self.lanes[lane]
        wanted = known.confirmed.get(seq)
        if wanted is None:
            was_tried = (lane, payload) in self.tried.get(seq, [])
            need(was_tried, f"lane {lane}: {seq} was never recorded")
        else:
            need(payload == wanted, f"lane {lane}: {seq} has another payload")
        if seq in known.got:
            need(known.got[seq] == payload, f"lane {lane}: {seq} came with another payload")
        else:
            if wanted is not None:  # a torn one may be seen and not seen, and was never promised
                need(seq > known.newest, f"lane {lane}: {seq} came after {known.newest}")
                known.newest = seq
            known.got[seq] = payload
            need(seq not in known.lost, f"lane {lane}: {seq} was announced as lost, and came")
            if payload.startswith(_RECORD):
                other = self._came.setdefault(payload, seq)
                need(other == seq, f"lane {lane}: {seq} and {other} are the same record")
            if payload.startswith(LOST):
                loss = Announced.read(payload)
                self.announced.append(loss)
                self.lanes[loss.lane].told.append(loss)
        known.sent = seq

    def _has_readers(self) -> bool:
        """A journal that was opened, or made anew, has readers of its own."""
        journal = self.journal
        if journal.epoch is None:
            return False
        if self._opened != journal.opened:
            self._opened = journal.opened
            self.readers = [journal.reader(lane) for lane in LANES]
            self._held = [False for _ in LANES]
        return True

    # For whoever tells of it.

    @property
    def total(self) -> int:
        return sum(len(lane.confirmed) for lane in self.lanes)

    def lost(self, exact: bool) -> int:
        """Confirmed records that the subscriber knows to be lost, by exact ranges or by others."""
        return sum(
            len(
                (known.lost if exact else known.perhaps) & known.confirmed.keys() - known.got.keys()
            )
            for known in self.lanes
        )


def entropy_from(dice: Dice) -> Callable[[int], bytes]:
    """The epoch is always the same, the rest by the dice."""
    return lambda n: EPOCH if n == len(EPOCH) else dice.bits(8 * n).to_bytes(n, "big")

"""JournalOracle knows what a journal confirmed, and checks every start against it. P1, P3."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from firmware.journal.journal import ALARM, KIND_EVENT, TRACK, Journal
from firmware.journal.sector import CURSOR
from sim.soak.promise import need
from sim.wires.flash import Dice, Flash

EPOCH = b"\x9f\x3a\x21\xc4"
ALARM_SECTORS = 3
_ROOM = 1500  # more records than the soak's lanes ever hold


class Lane:
    """What the oracle knows of one lane."""

    def __init__(self) -> None:
        self.confirmed: dict[int, bytes] = {}
        self.tried: dict[int, bytes] = {}  # append did not return
        self.taken: set[int] = set()  # tried, and there at a start
        self.missing: set[int] = set()  # tried, and not there at any start
        self.frozen: set[int] = set()  # missing, and later ones confirmed: never to appear
        self.acked = 0
        self.delivered: set[int] = set()  # was read
        self.blocks: dict[int, int] = {}  # where a record was put
        self.dropping: set[int] = set()  # the erase of its block was begun
        self.announced: set[int] = set()  # confirmed, and lost as the city was told

    def prune(self) -> None:
        """Forgets what is older than any record that the flash has room for."""
        if len(self.confirmed) < 2 * _ROOM:
            return
        oldest = sorted(self.confirmed)[-_ROOM]
        for known in (self.confirmed, self.tried, self.blocks):
            for old in [seq for seq in known if seq < oldest]:
                del known[old]
        for some in (
            self.taken, self.missing, self.frozen, self.delivered, self.dropping, self.announced,
        ):  # fmt: skip
            some.difference_update([seq for seq in some if seq < oldest])

    def copy(self) -> Lane:
        other = Lane()
        other.confirmed = dict(self.confirmed)
        other.tried = dict(self.tried)
        other.taken = set(self.taken)
        other.missing = set(self.missing)
        other.frozen = set(self.frozen)
        other.acked = self.acked
        other.delivered = set(self.delivered)
        other.blocks = dict(self.blocks)
        other.dropping = set(self.dropping)
        other.announced = set(self.announced)
        return other


class JournalOracle:
    """Wraps a journal's calls, remembers what they promised, and checks it.

    forgiving: weak cells read differently each time, so what is not confirmed may come and go.
    """

    def __init__(self) -> None:
        self.lanes = (Lane(), Lane())
        self.journal: Any = None
        self.forgiving = False
        self.trying = self.lanes[0]
        self.total = 0  # records confirmed
        self.lost = 0  # and of those, announced as lost
        self.highest = 0  # number that was ever tried
        self.nvs: dict[str, int] = {}
        self.went: set[int] = set()  # numbers of records that were programmed

    def copy(self) -> JournalOracle:
        other = JournalOracle()
        other.lanes = (self.lanes[0].copy(), self.lanes[1].copy())
        other.highest = self.highest
        other.nvs = dict(self.nvs)
        other.went = set(self.went)
        return other

    def saw(self, what: str, block: int, offset: int, wanted: bytes) -> None:
        """Flash.spy: which records are being programmed, which erased."""
        if what == "erase":
            for known in self.lanes:
                known.dropping.update(seq for seq, at in known.blocks.items() if at == block)
                known.blocks = {seq: at for seq, at in known.blocks.items() if at != block}
        elif offset and wanted[2] != CURSOR:
            number = int.from_bytes(wanted[4:8], "little")
            self.went.add(number)
            self.trying.blocks[number] = block

    def get(self, name: str) -> int | None:
        """The journal's memory."""
        return self.nvs.get(name)

    def set(self, name: str, value: int) -> None:
        self.nvs[name] = value

    def append(self, lane: int, payload: bytes) -> None:
        known, journal = self.lanes[lane], self.journal
        seq = journal.next_seq
        need(seq > self.highest, f"number {seq} may have been used before")
        self.highest = seq
        known.tried[seq] = payload
        self.trying = known
        alarms = journal.backlog(ALARM)
        need(journal.append(lane, KIND_EVENT, payload) == seq, "another number than next_seq")
        if lane == TRACK:
            need(journal.backlog(ALARM) == alarms, "a position cost an alarm")
        known.confirmed[seq] = known.tried.pop(seq)
        self.total += 1
        known.frozen |= known.missing
        known.missing.clear()

    def read(self, lane: int, reader: Any) -> None:
        """What a reader found is delivered to the city."""
        known = self.lanes[lane]
        need(reader.seq not in known.frozen, f"{reader.seq} appeared after the lane went on")
        wanted = known.confirmed.get(reader.seq, known.tried.get(reader.seq))
        need(reader.payload == wanted, f"{reader.seq} has another payload")
        known.delivered.add(reader.seq)

    def ack(self, lane: int, seq: int) -> None:
        self.lanes[lane].acked = max(self.lanes[lane].acked, seq)
        self.journal.ack(lane, seq)

    def housekeep(self, now_ms: int) -> None:
        alarms = self.journal.backlog(ALARM)
        self.journal.housekeep(now_ms)
        need(self.journal.backlog(ALARM) == alarms, "an alarm was dropped for nothing")

    def announce(self) -> None:
        """As Bus does: take the loss, record the announcement."""
        loss = self.journal.take_lost()
        if loss is not None:
            self._check_loss(*loss)
            self.append(ALARM, b"lost %d: %d-%d, %d" % loss)
            known = self.lanes[loss[0]]
            known.announced.update(_within(known.confirmed, loss[1], loss[2]))
            self.lost += loss[3]

    def start(self, flash: Flash) -> None:
        """Start on these cells, and check what is found against what is known."""
        journal = self.journal = Journal(
            flash, entropy_from(flash.dice), ALARM_SECTORS * 4, cursor_s=1, memory=self
        )
        need(journal.epoch == EPOCH.hex(), "another epoch")
        for lane, known in enumerate(self.lanes):
            known.tried = {seq: known.tried[seq] for seq in known.tried if seq in self.went}
            found = read_all(journal, lane)
            loss = journal._rings[lane]._lost  # not by take_lost: nothing is announced here
            if loss:
                self._check_loss(lane, *loss)
            self._check_found(lane, found, loss)
            sure = len(found.keys() & known.confirmed.keys())
            need(journal.backlog(lane) >= sure, f"backlog is not {sure}")
            known.prune()
            # What one start took for a record may be weak, and come and go: it was never confirmed.
            known.taken.update(seq for seq in known.tried if seq in found or self.forgiving)
            known.missing = set(known.tried) - known.taken - known.frozen

    def _check_found(
        self, lane: int, found: dict[int, bytes], loss: tuple[int, int, int] | None
    ) -> None:
        known = self.lanes[lane]
        for seq, payload in found.items():
            need(seq not in known.frozen, f"lane {lane}: {seq} appeared after the lane went on")
            wanted = known.confirmed.get(seq, known.tried.get(seq))
            need(wanted is not None, f"lane {lane}: {seq} was never recorded")
            need(payload == wanted, f"lane {lane}: {seq} has another payload")
        told = set(_within(known.confirmed, *loss[:2])) if loss else set()
        cursor = self.journal._rings[lane].saved[0]
        for seq in known.confirmed.keys() - known.delivered - known.announced - found.keys():
            # An erase that was cut short is announced when it is done again, or when the city
            # acknowledges past it: until then the cursor on flash stays before it.
            fine = (seq in known.dropping and seq > cursor) or seq in told
            need(fine, f"lane {lane}: confirmed record {seq} is lost")

    def _check_loss(self, lane: int, first: int, last: int, count: int) -> None:
        known = self.lanes[lane]
        need(first <= last, f"lane {lane}: lost from {first} to {last}")
        inside = _within(known.confirmed, first, last)
        least = len(set(inside) - known.delivered - known.announced)
        most = len(inside) + len(_within(known.tried, first, last))
        need(least <= count <= most, f"lane {lane}: {count} lost, not {least} to {most}")
        there = [seq for seq in read_all(self.journal, lane) if first <= seq <= last]
        need(not there, f"lane {lane}: {there} announced as lost, and there")


def _within(numbers: Iterable[int], first: int, last: int) -> list[int]:
    return [seq for seq in numbers if first <= seq <= last]


def read_all(journal: Any, lane: int) -> dict[int, bytes]:
    """Unacknowledged records by number, which must rise."""
    reader = journal.reader(lane)
    found: dict[int, bytes] = {}
    last = 0
    while reader.read():
        need(reader.seq > last, f"lane {lane}: {reader.seq} after {last}")
        last = reader.seq
        found[last] = bytes(reader.payload)
    return found


def entropy_from(dice: Dice) -> Callable[[int], bytes]:
    """The epoch is always the same, the rest by the dice."""
    return lambda n: EPOCH if n == len(EPOCH) else dice.bits(8 * n).to_bytes(n, "big")

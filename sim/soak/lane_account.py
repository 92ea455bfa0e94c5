"""What the oracle (journal_oracle.py) knows of one lane: confirmed, got and announced as lost."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.soak.promise import PromiseBroken, need

LOST = b"lost "
Tried = dict[int, list[tuple[int, bytes]]]
"""By number: (lane, payload) of each append() that did not return."""


class Announced(NamedTuple):
    lane: int
    first: int
    last: int
    records: int | None
    exact: bool

    def numbers(self) -> range:
        return range(self.first, self.last + 1)

    @classmethod
    def of(cls, loss: Any) -> Announced:
        return cls(loss.lane, loss.first, loss.last, loss.count, loss.exact)

    @classmethod
    def read(cls, payload: bytes) -> Announced:
        lane, first, last, count, exact = payload[len(LOST) :].decode().split()
        return cls(
            int(lane),
            int(first),
            int(last),
            None if count == "None" else int(count),
            exact == "True",
        )

    def payload(self) -> bytes:
        return LOST + " ".join(str(value) for value in self).encode()


class Lane:
    """What is known of one lane, by number."""

    def __init__(self) -> None:
        self.confirmed: dict[int, bytes] = {}
        self.got: dict[int, bytes] = {}
        self.told: list[Announced] = []  # got by the subscriber, and not checked yet
        self.lost: set[int] = set()  # numbers that were announced and checked
        self.perhaps: set[int] = set()  # the same, of announcements that are not exact
        self.newest = 0  # number that came last for the first time
        self.sent = 0  # so far the subscriber has it, and the journal has not heard

    def copy(self) -> Lane:
        other = Lane()
        other.confirmed, other.got = dict(self.confirmed), dict(self.got)
        other.told = list(self.told)
        other.lost, other.perhaps = set(self.lost), set(self.perhaps)
        other.newest = self.newest
        return other

    def check(self, lane: int, tried: Tried) -> None:
        """All that was confirmed was got or announced, and what was announced was lost."""
        for loss in self.told:
            (self.lost if loss.exact else self.perhaps).update(loss.numbers())
        missing = self.confirmed.keys() - self.got.keys() - self.lost - self.perhaps
        for seq in missing:
            raise PromiseBroken(f"lane {lane}: confirmed record {seq} is lost and not announced")
        for loss in self.told:
            if loss.exact:
                self._check_exact(lane, loss, tried)
        self.told = []

    def _check_exact(self, lane: int, loss: Announced, tried: Tried) -> None:
        got = [seq for seq in loss.numbers() if seq in self.got]
        need(not got, f"{loss}: {got[:5]} announced as lost, and got")
        inside = [seq for seq in loss.numbers() if seq in self.confirmed]
        torn = [seq for seq in loss.numbers() if any(at == lane for at, _ in tried.get(seq, ()))]
        most = len(inside) + len(torn)
        need(most, f"{loss}: nothing was lost")
        # What another announcement calls perhaps lost is not counted in this one.
        least = sum(seq not in self.perhaps for seq in inside)
        fits = loss.records is None or least <= loss.records <= most
        need(fits, f"{loss}: it was {least} to {most}")

"""What the buses were sent last, an offer or its end, and whether they answer."""

from __future__ import annotations

from typing import NamedTuple

from station.live.live import Live
from station.live.live_bus import Key
from station.release import rollout
from station.release.rows import Rollout, Row

OFFERED_AGAIN_MS = 72_000_000
"""20 hours: a new offer comes before the end of the one that stands."""
ANSWER_MS = 30_000
PAUSE_MS = 60_000
"""After a refusal the bus may be busy; it is asked again then."""


class Asked(NamedTuple):
    """An offer, or its end (None), that the bus has not answered."""

    ident: str
    offer: str | None
    at_ms: int


class Answer(NamedTuple):
    key: Key
    ident: str
    ok: bool
    message: str
    at_ms: int


class Asking:
    def __init__(self, live: Live):
        self._live = live
        self.of: dict[Key, Asked] = {}

    def hear(self, one: Rollout, answer: Answer) -> bool:
        """-> whether it was to what this fleet's bus was asked last, and settles it."""
        asked, row = self.of.get(answer.key), one.rows.get(answer.key[1])
        is_mine = answer.key[0] == one.fleet and row is not None and asked is not None
        if not is_mine or asked is None or row is None or asked.ident != answer.ident:
            return False
        if asked.offer is None:
            row.offer = None if answer.ok else row.offer
            return answer.ok  # else it is asked again, after the pause
        if row.offer == asked.offer:
            rollout.answered(row, answer.ok, answer.message, answer.at_ms)
        return True

    def must_offer(self, key: Key, row: Row, wish: str, now_ms: int) -> bool:
        if row.offer == wish and row.heard:
            return now_ms >= (row.offer_ms or 0) + OFFERED_AGAIN_MS
        said = row.told or {}
        was_refused = row.offer is None and said.get("state") == "refused"
        was_refused = was_refused and said.get("why") != "other_set"  # another set is next
        if was_refused and now_ms < (row.told_ms or 0) + PAUSE_MS:
            return False
        return self.may_ask(key, wish, now_ms)

    def may_ask(self, key: Key, offer: str | None, now_ms: int) -> bool:
        """Not while an answer to the same may still come, and then only once the bus has spoken:
        the broker keeps the command for it."""
        asked = self.of.get(key)
        if asked is None or asked.offer != offer:
            return True
        return now_ms >= asked.at_ms + ANSWER_MS and self._live.bus(*key).last_word_ms > asked.at_ms

"""What came from the broker, sorted: good messages, those that break the contract, and those that
staff hear of: their bus did not seal them, or they break the contract and may be alarms.

An alarm of which enough can be read is among the good ones and among the bad ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from station.ingest import contract, readable
from station.ingest.came import Came
from station.ingest.contract import Bad, Message
from station.ingest.seal import Seals, Untrusted, unreadable


class Sorted(NamedTuple):
    messages: list[tuple[Message, Came]]
    bad: list[Bad]
    untrusted: list[Untrusted]


class Intake:
    def __init__(self, seals: Seals):
        self._seals = seals

    def sort(self, batch: Iterable[Came]) -> Sorted:
        """The seal is looked at first: a forged message is not even read as JSON. An empty payload
        is no message: it took a retained one off the broker."""
        found = Sorted([], [], [])
        for came in batch:
            place = contract.place_of(came.topic, came.payload) if came.payload else None
            if isinstance(place, Bad):
                found.bad.append(place)
            elif place is not None:
                self._take(place, came, found)
        return found

    def _take(self, place: contract.Place, came: Came, found: Sorted) -> None:
        seal = self._seals.check(*place, came)
        if isinstance(seal, Untrusted):
            found.untrusted.append(seal)
            return
        message = contract.read_at(place, came.topic, came.payload, seal)
        if isinstance(message, Bad):
            alarm = readable.alarm(place, came.payload, seal) if place.name == "event" else None
            if alarm is not None:
                found.messages.append((alarm, came))
                found.bad.append(message)
                return
            aside = unreadable(*place, message)
            if aside.raises:
                found.untrusted.append(aside)
            else:
                found.bad.append(message)
        else:
            found.messages.append((message, came))

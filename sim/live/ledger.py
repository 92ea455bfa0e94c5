"""The account of a whole fleet while it runs: account.py for each bus, and a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from firmware.journal.journal import KIND_POSITION
from sim import wording
from sim.bus.account import Account, Arrival
from sim.bus.vehicle import Vehicle
from sim.network.subscriber import Heard

_NAMES = {"event": {"epoch", "seq", "kind", "state"}, "track": {"epoch", "seq", "n"}}
"""What of a message is read here."""


class Ledger:
    """Make it before the vehicles' first tick. It ignores records of other journals: a broker
    may serve other buses too.
    """

    def __init__(self, vehicles: Sequence[Vehicle]):
        self._accounts: dict[str, Account] = {}
        self._city: dict[str, list[Arrival]] = {}
        self._epochs: set[tuple[str, str]] = set()
        self._events: set[tuple[str, str, int]] = set()
        self._positions: set[tuple[str, str, int]] = set()
        self.kinds: Counter[tuple[str, str]] = Counter()
        """(kind, state) of every event delivered."""
        for vehicle in vehicles:
            assert vehicle.bus is not None
            name = vehicle.config["bus"]
            self._accounts[name] = Account(vehicle.config, vehicle.mac_key)
            self._city[name] = []
            self._watch(vehicle)
            vehicle.started = self._watch

    def _watch(self, vehicle: Vehicle) -> None:
        """From each start on."""
        assert vehicle.bus is not None
        name = vehicle.config["bus"]
        self._accounts[name].watch(vehicle)
        self._epochs.add((name, vehicle.bus.journal.epoch))

    def hear(self, heard: Heard) -> bool:
        """A message that the city got. True if it is an event that had not come before.

        What another client has published under the name of a bus does not count.
        """
        message = heard.message
        if heard.name not in ("event", "track"):
            return False
        if not _NAMES[heard.name] <= message.keys():
            return False
        key = heard.bus, message["epoch"], message["seq"]
        if key[:2] not in self._epochs:
            return False
        self._city[heard.bus].append((0, heard.topic, heard.payload))
        if heard.name == "track":
            bus, epoch, seq = key
            self._positions.update((bus, epoch, seq + row) for row in range(message["n"]))
            return False
        if key in self._events:
            return False
        self._events.add(key)
        self.kinds[message["kind"], message["state"]] += 1
        return True

    @property
    def confirmed(self) -> int:
        """Records that the journals confirmed."""
        return sum(len(account.confirmed) for account in self._accounts.values())

    @property
    def positions(self) -> tuple[int, int]:
        """Positions that the journals confirmed, and those that the city has."""
        records = [record for one in self._accounts.values() for record in one.confirmed.values()]
        return sum(record.kind == KIND_POSITION for record in records), len(self._positions)

    @property
    def lost(self) -> int:
        """Records that a journal confirmed and the city does not have."""
        return sum(account.missing(self._city[bus]) for bus, account in self._accounts.items())

    @property
    def doubled(self) -> int:
        """Records that came again, as after a broken connection; the city takes each once."""
        return sum(account.repeats(self._city[bus]) for bus, account in self._accounts.items())

    def wrong(self) -> str:
        """A sentence if a record reached the city changed, out of order, or was never confirmed."""
        try:
            for bus, account in self._accounts.items():
                account.check(self._city[bus])
        except AssertionError as error:
            return str(error)
        return ""

    def summary(self) -> list[str]:
        """Events by kind, and the balance, in lines."""
        confirmed, lost = self.confirmed, self.lost
        kinds = sorted({kind for kind, _ in self.kinds})
        return [
            "Events that the city heard:",
            *(f"  {wording.kind(kind):33} {self._count(kind)}" for kind in kinds),
            "Records (events and positions):",
            f"  confirmed by the buses' journals  {confirmed:7}",
            f"  delivered to the city             {confirmed - lost:7}",
            f"  delivered twice, taken once       {self.doubled:7}",
            f"  not delivered                     {lost:7}",
        ]

    def _count(self, kind: str) -> str:
        """How often, and how many of them are over."""
        raised, over = self.kinds[kind, "raised"], self.kinds[kind, "cleared"]
        ended = f", {over} of them ended" if over else ""
        return f"{raised:7}{ended}"

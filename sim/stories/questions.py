"""The questions of a Story: what the journal holds, what the city heard, what sounds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sim.bus.rig import Rig


class Questions:
    def __init__(self, rig: Rig):
        self.rig = rig
        self.world = rig.world
        self._from_ms = 0
        self._heard = 0

    def _begins(self) -> None:
        """What happened before does not count."""
        self._from_ms = self.rig.now_ms
        self._heard = len(self.rig.heard())

    def journalled(self, *severities: str) -> list[str]:
        """Kinds of events raised and confirmed since the story began: alarms, or those given."""
        return _kinds(filter(self._is_told, self.rig.account.journalled()), severities)

    def city_heard(self, *severities: str) -> list[str]:
        """The same, of what reached the city; doubles dropped."""
        return _kinds(self.rig.heard()[self._heard :], severities)

    def told(self, kind: str, state: str = "raised") -> list[dict[str, Any]]:
        """The confirmed events of this kind, whole, as the city reads them."""
        return [
            event
            for event in self.rig.account.journalled()
            if (event["kind"], event["state"]) == (kind, state) and self._is_told(event)
        ]

    @property
    def active(self) -> list[str]:
        """Kinds of what is raised and not cleared, by the journal."""
        standing: dict[int, str] = {}
        for event in self.rig.account.journalled():
            if event["severity"] == "info":
                continue
            if event["state"] == "cleared":
                standing.pop(event["occ"], None)
            else:
                standing[event["occ"]] = event["kind"]
        return sorted(standing.values())

    @property
    def phase(self) -> str:
        return self.rig.bus.snapshot.trip.phase

    @property
    def taken(self) -> list[int]:
        return self.rig.bus.snapshot.seats.taken

    @property
    def unknown(self) -> list[int]:
        return self.rig.bus.snapshot.seats.unknown

    @property
    def horn_sounds(self) -> bool:
        return self._sounds("horn")

    @property
    def buzzer_sounds(self) -> bool:
        return self._sounds("buzzer")

    @property
    def lamp_shines(self) -> bool:
        return self._sounds("lamp")

    def _sounds(self, output: str) -> bool:
        return self.rig.vehicle.bus is not None and self.rig.vehicle.board.sounds(output)

    def _is_told(self, event: dict[str, Any]) -> bool:
        record = self.rig.account.confirmed[event["epoch"], event["seq"]]
        return record.at_ms >= self._from_ms


def _kinds(events: Iterable[dict[str, Any]], severities: tuple[str, ...]) -> list[str]:
    wanted = severities or ("alarm",)
    return [e["kind"] for e in events if e["state"] == "raised" and e["severity"] in wanted]

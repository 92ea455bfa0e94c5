"""What one person sees: the buses of some fleets or of all, with the driver's telephone or without.

Everything that leaves the station for a person goes through here: lists and the stream through
`shows` and `of`, a query of the database through `where`, and a fleet that a request names through
`has` (station/api/guards.py asks it for every route).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, true


class Sight(NamedTuple):
    fleets: frozenset[str] | None = None
    """None: all."""
    phone: bool = True

    def has(self, fleet: str) -> bool:
        return self.fleets is None or fleet in self.fleets

    def where(self, fleet: ColumnElement[str]) -> ColumnElement[bool]:
        """A condition of a query: the column `fleet` names one of these fleets."""
        return true() if self.fleets is None else fleet.in_(sorted(self.fleets))

    def shows(self, body: dict[str, Any]) -> dict[str, Any] | None:
        """A bus, an alarm or another thing with a `fleet`, as this person sees it; None: not at
        all. What has no fleet is about the station itself."""
        if "fleet" in body and not self.has(body["fleet"]):
            return None
        if self.phone or body.get("phone") is None:
            return body
        return {**body, "phone": None}

    def of(self, bodies: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those of them that this person sees."""
        return [seen for body in bodies if (seen := self.shows(body)) is not None]


EVERYTHING = Sight()

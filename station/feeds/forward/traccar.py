"""Positions for Traccar, by the protocol of the OsmAnd app (its port 5055).

Source: traccar.org/osmand: one request for each position; `speed` is in knots, `timestamp` in
seconds. Names that it does not know become attributes of the position.
"""

from __future__ import annotations

import logging
from typing import Any

import requests

from station.feeds.forward.forwarder import Away, Thing
from station.feeds.forward.http import answer
from station.feeds.measured import measured_at_ms, occupied

log = logging.getLogger(__name__)
_KMH_PER_KNOT = 1.852
AT_ONCE = 1


def position(bus: dict[str, Any], now_ms: int) -> dict[str, Any] | None:
    """bus: as in GET /api/live. None: it cannot be told to be at a place."""
    at_ms = measured_at_ms(bus, now_ms)
    if at_ms is None:
        return None
    found = {"id": f"{bus['fleet']}/{bus['bus']}", "timestamp": at_ms // 1000, "valid": "true",
             "lat": f"{bus['lat']:.6f}", "lon": f"{bus['lon']:.6f}"}  # fmt: skip
    if bus["speed_kmh"] is not None:
        found["speed"] = f"{bus['speed_kmh'] / _KMH_PER_KNOT:.2f}"
    for name, value in (("bearing", bus["heading_deg"]), ("accuracy", bus["accuracy_m"]),
                        ("passengers", occupied(bus["seats"]))):  # fmt: skip
        if value is not None:
            found[name] = value
    if bus["ignition"] is not None:
        found["ignition"] = "true" if bus["ignition"] else "false"
    return found


class Traccar:
    def __init__(self, url: str):
        self._url = url
        self._session = requests.Session()
        self._unknown: set[str] = set()

    def put(self, things: list[Thing]) -> tuple[str, ...]:
        """None is to be sent again; Away. A bus that Traccar does not know (HTTP 400) is named once
        in the log, and stops no other."""
        for name, query in things:
            status, _ = answer(self._session, "POST", self._url, params=query)
            if status == 400:
                if name not in self._unknown:
                    log.warning("Traccar refuses %s: has it a device with this identifier?", name)
                self._unknown.add(name)
            elif status >= 300:
                raise Away(f"HTTP {status}")
            else:
                self._unknown.discard(name)
        return ()

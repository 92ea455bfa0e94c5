"""The keys of the city that this station sends to a bus: staff is not asked about their report.

A bus reports every change of its keys as a warning (city_keys_changed). Who has a leaked key can
send such a command as well, and write any name into it. So the name does not count here: only one
report of a bus is expected, of exactly these keys, soon after they were sent to it.
"""

from __future__ import annotations

from typing import Any

from station.clock import Clock
from station.live.live_bus import Key

KIND = "city_keys_changed"
SOON_MS = 600_000
_SHORT = 8
"""Digits of a key in a report."""


class ToldKeys:
    def __init__(self, clock: Clock):
        self._clock = clock
        self._expected: dict[Key, tuple[list[str], int]] = {}

    def tell(self, bus: Key, keys: list[str]) -> None:
        """They are being sent."""
        short = [key[:_SHORT] for key in keys]
        self._expected[bus] = short, self._clock.now_ms() + SOON_MS

    def refused(self, bus: Key) -> None:
        self._expected.pop(bus, None)

    def expects(self, bus: Key, kind: str, data: dict[str, Any]) -> bool:
        """Whether this report is the one that was expected. A second one is not."""
        keys, until_ms = self._expected.get(bus, ([], 0))
        if kind != KIND or data.get("keys") != keys or self._clock.now_ms() > until_ms:
            return False
        del self._expected[bus]
        return True

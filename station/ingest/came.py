"""A message as the broker brought it."""

from __future__ import annotations

from typing import NamedTuple


class Came(NamedTuple):
    """A message as it came, and when."""

    topic: str
    payload: bytes
    retained: bool
    heard_ms: int
    connection: int
    mid: int

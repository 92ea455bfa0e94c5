"""What was found."""

from __future__ import annotations

from typing import Literal, NamedTuple

State = Literal["ok", "look", "wrong"]
"""look: it works, and somebody should look at it in the next days. wrong: it does not work, or
soon will not."""
STATES: tuple[State, ...] = ("ok", "look", "wrong")


class Finding(NamedTuple):
    part: str
    state: State
    told: str
    """A sentence; if it is not ok, it says what to do."""


def days(ms: float) -> str:
    return f"{ms / 86_400_000:,.0f} days"


def minutes(ms: float) -> str:
    return f"{ms / 60_000:,.0f} min" if ms < 7_200_000 else f"{ms / 3_600_000:,.0f} h"

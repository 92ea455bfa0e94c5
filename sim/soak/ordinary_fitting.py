"""How the vans of ordinary days are fitted: what each part buys is printed side by side."""

from __future__ import annotations

from typing import NamedTuple


class Fitted(NamedTuple):
    """What a bus has beyond seats, doors and check button."""

    name: str
    here: bool = False
    driver_seat: bool = False
    presence: bool = False


PLAIN = Fitted("plain")
ALL = Fitted("all three", True, True, True)
BUSES = (
    PLAIN,
    Fitted("here button", here=True),
    Fitted("driver's seat", driver_seat=True),
    Fitted("presence", presence=True),
    ALL,
)

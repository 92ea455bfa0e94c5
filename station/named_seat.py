"""Where a record names a seat: in which members, and in which notes of staff."""

from __future__ import annotations

import json
import re
from typing import Any

from station.ingest.kinds import KINDS

_DECLARED = {
    name
    for kind in KINDS.values()
    for name, member in kind.get("data", {}).get("properties", {}).items()
    if "#/$defs/seats" in json.dumps(member)
}
_MEMBERS = _DECLARED | {"taken", "unbelted"}
"""Of `data` and of a state, that list seats. The last two: the station's own alarms quote them from
a state."""


_SAID = re.compile(r"(?:seats?|ที่นั่ง|เบาะ)\D{0,12}((?:\d+\D{1,5})*\d+)", re.IGNORECASE)


def names(data: Any, seat: int) -> bool:
    lists = [data.get(name) for name in _MEMBERS] if isinstance(data, dict) else []
    return any(isinstance(one, list) and seat in one for one in lists)


def without(data: dict[str, Any], seat: int) -> dict[str, Any]:
    """Without the seat, and without the stop: who knows the policy knows where it is."""
    return {
        name: [one for one in value if one != seat]
        if name in _MEMBERS and isinstance(value, list)
        else value
        for name, value in data.items()
        if name != "place"
    }


def named_in(note: str | None, seat: int) -> bool:
    """Whether a note of staff speaks of this seat, in Thai or English, with digits of either."""
    return any(
        int(number) == seat
        for said in _SAID.finditer(note or "")
        for number in re.findall(r"\d+", said[1])
    )

"""What an event of a kind holds, as its file of words declares it -> JSON Schema.

    "holds": {"data": {"seats": "seats", "heat_min?": "count or null"}, "why": {"limit_s": "count"}}

A member whose name ends with ? may be missing from `data`: not every bus sends it, or older
firmware did not. In `why` each may be missing. A value is one of docs/schema/values.json.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

VALUES = json.loads(
    (Path(__file__).parents[2] / "docs" / "schema" / "values.json").read_text("utf-8")
)
PARTS = ("data", "why")
_OR_NULL = " or null"
_EVERY_WHY = {"policy": "hash", "broke": "flag"}
"""The policy by which it was judged; and that a restart of the board broke it off."""


def wrong(holds: dict[str, Any]) -> str | None:
    """What is wrong in it, as the rest of a sentence."""
    for part, members in holds.items():
        if part not in PARTS or not isinstance(members, dict):
            return f"holds has to have objects called {' and '.join(PARTS)}"
        for name, value in members.items():
            if not isinstance(value, str) or value.removesuffix(_OR_NULL) not in VALUES:
                known = ", ".join(VALUES)
                return f"holds.{part}.{name} has to be one of {known}; or one of them{_OR_NULL}"
    return None


def schema(holds: dict[str, Any]) -> dict[str, Any]:
    """Of the two objects; its references need `$defs` beside it: VALUES."""
    data, why = (holds.get(part, {}) for part in PARTS)
    required = [name for name in data if not name.endswith("?")]
    return {"data": _object(data, required), "why": _object(why | _EVERY_WHY, [])}


def _object(members: dict[str, str], required: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "object",
        "properties": {name.rstrip("?"): _value(value) for name, value in members.items()},
        "additionalProperties": False,
    }
    return found | ({"required": required} if required else {})


def _value(text: str) -> dict[str, Any]:
    value = {"$ref": f"#/$defs/{text.removesuffix(_OR_NULL)}"}
    return {"anyOf": [value, {"type": "null"}]} if text.endswith(_OR_NULL) else value

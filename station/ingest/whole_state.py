"""A state with all its members: a bus leaves out those at their ordinary values (docs/mqtt.md).

The ordinary values are the defaults of docs/schema/state.schema.json. Nothing behind this knows
that a member was left out.
"""

from __future__ import annotations

from copy import copy
from typing import Any


def whole(state: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """state: valid. An older bus that sends no `warning` in its backlog is given none."""
    filled = _filled(state, schema)
    sent = state.get("backlog", {})
    if "alarm" in sent and "warning" not in sent:
        del filled["backlog"]["warning"]
    return filled


def _filled(given: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    filled = dict(given)
    for name, member in schema["properties"].items():
        if "default" in member:
            if name not in given:
                filled[name] = copy(member["default"])
        elif "properties" in member:
            filled[name] = _filled(given.get(name, {}), member)
    return filled

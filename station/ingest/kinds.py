"""What each kind of event may be, and what its `data` and `why` hold: docs/schema/kinds.json, which
is written from the rules' own declarations.

A member that is not declared, as of newer firmware, is taken; so is a kind that is not declared.
Both are bound by the limits of all values alone (station/ingest/limits.py).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs

FOLDER = Path(__file__).parents[2] / "docs" / "schema"
UNREADABLE = "unreadable"
"""Of `data`: the names of what did not fit, as the station alone writes it
(station/ingest/readable.py)."""


def schema(name: str) -> dict[str, Any]:
    """A file of docs/schema without its bounds on names: a name that a later firmware adds costs
    no message (docs/mqtt.md)."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    return json.loads(text, object_hook=_without_bounds)


def _without_bounds(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "additionalProperties"}


_FILE = schema("kinds.json")
KINDS: dict[str, Any] = _FILE["kinds"]
"""Each kind of event -> its severities, and the like."""


def _validator(kind: dict[str, Any]) -> jsonschema_rs.Validator:
    """Of a whole event, of which it looks at `data` and `why` alone."""
    parts = {part: kind[part] for part in ("data", "why") if part in kind}
    ours = {"properties": {"data": {"properties": {UNREADABLE: False}}}}
    return jsonschema_rs.validator_for(
        {"$defs": _FILE["$defs"], "properties": parts, "allOf": [ours]}
    )


_VALIDATORS = {name: _validator(kind) for name, kind in KINDS.items()}
_OTHER = _validator({})


def of_kind(name: Any) -> jsonschema_rs.Validator:
    """For an event of this kind."""
    return _VALIDATORS.get(name, _OTHER) if isinstance(name, str) else _OTHER

"""A fleet's policy as an operator uploads it: checked, and kept in the database."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from sqlalchemy import delete, insert

from station.db.database import Database
from station.db.tables import policies, refusals
from station.policy.map_features import map_features


class PackError(ValueError):
    """A sentence that names the file and the place."""


def read_pack(fleet: str, text: str, shown: str) -> tuple[dict[str, Any], str]:
    """-> (pack, the first eight digits of its SHA-256). Here the pack only has to be drawable; the
    bus checks every value. shown: what errors call the file. PackError."""
    if not re.fullmatch("[A-Za-z0-9_-]{1,32}", fleet):
        raise PackError(f"A fleet is named by 1 to 32 letters, digits, _ and -, not by {fleet!r}")
    try:
        pack = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PackError(f"{shown} is not JSON: {error}") from error
    if not isinstance(pack, dict) or pack.get("v") != 1:
        raise PackError(f'{shown} is no policy: it has no "v": 1')
    try:
        json.dumps(map_features(pack), allow_nan=False)  # Python reads NaN, browsers do not
    except ValueError as error:
        raise PackError(f"{shown} cannot be drawn: {error}") from error
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise PackError(f"{shown} cannot be drawn: {type(error).__name__} {error}") from error
    return pack, hashlib.sha256(text.encode()).hexdigest()[:8]


async def put_pack(
    database: Database, fleet: str, pack: dict[str, Any], digest: str, text: str, now_ms: int
) -> None:
    """Replaces the fleet's policy; the policy before it is sent to no more buses."""
    values = {"fleet": fleet, "hash": digest, "pack": pack, "text": text, "put_ms": now_ms}
    async with database.write() as connection:
        for table in (policies, refusals):
            await connection.execute(delete(table).where(table.c.fleet == fleet))
        await connection.execute(insert(policies).values(values))

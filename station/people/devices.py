"""Devices from which a person has signed in before: each carries a signed cookie for the name.

The cookie opens nothing. It only gives the device tries of its own (station/people/tries.py). It
ends with the password: the seal covers the stored hash.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from sqlalchemy import select

from station.db import own
from station.db.database import Database
from station.db.tables import users

_NAME = "device_key"


def cookie_name(name: str) -> str:
    """A device may be known for several people."""
    return "device-" + hashlib.sha256(name.encode()).hexdigest()[:12]


class Devices:
    def __init__(self, database: Database):
        self._db = database
        self._key: bytes | None = None

    async def cookie(self, name: str) -> str:
        """For a person who has just signed in."""
        ident = secrets.token_hex(8)
        return f"{ident}.{await self._seal(ident, name)}"

    async def known(self, cookie: str | None, name: str) -> str | None:
        """The device's id; None: it is not known for this name."""
        ident, _, seal = (cookie or "").partition(".")
        if not seal:
            return None
        right = await self._seal(ident, name)
        return ident if hmac.compare_digest(seal.encode(), right.encode()) else None

    async def _seal(self, ident: str, name: str) -> str:
        if self._key is None:
            self._key = await self._read_key()
        query = select(users.c.password).where(users.c.name == name)
        async with self._db.read() as connection:
            password = (await connection.execute(query)).scalar()  # None: no person has this name
        sealed = f"{ident}\n{name}\n{password}"
        return hmac.new(self._key, sealed.encode(), hashlib.sha256).hexdigest()

    async def _read_key(self) -> bytes:
        """Made once for a database."""
        async with self._db.write() as connection:
            key = await own.once(connection, self._db, _NAME, secrets.token_hex(32))
        return bytes.fromhex(key)

"""Whose buses a database has: it keeps the fingerprint of the authority that certified them, so
that a folder of keys from elsewhere (a wrong name, a missing stick) makes no second city."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.db import own
from station.db.database import Database
from station.db.tables import identities
from station.identity.authority import Authority
from station.identity.errors import IdentityError
from station.identity.keys import Keys

_AUTHORITY, _CITY_KEY = "authority", "city_key"
_SHOWN = 8


async def refuse_another(connection: AsyncConnection, authority: Authority, folder: object) -> None:
    """IdentityError, if the buses of this database were certified by another authority."""
    known = await _known(connection)
    if known.get(_AUTHORITY, _fingerprint(authority)) != _fingerprint(authority):
        raise _another(known, folder)


async def refuse_if_enrolled(database: Database, folder: object) -> None:
    """IdentityError, if a bus was ever enrolled: its city has keys, wherever they are."""
    async with database.read() as connection:
        if await connection.scalar(select(exists(select(identities.c.id)))):
            raise _another(await _known(connection), folder)


async def keep(connection: AsyncConnection, database: Database, keys: Keys) -> None:
    """From now on the buses of this database are of this authority."""
    values = {_AUTHORITY: _fingerprint(keys.authority), _CITY_KEY: keys.city_keys[0]}
    for name, value in values.items():
        await own.write(connection, database, name, value)


async def _known(connection: AsyncConnection) -> dict[str, str]:
    return await own.read(connection, _AUTHORITY, _CITY_KEY)


def _fingerprint(authority: Authority) -> str:
    return hashlib.sha256(authority.certificate.public_bytes(Encoding.DER)).hexdigest()


def _another(known: dict[str, str], folder: object) -> IdentityError:
    city_key = known.get(_CITY_KEY)
    shown = f" (city key {city_key[:_SHOWN]}...)" if city_key else ""
    return IdentityError(
        f"This database has buses of another authority{shown}, and {folder} has none of it. Bring "
        "the city's folder of keys and name it: KEYS=... (--keys, STATION_KEYS). Nothing was "
        "changed."
    )

"""The station signs: every command to a bus with the city's key, and a number that only rises.

The key stays in its file (`python -m station keys`) or in the environment; the database keeps only
the number. It is written before the command leaves, so that neither a restart nor a clock that was
set back makes a bus see it twice.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy import select, update

from station.clock import Clock
from station.db.database import Database
from station.db.tables import own
from station.identity.signed import public_hex, signed
from station.settings import Settings

OFFICER_S = 60
"""So long a command that an officer waits for may be done."""
NO_KEY = (
    "The station has no key of the city, and a bus obeys only what is signed with it: "
    "make one with `python -m station keys` and start the station with --keys."
)
KEY_AWAY = (
    "The city's key is not there: bring back its folder from the safe. No command can be sent."
)
_NUMBER = "command_n"
_SINCE_S = 1_704_067_200
"""2024: numbers are seconds since then, where the clock is right."""
_NAME = 64


class NoKey(ValueError):
    """A whole sentence."""


class Signer:
    def __init__(self, database: Database, clock: Clock, settings: Settings):
        self._db = database
        self._clock = clock
        self._text = settings.city_key
        self._folder = None if settings.keys is None else Path(settings.keys)
        self._turn = asyncio.Lock()

    @property
    def source(self) -> str:
        """Where the key is looked for."""
        if self._text is not None:
            return "STATION_CITY_KEY"
        return "no --keys" if self._folder is None else str(self._folder)

    def key(self) -> Ed25519PrivateKey:
        """The city's key; read each time, because it may have been replaced. NoKey."""
        if self._text is not None:
            return _read(self._text.encode(), "STATION_CITY_KEY")
        if self._folder is None:
            raise NoKey(NO_KEY)
        return _of_file(self._folder / "city.key")

    def public_keys(self) -> list[str]:
        """Hex: what the buses have to know; during a rotation the next key too. NoKey."""
        keys = [public_hex(self.key())]
        if self._folder is not None and (self._folder / "city.next.key").exists():
            keys.append(public_hex(_of_file(self._folder / "city.next.key")))
        return keys

    async def sign(self, name: str, body: dict[str, Any], *, ident: str, to: str, by: str,
                   for_s: int = OFFICER_S) -> bytes:  # fmt: skip
        """-> the payload for cmd/<name>, good for so many seconds. to: fleet/bus, or fleet. by: the
        user who asked for it. NoKey."""
        key = self.key()
        n = await self._next()
        until_s = self._clock.now_ms() // 1000 + for_s
        return signed(key, name, body, ident=ident, to=to, n=n, until_s=until_s, by=by[:_NAME])

    async def _next(self) -> int:
        """Greater than any before, of this process and of others on this database."""
        least = self._clock.now_ms() // 1000 - _SINCE_S
        async with self._turn, self._db.write() as connection:
            # The row is locked before it is read: PostgreSQL would let two read the same number.
            first = self._db.insert(own).values(name=_NUMBER, value="0")
            await connection.execute(first.on_conflict_do_nothing())
            mine = update(own).where(own.c.name == _NUMBER)
            await connection.execute(mine.values(value=own.c.value))
            last = await connection.scalar(select(own.c.value).where(own.c.name == _NUMBER))
            n = max(int(last or 0) + 1, least)
            await connection.execute(mine.values(value=str(n)))
        return n


def _of_file(path: Path) -> Ed25519PrivateKey:
    try:
        return _read(path.read_bytes(), str(path))
    except FileNotFoundError:
        raise NoKey(KEY_AWAY) from None
    except OSError as error:
        raise NoKey(f"{path} cannot be read: {error.strerror}.") from error


def _read(pem: bytes, shown: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem, None)
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise NoKey(f"{shown} holds no private key in PEM without a password.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKey(f"{shown} holds a key of another kind; the city's key is of Ed25519.")
    return key

"""Who may use the station: people, their passwords (argon2id, RFC 9106), their sessions.

The cookie is kept only as its SHA-256, so that a copy of the database lets no one sign in. A
session that was valid a moment ago stays valid while the database is away: staff need the page
then, too.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import string
from collections import deque
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, insert, select, update

from station.clock import Clock
from station.db.database import Database, is_away
from station.db.tables import sessions, users
from station.settings import Settings

ROLES = ("viewer", "duty", "admin")
_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_urlsafe())  # an unknown name takes as long as a known one
_TRIES = 8
"""Of one name from one address in _TRIES_MS; ten times as many of one name, or from one address."""
_TRIES_MS = 5 * 60_000
_TRUST_MS = 10_000
"""A session is not looked up again for so long."""


class Person(NamedTuple):
    name: str
    role: str
    lang: str
    csrf: str


class TooManyTries(Exception):
    """To sign in."""


def new_password() -> str:
    """20 letters and digits: more than 100 bits."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(20))


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


class Accounts:
    def __init__(self, database: Database, clock: Clock, settings: Settings):
        self._db = database
        self._clock = clock
        self._session_ms = settings.session_hours * 3_600_000
        self._tries: dict[str, deque[int]] = {}
        self._seen: dict[str, tuple[Person, int, int]] = {}  # digest -> (who, looked up, ends)

    async def put(self, name: str, role: str, password: str, lang: str = "th") -> None:
        """Adds a person, or sets a person's role and password. The person's sessions end."""
        hashed = await asyncio.to_thread(_HASHER.hash, password)
        values = {"role": role, "password": hashed, "lang": lang, "enabled": True}
        async with self._db.write() as connection:
            found = await connection.execute(
                update(users).where(users.c.name == name).values(values)
            )
            if not found.rowcount:
                values |= {"name": name, "made_ms": self._clock.now_ms()}
                await connection.execute(insert(users).values(values))
            await connection.execute(delete(sessions).where(sessions.c.name == name))
        self._seen.clear()

    async def change(self, name: str, **values) -> bool:
        """role=, lang= or enabled=. False: no person has this name."""
        async with self._db.write() as connection:
            found = await connection.execute(
                update(users).where(users.c.name == name).values(values)
            )
            if values.get("enabled") is False:
                await connection.execute(delete(sessions).where(sessions.c.name == name))
        self._seen.clear()
        return bool(found.rowcount)

    async def everybody(self) -> list[dict]:
        async with self._db.read() as connection:
            columns = (users.c.name, users.c.role, users.c.lang, users.c.enabled)
            rows = await connection.execute(select(*columns).order_by(users.c.name))
            return [dict(row) for row in rows.mappings()]

    async def sign_in(self, name: str, password: str, address: str) -> tuple[str, Person] | None:
        """-> (cookie, who); None: name or password is wrong. TooManyTries."""
        now_ms = self._clock.now_ms()
        both = f"{name} from {address}"
        self._limit(both, _TRIES, now_ms)  # by address, so that no one can lock out others easily
        self._limit("name " + name, 10 * _TRIES, now_ms)
        self._limit("address " + address, 10 * _TRIES, now_ms)
        async with self._db.read() as connection:
            row = (await connection.execute(select(users).where(users.c.name == name))).first()
        hashed = row.password if row is not None and row.enabled else _NOBODY
        if not await asyncio.to_thread(_matches, hashed, password) or row is None:
            return None
        self._tries.pop(both, None)
        self._tries.pop("name " + name, None)
        cookie = secrets.token_urlsafe(32)
        person = Person(name, row.role, row.lang, secrets.token_urlsafe(24))
        async with self._db.write() as connection:
            await connection.execute(delete(sessions).where(sessions.c.ends_ms < now_ms))
            await connection.execute(
                insert(sessions).values(
                    digest=_digest(cookie),
                    name=name,
                    csrf=person.csrf,
                    ends_ms=now_ms + self._session_ms,
                )  # fmt: skip
            )
        return cookie, person

    async def who(self, cookie: str | None) -> Person | None:
        """Whose session it is; None: no valid one."""
        if not cookie:
            return None
        digest, now_ms = _digest(cookie), self._clock.now_ms()
        seen = self._seen.get(digest)
        if seen and now_ms < seen[2] and now_ms - seen[1] < _TRUST_MS:
            return seen[0]
        try:
            person, ends_ms = await self._look_up(digest)
        except Exception as error:
            if not is_away(error):
                raise
            return seen[0] if seen and now_ms < seen[2] else None
        if person is None or now_ms >= ends_ms:
            self._seen.pop(digest, None)
            return None
        if ends_ms - now_ms < self._session_ms // 2:
            ends_ms = await self._prolong(digest, ends_ms)
        self._seen[digest] = (person, now_ms, ends_ms)
        return person

    async def _prolong(self, digest: str, ends_ms: int) -> int:
        """So that a page that is open all week stays signed in. -> when the session ends."""
        later_ms = self._clock.now_ms() + self._session_ms
        mine = update(sessions).where(sessions.c.digest == digest)
        try:
            async with self._db.write() as connection:
                await connection.execute(mine.values(ends_ms=later_ms))
        except Exception as error:
            if not is_away(error):
                raise
            return ends_ms
        return later_ms

    async def sign_out(self, cookie: str) -> None:
        digest = _digest(cookie)
        async with self._db.write() as connection:
            await connection.execute(delete(sessions).where(sessions.c.digest == digest))
        self._seen.pop(digest, None)  # only now: a page that asks meanwhile is looked up again

    async def _look_up(self, digest: str) -> tuple[Person | None, int]:
        query = (
            select(users, sessions.c.csrf, sessions.c.ends_ms)
            .join(sessions, sessions.c.name == users.c.name)
            .where(sessions.c.digest == digest, users.c.enabled)
        )
        async with self._db.read() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None, 0
        return Person(row.name, row.role, row.lang, row.csrf), row.ends_ms

    def _limit(self, key: str, most: int, now_ms: int) -> None:
        if len(self._tries) > 10_000:  # names are tried by the thousand
            self._tries = {k: t for k, t in self._tries.items() if t[-1] > now_ms - _TRIES_MS}
        tries = self._tries.setdefault(key, deque())
        while tries and tries[0] <= now_ms - _TRIES_MS:
            tries.popleft()
        if len(tries) >= most:
            raise TooManyTries
        tries.append(now_ms)


def _matches(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except VerificationError:
        return False

"""Sessions: who is signed in, from where, since when.

The cookie is kept only as its SHA-256, so that a copy of the database lets no one sign in. A
session that was valid a moment ago stays valid while the database is away: staff need the page
then, too.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update

from station.clock import Clock, iso
from station.db.database import Database, is_away
from station.db.tables import sessions, users
from station.people.person import Person

_TRUST_MS = 10_000
"""A session is not looked up again for so long."""
_USED_MS = 60_000
"""Its last use is written so often."""
_OF_ONE_PERSON = 20
"""Sessions. With one more, the oldest ends."""
_ID = 16
"""Digits of the digest that name a session: nobody can make the cookie from them."""


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def person_of(row: Any, csrf: str, session: str) -> Person:
    """row: of the table users."""
    all_fleets = row.fleets is None or row.role == "admin"
    fleets = None if all_fleets else frozenset(row.fleets)
    return Person(row.name, row.role, row.lang, csrf, fleets, row.totp is not None, session)


def unchanged(row: Any) -> ColumnElement[bool]:
    """The person's password and second factor are still as in this row of the table users."""
    return (
        (users.c.name == row.name)
        & (users.c.password == row.password)
        & users.c.totp.is_not_distinct_from(row.totp)
    )


class Sessions:
    def __init__(self, database: Database, clock: Clock, session_ms: int):
        self._db = database
        self._clock = clock
        self._session_ms = session_ms
        self._seen: dict[str, tuple[Person, int, int]] = {}  # digest -> (who, looked up, ends)
        self._forgotten = 0
        """How often everything seen was forgotten: what was looked up before counts no more."""

    async def open(self, row: Any, address: str, browser: str) -> tuple[str, Person] | None:
        """row: of the table users, as it was when the password was checked. -> (cookie, who); None:
        password or second factor have changed since, or the person may not sign in any more."""
        now_ms = self._clock.now_ms()
        cookie, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        values = {
            "digest": _digest(cookie), "name": row.name, "csrf": csrf, "address": address[:64],
            "browser": browser[:200], "made_ms": now_ms, "last_ms": now_ms,
            "ends_ms": now_ms + self._session_ms,
        }  # fmt: skip
        async with self._db.write() as connection:
            query = select(users.c.name).where(unchanged(row), users.c.enabled).with_for_update()
            if (await connection.execute(query)).first() is None:
                return None
            await connection.execute(delete(sessions).where(sessions.c.ends_ms < now_ms))
            await connection.execute(insert(sessions).values(values))
            mine = select(sessions.c.digest).where(sessions.c.name == row.name)
            newest = mine.order_by(sessions.c.made_ms.desc(), sessions.c.last_ms.desc())
            kept = [one.digest for one in await connection.execute(newest.limit(_OF_ONE_PERSON))]
            among = sessions.c.name == row.name
            ended = delete(sessions).where(among, sessions.c.digest.not_in(kept))
            await connection.execute(ended)
        self.forget()
        return cookie, person_of(row, csrf, values["digest"][:_ID])

    async def who(self, cookie: str | None) -> Person | None:
        """Whose session it is; None: no valid one."""
        if not cookie:
            return None
        digest, now_ms = _digest(cookie), self._clock.now_ms()
        seen = self._seen.get(digest)
        if seen and now_ms < seen[2] and now_ms - seen[1] < _TRUST_MS:
            return seen[0]
        forgotten = self._forgotten
        try:
            row = await self._look_up(digest)
        except Exception as error:
            if not is_away(error):
                raise
            return seen[0] if seen and now_ms < seen[2] else None
        if row is None or now_ms >= row.ends_ms:
            self._seen.pop(digest, None)
            return None
        person = person_of(row, row.csrf, digest[:_ID])
        ends_ms = await self._used(row, now_ms)
        if forgotten == self._forgotten:  # else the session may have ended meanwhile
            self._seen[digest] = person, now_ms, ends_ms
        return person

    async def _used(self, row: Any, now_ms: int) -> int:
        """Notes it now and then, and prolongs the session, so that a page that is open all week
        stays signed in. -> when it ends."""
        values = {"last_ms": now_ms}
        if row.ends_ms - now_ms < self._session_ms // 2:
            values["ends_ms"] = now_ms + self._session_ms
        elif now_ms - row.last_ms < _USED_MS:
            return row.ends_ms
        change = update(sessions).where(sessions.c.digest == row.digest)
        try:
            async with self._db.write() as connection:
                await connection.execute(change.values(values))
        except Exception as error:
            if not is_away(error):
                raise
            return row.ends_ms
        return values.get("ends_ms", row.ends_ms)

    async def listed(self, name: str | None = None) -> list[dict[str, Any]]:
        """Those that are valid, the last used first; of everybody if no name is given."""
        query = select(sessions).where(sessions.c.ends_ms > self._clock.now_ms())
        if name is not None:
            query = query.where(sessions.c.name == name)
        async with self._db.read() as connection:
            rows = (await connection.execute(query.order_by(sessions.c.last_ms.desc()))).all()
        return [
            {"id": row.digest[:_ID], "name": row.name, "address": row.address,
             "browser": row.browser, "made_at": iso(row.made_ms), "used_at": iso(row.last_ms)}
            for row in rows
        ]  # fmt: skip

    async def end(self, ident: str, name: str | None = None) -> bool:
        """Ends one session, if it is of this person (None: of anybody). False: there is none."""
        which = sessions.c.digest.startswith(ident, autoescape=True)
        return await self._end(which if name is None else which & (sessions.c.name == name)) > 0

    async def end_all(self, name: str, but: str = "") -> int:
        """Ends all sessions of a person, but the one with this id. -> how many"""
        which = sessions.c.name == name
        if but:
            which &= ~sessions.c.digest.startswith(but, autoescape=True)
        return await self._end(which)

    async def sign_out(self, cookie: str) -> None:
        await self._end(sessions.c.digest == _digest(cookie))

    async def _end(self, which: ColumnElement[bool]) -> int:
        async with self._db.write() as connection:
            ended = (await connection.execute(delete(sessions).where(which))).rowcount
        self.forget()  # only now: a page that asks meanwhile is looked up again
        return ended

    async def changed(self, _: list[int]) -> None:
        """By another process."""
        self.forget()

    def forget(self) -> None:
        """What is known of people has changed."""
        self._forgotten += 1
        self._seen.clear()

    async def _look_up(self, digest: str) -> Any:
        query = (
            select(users, *[one for one in sessions.c if one.name != "name"])
            .join(sessions, sessions.c.name == users.c.name)
            .where(sessions.c.digest == digest, users.c.enabled)
        )
        async with self._db.read() as connection:
            return (await connection.execute(query)).first()

"""Who may use the station: people and how they sign in. The parts are in station/people."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import delete, insert, select, update

from station.addresses import site
from station.clock import Clock
from station.db.database import Database
from station.db.tables import sessions, users
from station.people import codes
from station.people.devices import Devices
from station.people.passwords import Passwords, TooBusy, hashed
from station.people.person import Person, check_name
from station.people.sessions import Sessions, unchanged
from station.people.sign_ins import SignIns
from station.people.tries import TooManyTries, Tries, Who
from station.settings import Settings
from station.thai import one_form

NO_CODE = {"totp": None, "totp_step": None, "recovery": None}


class CodeNeeded(Exception):
    """The password is right. A code is missing (was_given: False), or wrong."""

    def __init__(self, was_given: bool):
        super().__init__()
        self.was_given = was_given


class Accounts:
    def __init__(self, database: Database, clock: Clock, settings: Settings):
        self._db = database
        self._clock = clock
        self._passwords = Passwords()
        self._tries = Tries()
        self._pause = asyncio.sleep
        self.devices = Devices(database)
        self.sign_ins = SignIns(database, clock)
        self.sessions = Sessions(database, clock, settings.session_hours * 3_600_000)
        self.who = self.sessions.who

    async def put(self, name: str, role: str, password: str, lang: str = "th", **more: Any) -> None:
        """Adds a person, or sets a person's role and password, and `more` columns of the table
        users. The person's sessions end. BadName, if it is a new person's."""
        values = {"role": role, "lang": lang, "enabled": True, **more}
        values["password"] = await hashed(password)
        async with self._db.write() as connection:
            found = await connection.execute(
                update(users).where(users.c.name == name).values(values)
            )
            if not found.rowcount:
                check_name(name)
                values |= {"name": name, "made_ms": self._clock.now_ms()}
                await connection.execute(insert(users).values(values))
            await connection.execute(delete(sessions).where(sessions.c.name == name))
        self.sessions.forget()

    async def change(self, name: str, **values: Any) -> bool:
        """Columns of the table users. False: no person has this name."""
        async with self._db.write() as connection:
            found = await connection.execute(
                update(users).where(users.c.name == name).values(values)
            )
            if values.get("enabled") is False:
                await connection.execute(delete(sessions).where(sessions.c.name == name))
        self.sessions.forget()
        return bool(found.rowcount)

    async def everybody(self) -> list[dict]:
        columns = (users.c.name, users.c.role, users.c.lang, users.c.enabled, users.c.fleets)
        has_code = users.c.totp.is_not(None).label("code")
        async with self._db.read() as connection:
            rows = await connection.execute(select(*columns, has_code).order_by(users.c.name))
            return [dict(row) for row in rows.mappings()]

    async def sign_in(
        self, name: str, password: str, address: str, device: str | None = None,
        browser: str = "", code: str | None = None,
    ) -> tuple[str, Person] | None:  # fmt: skip
        """-> (cookie, who); None: name or password is wrong, or was changed just now. TooManyTries,
        CodeNeeded."""
        name = await self._as_written(name)
        who = Who(name, site(address), await self.devices.known(device, name))
        try:
            row = await self._checked(who, password)
            if row is None:
                await self.sign_ins.note(name, address, "wrong")
                return None
            if row.totp is not None:
                await self._check_code(who, code)
        except TooManyTries:
            await self.sign_ins.note(name, address, "refused")
            raise
        except CodeNeeded as needed:
            result = "wrong_code" if needed.was_given else "code_needed"
            await self.sign_ins.note(name, address, result)
            raise
        opened = await self.sessions.open(row, address, browser)
        if opened is not None:
            self._tries.succeeded(who)
        await self.sign_ins.note(name, address, "wrong" if opened is None else "ok")
        return opened

    async def _as_written(self, name: str) -> str:
        """As the person is entered, however a Thai name is typed."""
        if name.isascii():
            return name
        async with self._db.read() as connection:
            names = (await connection.execute(select(users.c.name))).scalars().all()
        alike = [one for one in names if one_form(one) == one_form(name)]
        return alike[0] if len(alike) == 1 and name not in names else name

    async def prove(
        self, person: Person, password: str, address: str, code: str | None = None,
        ask_code: bool = False,
    ) -> Any:  # fmt: skip
        """A person who is signed in, and has tries of his own, is asked again: for the password,
        and for a code if there is a second factor. -> the row of users; None: the password is
        wrong. TooManyTries, CodeNeeded."""
        who = Who(person.name, session=person.session)
        try:
            row = await self._checked(who, password)
            if row is None:
                await self.sign_ins.note(person.name, address, "wrong")
                return None
            self._tries.succeeded(who)
            if ask_code and row.totp is not None:
                await self._check_code(who, code)
        except TooManyTries:
            await self.sign_ins.note(person.name, address, "refused")
            raise
        except CodeNeeded:
            await self.sign_ins.note(person.name, address, "wrong_code")
            raise
        return row

    async def new_password(self, person: Person, proved: Any, password: str) -> bool:
        """proved: what prove() found; False: it has changed meanwhile. The person's other sessions
        end."""
        return await self._change_own(person, proved, password=await hashed(password))

    async def use_codes(
        self, person: Person, proved: Any, secret: str, code: str
    ) -> list[str] | None:
        """From now on signing in takes a code made with this secret. The person's other sessions
        end. -> recovery codes; None: the code is wrong, or `proved` has changed meanwhile."""
        step = codes.step_of(secret, code.replace(" ", ""), self._clock.now_ms(), None)
        if step is None:
            return None
        recovery = codes.new_recovery()
        kept = [codes.digest(one) for one in recovery]
        new = {"totp": secret, "totp_step": step, "recovery": kept}
        return recovery if await self._change_own(person, proved, **new) else None

    async def use_no_codes(self, person: Person, proved: Any) -> bool:
        """The person's other sessions end. False: `proved` has changed meanwhile."""
        return await self._change_own(person, proved, **NO_CODE)

    async def _change_own(self, person: Person, proved: Any, **values: Any) -> bool:
        """Only if password and second factor are still those that were proved: else whoever knew
        the old ones could undo the change."""
        others = ~sessions.c.digest.startswith(person.session, autoescape=True)
        async with self._db.write() as connection:
            change = update(users).where(unchanged(proved), users.c.enabled).values(values)
            if not (await connection.execute(change)).rowcount:
                return False
            mine = sessions.c.name == person.name
            await connection.execute(delete(sessions).where(mine, others))
        self.sessions.forget()
        return True

    async def _tell_tries(self) -> None:
        counted, self._tries.counted = self._tries.counted, []
        await self._db.tell("tried", counted)

    async def tried(self, numbers: list[int]) -> None:
        """At another process."""
        self._tries.changed(numbers, self._clock.now_ms())

    async def _checked(self, who: Who, password: str) -> Any:
        """-> the row of users; None: name or password is wrong. TooManyTries."""
        pause_ms = self._tries.admit(who, self._clock.now_ms())
        await self._tell_tries()
        await self._pause(pause_ms / 1000)
        async with self._db.read() as connection:
            query = select(users).where(users.c.name == who.name, users.c.enabled)
            row = (await connection.execute(query)).first()
        try:
            stored = None if row is None else row.password
            known = who.name if who.is_known else None
            right = await self._passwords.matches(stored, password, known)
        except TooBusy:
            raise TooManyTries from None
        return row if right else None

    async def _check_code(self, who: Who, code: str | None) -> None:
        """Each code counts once. CodeNeeded, TooManyTries."""
        if not code:
            raise CodeNeeded(was_given=False)
        now_ms = self._clock.now_ms()
        self._tries.admit_code(who, now_ms)
        await self._tell_tries()
        me = users.c.name == who.name
        async with self._db.write() as connection:
            query = select(users).where(me).with_for_update()
            row = (await connection.execute(query)).one()
            values = codes.used(row, code, now_ms)
            if values is None:
                raise CodeNeeded(was_given=True)
            await connection.execute(update(users).where(me).values(values))
        self._tries.had_code(who)

"""The lease of the leader: which of several stations works on a PostgreSQL database.

The leader lengthens its lease every second and a half. If it does not for LEASE_S, because it was
killed, stopped or cut off, another station takes the lease, and the term rises. The database's
clock decides, so the clock of a station may be wrong.

A leader that was only stopped does not know that it has lost the lease. So every transaction that
it writes looks at the term last of all, and holds it (FOR KEY SHARE) until it is committed. Who
takes the lease ends the connections of the leader before, and waits for what still holds the term:
nothing of an older term is committed later.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable

import asyncpg
from sqlalchemy import BigInteger, case, literal_column, or_, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from station.db.claim import TakenByAnother
from station.db.leader_table import leader
from station.ending import end

log = logging.getLogger(__name__)
LEASE_S = 6
_LENGTHEN_S = 1.5
_ANSWER_S = 3
_MARGIN_S = 1
DEAF_S = 6
"""A leader without a broker gives way, after so long, to a station that has one."""
_AWAY = (
    OSError,
    asyncio.TimeoutError,
    SQLAlchemyError,
    asyncpg.InterfaceError,
    asyncpg.PostgresError,
)
_NOW_MS = literal_column("(extract(epoch FROM clock_timestamp()) * 1000)::bigint", BigInteger)
_END = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name")


def application(holder: str) -> str:
    """By which the server knows all connections of one process."""
    return f"busguard-{holder}"


class Lease:
    def __init__(self, url: str, holder: str):
        """holder: of this process, which no other has."""
        self._holder = holder
        named = {"application_name": application(holder)}
        self._engine: AsyncEngine = create_async_engine(  # its own: it waits for no other query
            url, pool_size=1, max_overflow=0, pool_pre_ping=True, hide_parameters=True,
            connect_args={"timeout": _ANSWER_S, "command_timeout": _ANSWER_S,
                          "server_settings": named},
        )  # fmt: skip
        self._term = 0
        self._until_s = 0.0
        self._keeping: asyncio.Task[None] | None = None
        self.is_deaf: Callable[[], bool] = lambda: False
        """Whether this station has no broker."""
        self.lost = asyncio.Event()

    @property
    def patience_s(self) -> float:
        """The lease of a killed leader ends within this time."""
        return LEASE_S + _ANSWER_S

    @property
    def is_sure(self) -> bool:
        """No other station can have the lease now."""
        return not self.lost.is_set() and time.monotonic() < self._until_s

    async def take(self, hears: bool) -> None:
        """TakenByAnother, or an error that says that the server is away. hears: this station has a
        broker. From now on the lease is kept."""
        is_free = leader.c.until_ms < _NOW_MS
        if hears:
            is_free = or_(is_free, leader.c.deaf_ms < _NOW_MS - DEAF_S * 1000)
        begun_s = time.monotonic()
        async with self._connected() as connection:
            before = (await connection.execute(select(leader.c.holder).where(is_free))).scalar()
            if before is None:
                raise TakenByAnother
            if before:
                await connection.execute(_END, {"name": application(before)})
            term = await connection.scalar(
                update(leader).where(is_free).values(
                    term=leader.c.term + 1, holder=self._holder, deaf_ms=None,
                    until_ms=_NOW_MS + LEASE_S * 1000,
                ).returning(leader.c.term)
            )  # fmt: skip
        if term is None:
            raise TakenByAnother
        self._term, self._until_s = term, begun_s + LEASE_S - _MARGIN_S
        self.lost = asyncio.Event()
        self._keeping = asyncio.create_task(self._keep(), name="lease")

    async def check(self, connection: AsyncConnection) -> None:
        """The last word of a transaction before its commit. TakenByAnother."""
        mine = select(leader.c.term).where(leader.c.term == self._term)
        held = mine.with_for_update(read=True, key_share=True)
        if (await connection.execute(held)).first() is None:
            self.lost.set()
            raise TakenByAnother

    async def release(self) -> None:
        """The next station need not wait for the end of the lease."""
        if self._keeping is not None:
            keeping, self._keeping = self._keeping, None
            await end([keeping])
            mine = update(leader).where(leader.c.term == self._term)
            with contextlib.suppress(*_AWAY):  # it ends by itself
                async with self._connected() as connection:
                    await connection.execute(mine.values(until_ms=0))
        await self._engine.dispose()

    async def _keep(self) -> None:
        while not self.lost.is_set():
            await asyncio.sleep(_LENGTHEN_S)
            begun_s = time.monotonic()
            try:
                is_mine = await self._lengthen()
            except _AWAY as error:
                log.debug("The lease was not lengthened: %r", error)
                continue  # the other parts say that the database is away
            except Exception:  # no other part would lengthen it
                log.exception("The lease was not lengthened; it is tried again.")
                continue
            if is_mine:
                self._until_s = begun_s + LEASE_S - _MARGIN_S
            else:
                self.lost.set()

    async def _lengthen(self) -> bool:
        """Also a lease that is over, if no other station has taken it."""
        deaf_ms = case((leader.c.deaf_ms.is_(None), _NOW_MS), else_=leader.c.deaf_ms)
        values = {"until_ms": _NOW_MS + LEASE_S * 1000,
                  "deaf_ms": deaf_ms if self.is_deaf() else None}  # fmt: skip
        async with self._connected() as connection:
            mine = update(leader).where(leader.c.term == self._term).values(values)
            return (await connection.execute(mine)).rowcount == 1

    @contextlib.asynccontextmanager
    async def _connected(self):
        async with self._engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")


def new_holder() -> str:
    return secrets.token_hex(8)

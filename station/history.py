"""python -m station history export|erase: what is known of one bus, or of one seat of it.

Who is written about may ask for a copy, and for its end (PDPA, sections 30 and 33). The access log
keeps that it was done.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import Clock
from station.command_error import CommandError
from station.db.database import Database, with_database
from station.db.expiry import delete_alarms
from station.db.report_tables import daily_sums
from station.db.tables import (
    access_log,
    alarm_log,
    alarms,
    buses,
    events,
    journals,
    notices,
    positions,
    quarantine,
    refusals,
    tracks,
)
from station.named_seat import named_in, names, without
from station.new_file import write_new
from station.settings import Settings

_AT_ONCE = 500
_MOST_SEATS = 64
"""Of a bus (docs/schema/state.schema.json)."""


def add(commands: Any) -> argparse.ArgumentParser:
    history = commands.add_parser("history", help="export or erase what is known of a bus, or seat")
    history.add_argument("what", choices=["export", "erase"])
    history.add_argument("fleet")
    history.add_argument("bus")
    history.add_argument("--seat", type=int, help="only where this seat is named")
    history.add_argument("--out", help="export: the file that is written (JSON lines)")
    history.add_argument("--yes", action="store_true", help="erase: nothing is asked")
    history.set_defaults(run=_run)
    return history


def _run(args: argparse.Namespace, settings: Settings) -> int:
    if args.what == "export" and not args.out:
        raise CommandError("give the file with --out; nothing was read")
    if args.what == "erase" and not args.yes:
        of = f"seat {args.seat} of " if args.seat is not None else ""
        answer = input(f"Erase all records of {of}{args.fleet}/{args.bus} for ever? Type the bus: ")
        if answer.strip() != args.bus:
            raise CommandError("the name differs; nothing was erased")

    out = Path(args.out or "")
    if args.what == "export" and out.exists():
        raise CommandError(f"{out} exists; an export is never overwritten. Nothing was read")
    if args.seat is not None and not 1 <= args.seat <= _MOST_SEATS:
        raise CommandError(f"seats have the numbers 1 to {_MOST_SEATS}; nothing was done")

    async def work(database: Database) -> str:
        history = History(database, Clock(), args.fleet, args.bus, args.seat)
        if args.what == "export":
            lines = await history.export()
            text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            write_new(out, text.encode())
            return f"{len(lines)} records are in {args.out}."
        return (f"{await history.erase()} records were erased. A station that runs shows what it "
                "remembers of the bus until it is started again.")  # fmt: skip

    print(asyncio.run(with_database(settings.db, work)))
    return 0


class History:
    """seat: only records that name it; None: all of the bus."""

    def __init__(self, database: Database, clock: Clock, fleet: str, bus: str,
                 seat: int | None = None):  # fmt: skip
        self._db = database
        self._clock = clock
        self._fleet, self._bus, self._seat = fleet, bus, seat

    async def export(self) -> list[dict[str, Any]]:
        """Every record, as the database has it; `table` says where."""
        await self._log("history_export")
        found: list[dict[str, Any]] = []
        async with self._db.read() as connection:
            bus_id, numbers = await self._bus_and_journals(connection)
            for table in (events, positions, tracks) if self._seat is None else (events,):
                query = select(table).where(table.c.journal_id.in_(numbers))
                found += await self._taken(connection, table.name, query)
            query = select(alarms).where(alarms.c.bus_id == bus_id)
            found += await self._taken(connection, "alarms", query)
            log = select(alarm_log).join(alarms, alarms.c.id == alarm_log.c.alarm_id)
            log = log.where(alarms.c.bus_id == bus_id, alarm_log.c.note.is_not(None))
            found += await self._taken(connection, "alarm_log", log)
            found += await self._of_bus(connection, bus_id)
            if not found:
                await self._check_seat(connection, bus_id)
        return found

    async def _of_bus(self, connection: AsyncConnection, bus_id: int) -> list[dict[str, Any]]:
        """What is kept of the bus itself, if anything is."""
        b = buses.c
        query = select(b.label, b.phone, b.state, b.status).where(b.id == bus_id)
        row = (await connection.execute(query)).mappings().one()
        found = [{"table": "buses", **row}] if any(row.values()) else []
        if self._seat is not None:
            named = names((row["state"] or {}).get("seats"), self._seat)
            return [{"table": "buses", "state": row["state"]}] if named else []
        query = select(refusals).where(*self._refused())
        rows = (await connection.execute(query)).mappings()
        return found + [{"table": "refusals", **one} for one in rows]

    def _refused(self) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return refusals.c.fleet == self._fleet, refusals.c.bus == self._bus

    async def erase(self) -> int:
        """CommandError: an alarm of this bus stands or is not acknowledged."""
        async with self._db.write() as connection:
            bus_id, numbers = await self._bus_and_journals(connection)
            await self._check(connection, bus_id)
            if self._seat is None:
                gone = await self._erase_bus(connection, bus_id, numbers)
            else:
                gone = await self._erase_seat(connection, bus_id, numbers, self._seat)
                if not gone:
                    await self._check_seat(connection, bus_id)
            said = quarantine.c.topic.startswith(
                f"schoolbus/{self._fleet}/{self._bus}/", autoescape=True
            )
            gone += (await connection.execute(delete(quarantine).where(said))).rowcount
            await self._log("history_erase", connection)
        return gone

    async def _bus_and_journals(self, connection: AsyncConnection) -> tuple[int, list[int]]:
        mine = and_(buses.c.fleet == self._fleet, buses.c.bus == self._bus)
        bus_id = (await connection.execute(select(buses.c.id).where(mine))).scalar()
        if bus_id is None:
            raise CommandError(f"no bus {self._fleet}/{self._bus}. Nothing was done")
        query = select(journals.c.id).where(journals.c.bus_id == bus_id)
        return bus_id, list((await connection.execute(query)).scalars())

    async def _taken(self, connection: AsyncConnection, table: str, query: Any) -> list[dict]:
        rows = (await connection.execute(query)).mappings()
        return [
            {"table": table, **row}
            for row in rows
            if self._seat is None
            or names(row.get("data"), self._seat)
            or named_in(row.get("note"), self._seat)
        ]

    async def _check_seat(self, connection: AsyncConnection, bus_id: int) -> None:
        """Of a seat that no record names. CommandError: the bus has none of this number."""
        query = select(buses.c.state).where(buses.c.id == bus_id)
        state = (await connection.execute(query)).scalar()
        total = (state or {}).get("seats", {}).get("total", _MOST_SEATS)
        if self._seat is not None and self._seat > total:
            raise CommandError(f"{self._fleet}/{self._bus} has {total} seats, and no record names "
                               f"seat {self._seat}. Nothing was done")  # fmt: skip

    async def _check(self, connection: AsyncConnection, bus_id: int) -> None:
        a = alarms.c
        unanswered = (a.severity == "alarm") & a.acked_ms.is_(None)
        query = select(a.kind).where(a.bus_id == bus_id, a.cleared_ms.is_(None) | unanswered)
        _refuse((await connection.execute(query.limit(1))).scalar())

    async def _held(self, connection: AsyncConnection, bus_id: int) -> list[Any]:
        """All alarms of the bus. From here to the commit none changes and none is added: an alarm
        needs the row of its bus. The alarms come first, as in the intake (alarms/change.py), or
        each would wait for the other. CommandError: one has come since the check."""
        query = select(alarms).where(alarms.c.bus_id == bus_id).order_by(alarms.c.id)
        await connection.execute(query.with_for_update())
        await connection.execute(select(buses.c.id).where(buses.c.id == bus_id).with_for_update())
        held = list(await connection.execute(query.with_for_update()))
        for row in held:
            if row.cleared_ms is None or (row.severity == "alarm" and row.acked_ms is None):
                _refuse(row.kind)
        return held

    async def _erase_bus(self, connection: AsyncConnection, bus_id: int,
                         numbers: list[int]) -> int:  # fmt: skip
        """The journals keep which numbers have come: the broker may bring a record again, and it
        is not taken again. What takes long comes first: intake waits for what is held."""
        gone = 0
        for table in (events, positions, tracks):
            mine = table.c.journal_id.in_(numbers)
            gone += (await connection.execute(delete(table).where(mine))).rowcount
        await connection.execute(delete(daily_sums).where(daily_sums.c.bus_id == bus_id))
        await connection.execute(delete(refusals).where(*self._refused()))
        found = [row.id for row in await self._held(connection, bus_id)]
        for at in range(0, len(found), _AT_ONCE):
            await delete_alarms(connection, found[at : at + _AT_ONCE])
        forgotten = {"state": null(), "status": null(), "phone": None, "label": None}
        await connection.execute(update(buses).where(buses.c.id == bus_id).values(forgotten))
        return gone + len(found)

    async def _erase_seat(self, connection: AsyncConnection, bus_id: int,
                          numbers: list[int], seat: int) -> int:  # fmt: skip
        """Takes the seat, and the place and the message as it came, out of each record; and the
        notes of staff that belong to it or name it."""
        gone = 0
        e = events.c
        rows = (await connection.execute(
            select(e.journal_id, e.seq, e.data).where(e.journal_id.in_(numbers))
        )).all()  # fmt: skip
        for row in rows:
            if names(row.data, seat):
                values = {"data": without(row.data, seat), "sealed": None, "lat": None,
                          "lon": None}  # fmt: skip
                mine = and_(e.journal_id == row.journal_id, e.seq == row.seq)
                await connection.execute(update(events).where(mine).values(values))
                gone += 1
        for row in await self._held(connection, bus_id):
            gone += await self._take_out(connection, row, seat)
        query = select(buses.c.state).where(buses.c.id == bus_id)
        state = (await connection.execute(query)).scalar() or {}
        if names(state.get("seats"), seat):
            state = {**state, "seats": without(state["seats"], seat)}
            await connection.execute(update(buses).where(buses.c.id == bus_id).values(state=state))
        return gone

    async def _take_out(self, connection: AsyncConnection, row: Any, seat: int) -> bool:
        """Whether the alarm, or a note on it, names the seat."""
        log = alarm_log.c
        of_alarm = and_(log.alarm_id == row.id, log.note.is_not(None))
        notes = (await connection.execute(select(log.note).where(of_alarm))).scalars().all()
        is_named = names(row.data, seat)
        if not is_named and not any(named_in(note, seat) for note in (row.note, *notes)):
            return False
        values: dict[str, Any] = {"note": None}
        if is_named:
            values |= {"data": without(row.data, seat), "lat": None, "lon": None}
            await connection.execute(delete(notices).where(notices.c.alarm_id == row.id))
        await connection.execute(update(alarms).where(alarms.c.id == row.id).values(values))
        await connection.execute(update(alarm_log).where(of_alarm).values(note=None))
        return True

    async def _log(self, what: str, connection: AsyncConnection | None = None) -> None:
        line = insert(access_log).values(
            at_ms=self._clock.now_ms(), who="command line", what=what, fleet=self._fleet,
            bus=self._bus, note=None if self._seat is None else f"seat {self._seat}",
        )  # fmt: skip
        if connection is not None:
            await connection.execute(line)
            return
        async with self._db.write() as own:
            await own.execute(line)


def _refuse(kind: str | None) -> None:
    if kind is not None:
        raise CommandError(
            f"An alarm of this bus stands or is not acknowledged ({kind}): answer it first. "
            "Nothing was erased"
        )

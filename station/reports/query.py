"""Reads from the database what a report is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from station.db.moments import alarm_placed_ms
from station.db.tables import BY_ARRIVAL, alarms, buses, daily_sums, events, journals
from station.reports.facts import SUMMED_KINDS, TRIP_KINDS, Event, Facts, day_number, first_ms
from station.reports.sheets import Report

_2025_MS = 1_735_689_600_000
_AT_ONCE = 500
_END_OF_JOURNAL = 2**62
Progress = Callable[[float], None]
"""Is told which part of the whole is done, from 0 to 1."""


async def gather(connection: AsyncConnection, fleet: str, bus: str | None, from_ms: int, to_ms: int,
                 progress: Progress = lambda _: None) -> Report:  # fmt: skip
    """bus None: the whole fleet. Days whose sums are kept are read from there, others from their
    records."""
    first, last = day_number(from_ms), day_number(to_ms) - 1
    report = Report(fleet, first, last)
    whose = buses.c.fleet == fleet
    if bus is not None:
        whose = and_(whose, buses.c.bus == bus)
    theirs = await connection.execute(select(buses.c.id, buses.c.bus).where(whose))
    names = {row.id: row.bus for row in theirs}
    kept: defaultdict[int, set[int]] = defaultdict(set)
    d = daily_sums.c
    query = select(d.bus_id, d.day, d.sums).join(buses, buses.c.id == d.bus_id)
    async for number, day, sums in await connection.stream(
        query.where(whose, d.day.between(first, last))
    ):
        kept[number].add(day)
        report.day(names[number], day, sums)
    since = await first_days(connection, whose)
    wanted = {
        number: [day for day in range(max(first, since[number]), last + 1)
                 if day not in kept[number]]
        for number in names if number in since
    }  # fmt: skip
    groups = _alike({number: days for number, days in wanted.items() if days})
    for index, (span, numbers) in enumerate(groups):
        progress(0.1 + 0.3 * index / len(groups))
        facts = await sums_of(connection, numbers, *span)
        for (number, day), sums in facts.days.items():
            if span[0] <= day <= span[1] and day not in kept[number]:
                report.day(names[number], day, sums.text())
    async for event in _events(connection, _grants(whose, first_ms(last + 1))):
        report.out_of_service(event._replace(bus=names[event.bus]))
    placed = alarm_placed_ms()
    found = (
        select(alarms, buses.c.bus)
        .join(buses, buses.c.id == alarms.c.bus_id)
        .where(whose, alarms.c.severity == "alarm", placed >= from_ms, placed < to_ms)
    )
    async for row in (await connection.stream(found)).mappings():
        report.alarm({name: row[name] for name in _OF_ALARM})
    progress(0.4)
    return report


_OF_ALARM = ("bus", "kind", "exercise", "clock", "raised_ms", "heard_ms", "cleared_ms", "acked_ms",
             "acked_by", "note")  # fmt: skip


async def first_days(connection: AsyncConnection, whose: ColumnElement[bool]) -> dict[int, int]:
    """Bus -> the day of its first record; a bus without one is not in it."""
    e = events.c
    mine = e.journal_id == journals.c.id
    own = select(func.min(e.at_ms)).where(mine, e.at_ms >= _2025_MS).scalar_subquery()
    heard = select(func.min(e.heard_ms)).where(mine, BY_ARRIVAL).scalar_subquery()
    query = select(journals.c.bus_id, own, heard).join(buses, buses.c.id == journals.c.bus_id)
    found: dict[int, int] = {}
    for number, *moments in await connection.execute(query.where(whose)):
        for at_ms in moments:
            if at_ms is not None:
                found[number] = min(found.get(number, day_number(at_ms)), day_number(at_ms))
    return found


async def sums_of(connection: AsyncConnection, numbers: Iterable[int], first: int, last: int
                  ) -> Facts:  # fmt: skip
    """From the records of these buses (ids). `days` has every day of the span completely; of other
    days it has only a part."""
    facts = Facts()
    for some in _pieces(sorted(numbers)):
        mine = select(journals.c.id).where(journals.c.bus_id.in_(some))
        async for event in _events(connection, _of_days(mine, first_ms(first), first_ms(last + 1))):
            facts.event(event)
    return facts


def _of_days(mine: Select[Any], from_ms: int, to_ms: int) -> Select[Any]:
    """The events of those days; of every trip that they belong to, all events; and of every
    overspeed, too."""
    e = events.c
    # Not by the index of the kind: it would go through all years.
    is_summed = (e.kind + "").in_(SUMMED_KINDS)
    columns = (e.journal_id, e.seq, e.kind, e.occ)
    placed = union_all(
        select(*columns).where(e.journal_id.in_(mine), is_summed, e.at_ms >= from_ms,
                               e.at_ms < to_ms, e.odd_clock.is_(False)),
        select(*columns).where(e.journal_id.in_(mine), is_summed, BY_ARRIVAL,
                               e.heard_ms >= from_ms, e.heard_ms < to_ms),
    ).cte("placed")  # fmt: skip
    spans = (
        select(placed.c.journal_id, func.min(placed.c.seq).label("low"),
               func.max(placed.c.seq).label("high"))
        .where(placed.c.kind.in_(TRIP_KINDS)).group_by(placed.c.journal_id).cte("spans")
    )  # fmt: skip
    whole = select(spans.c.journal_id, start_before(spans).label("low"),
                   start_after(spans).label("high")).cte("whole")  # fmt: skip
    of_trips = select(e.journal_id, e.seq).join(whole, and_(
        whole.c.journal_id == e.journal_id, e.seq >= whole.c.low, e.seq < whole.c.high,
        (e.kind + "").in_(TRIP_KINDS),
    ))  # fmt: skip
    occurring = (
        select(placed.c.journal_id, placed.c.occ).where(placed.c.kind == "overspeed").distinct()
        .cte("occurring")
    )  # fmt: skip
    fast = select(e.journal_id, e.seq).join(occurring, and_(
        occurring.c.journal_id == e.journal_id, occurring.c.occ == e.occ,
        (e.kind + "") == "overspeed",
    ))  # fmt: skip
    all_of_them = union_all(of_trips, fast).subquery()
    query = _columns().join(all_of_them, and_(
        all_of_them.c.journal_id == e.journal_id, all_of_them.c.seq == e.seq
    ))  # fmt: skip
    return query.order_by(e.journal_id, e.seq)


def start_before(span: Any) -> ColumnElement[int]:
    """The seq of the last trip's start before the span, else the span's first."""
    e = events.alias("before").c
    found = select(func.max(e.seq)).where(
        e.journal_id == span.c.journal_id, e.kind == "trip_started", e.seq < span.c.low
    )
    return func.coalesce(found.scalar_subquery(), span.c.low)


def start_after(span: Any) -> ColumnElement[int]:
    """The seq of the first trip's start after the span."""
    e = events.alias("after").c
    found = select(func.min(e.seq)).where(
        e.journal_id == span.c.journal_id, e.kind == "trip_started", e.seq > span.c.high
    )
    return func.coalesce(found.scalar_subquery(), _END_OF_JOURNAL)


def _grants(whose: ColumnElement[bool], to_ms: int) -> Select[Any]:
    e = events.c
    is_before = or_(e.at_ms < to_ms, BY_ARRIVAL)
    return (
        _columns().join(buses, buses.c.id == journals.c.bus_id)
        .where(whose, e.kind == "seat_out_of_service", is_before).order_by(e.journal_id, e.seq)
    )  # fmt: skip


def _columns() -> Select[Any]:
    e = events.c
    return select(
        journals.c.bus_id, e.journal_id, e.kind, e.state, e.at_ms, e.heard_ms, e.odd_clock, e.occ,
        e.data,
    ).join_from(events, journals, journals.c.id == e.journal_id)  # fmt: skip


async def _events(connection: AsyncConnection, query: Select[Any]) -> AsyncIterator[Event]:
    found = await connection.stream(query)
    async for rows in found.partitions(_AT_ONCE):
        for row in rows:
            yield Event(*row)


def _alike(wanted: dict[int, list[int]]) -> list[tuple[tuple[int, int], list[int]]]:
    """Buses by the span of their days: ((first, last), buses)."""
    found: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, days in wanted.items():
        found[days[0], days[-1]].append(number)
    return list(found.items())


def _pieces(numbers: list[int]) -> Iterable[list[int]]:
    return (numbers[at : at + _AT_ONCE] for at in range(0, len(numbers), _AT_ONCE))

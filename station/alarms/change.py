"""Events that were just stored change alarms, in the same transaction.

However many alarms a batch changes, it costs the same few statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from station.alarms.alarm_from_events import RANK, alarm_from
from station.alarms.rows import SELF
from station.db.tables import alarm_log, alarms, events
from station.ingest.rows import Journal
from station.ingest.store import Stored
from station.live.live_bus import Key

_AT_ONCE = 250
"""Occurrences in one query."""
_EVENTS = 100
"""Of one occurrence that are read, the last ones: a bus may send more of them without end."""
_Occurrence = tuple[int, int, str]
"""(journal, occ, kind)"""
_KEY = (alarms.c.journal_id, alarms.c.occ, alarms.c.kind)


async def change_alarms(connection: AsyncConnection, stored: Stored, late_s: int, now_ms: int,
                        expects: Callable[[Key, str, dict], bool]) -> list[int]:  # fmt: skip
    """-> ids of the alarms that changed. late_s: an alarm heard so long after it was raised is
    late. expects: whether the station itself brought this about, so that staff need not be asked
    (bus, kind, data)."""
    journals = {journal.id: journal for journal in stored.journals}
    occs = {(event["journal_id"], event["occ"]) for event in stored.events}
    started = {event["journal_id"] for event in stored.events if event["kind"] == "started"}
    ended_later = _ended_later(stored.journals, started)
    ended: list[int] = []
    for at in range(0, len(started), _AT_ONCE):
        some = [journals[number] for number in sorted(started)[at : at + _AT_ONCE]]
        ended += await _end(connection, _older(some, ended_later), now_ms)
        occs |= await _open_occurrences(connection, [journal.id for journal in some])
    wanted: dict[_Occurrence, dict[str, Any]] = {}
    for rows in await _occurrences(connection, sorted(occs)):
        journal = journals[rows[0].journal_id]
        alarm = alarm_from(rows, journal.starts, late_s)
        if alarm and not expects(journal.key[:2], alarm["kind"], alarm["data"]):
            of = {"bus_id": journal.bus_id, "journal_id": journal.id}
            wanted[journal.id, alarm["occ"], alarm["kind"]] = of | alarm
    changed = await _put(connection, wanted, now_ms) if wanted else []
    for at in range(0, len(ended_later), _AT_ONCE):
        mine = alarms.c.journal_id.in_(sorted(ended_later)[at : at + _AT_ONCE])
        ended += await _end(connection, mine, now_ms)
    return list(dict.fromkeys(ended + changed))


def _ended_later(journals: list[Journal], started: set[int]) -> set[int]:
    """Journals of this batch that a newer one of the same bus ended later in it."""
    newest: dict[int, int] = {}
    found = set()
    for journal in reversed(journals):
        if newest.get(journal.bus_id, 0) > journal.id:
            found.add(journal.id)
        if journal.id in started:
            newest[journal.bus_id] = max(newest.get(journal.bus_id, 0), journal.id)
    return found


def _older(started: list[Journal], but: set[int]) -> ColumnElement[bool]:
    """Alarms of journals that these ended by their start."""
    newest: dict[int, int] = {}
    for journal in started:
        newest[journal.bus_id] = max(newest.get(journal.bus_id, 0), journal.id)
    return or_(*[
        (alarms.c.bus_id == bus_id) & (alarms.c.journal_id < number)
        for bus_id, number in newest.items()
    ]) & alarms.c.journal_id.not_in(but)  # fmt: skip


async def _occurrences(connection: AsyncConnection,
                       occs: list[tuple[int, int]]) -> list[list[Any]]:  # fmt: skip
    """The events of these occurrences, the older ones included: the first and the last ones."""
    found: dict[_Occurrence, list[Any]] = {}
    same = (events.c.journal_id, events.c.occ, events.c.kind)
    age = func.row_number().over(partition_by=same, order_by=events.c.seq.desc())
    for at in range(0, len(occs), _AT_ONCE):
        mine = tuple_(*same[:2]).in_(occs[at : at + _AT_ONCE])
        ranked = select(events.c.journal_id, events.c.seq, age.label("age")).where(mine).subquery()
        query = select(events).join(
            ranked, and_(ranked.c.journal_id == events.c.journal_id, ranked.c.seq == events.c.seq)
        )
        query = query.where(or_(ranked.c.age <= _EVENTS, events.c.seq == events.c.occ))
        for row in await connection.execute(query):
            found.setdefault((row.journal_id, row.occ, row.kind), []).append(row)
    return list(found.values())


async def _end(connection: AsyncConnection, which: ColumnElement[bool], now_ms: int) -> list[int]:
    """A new journal ends the active alarms of the bus's older ones -> their ids."""
    active = select(alarms.c.id).where(alarms.c.cleared_ms.is_(None), which).order_by(alarms.c.id)
    ended = list((await connection.execute(active)).scalars())
    if ended:
        values = {"cleared_ms": now_ms, "ended_by": "restart"}
        change = update(alarms).where(alarms.c.id == bindparam("of_alarm"))
        await connection.execute(change, [{"of_alarm": number, **values} for number in ended])
        await _log(connection, [(number, "cleared") for number in ended], now_ms)
    return ended


async def _open_occurrences(
    connection: AsyncConnection, journals: list[int]
) -> set[tuple[int, int]]:
    """Occurrences of these journals whose alarms are active: a start may have ended them."""
    query = select(alarms.c.journal_id, alarms.c.occ).where(
        alarms.c.journal_id.in_(journals), alarms.c.cleared_ms.is_(None)
    )
    return {(row.journal_id, row.occ) for row in await connection.execute(query)}


async def _stored(
    connection: AsyncConnection, wanted: Iterable[_Occurrence]
) -> dict[_Occurrence, Any]:
    """Rows of the alarms that there are, held until the commit. In the order of their ids, as
    alarms.py: two that change the same ones must not lock each other."""
    keys = list(wanted)
    numbers: list[int] = []
    for at in range(0, len(keys), _AT_ONCE):
        which = select(alarms.c.id).where(tuple_(*_KEY).in_(keys[at : at + _AT_ONCE]))
        numbers += (await connection.execute(which)).scalars()
    numbers.sort()
    found = {}
    for at in range(0, len(numbers), _AT_ONCE):
        mine = alarms.c.id.in_(numbers[at : at + _AT_ONCE])
        query = select(alarms).where(mine).order_by(alarms.c.id)
        for row in await connection.execute(query.with_for_update(key_share=True)):
            found[row.journal_id, row.occ, row.kind] = row
    return found


async def _put(connection: AsyncConnection, wanted: dict[_Occurrence, dict[str, Any]],
               now_ms: int) -> list[int]:  # fmt: skip
    lines: list[tuple[int, str]] = []
    changes = []
    known = await _stored(connection, wanted)
    new = {key: alarm for key, alarm in wanted.items() if key not in known}
    for key, before in known.items():
        alarm, what = _changed(before, wanted[key], now_ms)
        lines += [(before.id, word) for word in what]
        changes.append({"of_alarm": before.id, **alarm})
    for _, same in groupby(sorted(changes, key=len), key=len):  # by which members they have
        change = update(alarms).where(alarms.c.id == bindparam("of_alarm"))
        await connection.execute(change, list(same))
    entered: dict[_Occurrence, Any] = {}
    if new:
        await connection.execute(insert(alarms), list(new.values()))
        entered = await _stored(connection, new)
        for row in entered.values():
            lines += [(row.id, "heard")] + [(row.id, "cleared")] * (row.cleared_ms is not None)
    await _log(connection, lines, now_ms)
    return [(known.get(key) or entered[key]).id for key in wanted]


def _changed(before: Any, alarm: dict[str, Any], now_ms: int) -> tuple[dict[str, Any], list[str]]:
    """-> what the stored alarm becomes, and the lines of its log. Whatever comes of an alarm after
    its end, and is no end itself, opens it again."""
    alarm = {k: v for k, v in alarm.items() if k not in ("bus_id", "journal_id")}
    lines = []
    alarm["severity"] = max(before.severity, alarm["severity"], key=RANK.__getitem__)
    again = before.cleared_ms is not None and alarm["cleared_ms"] is None
    worse = before.severity != "alarm" and alarm["severity"] == "alarm"
    real = before.exercise and not alarm["exercise"]
    if worse or real or again:
        # It was taken for over, for an exercise or for a lesser alarm: staff look at it anew.
        alarm |= {"acked_ms": None, "acked_by": None, "note": None, "escalated_ms": None}
        lines.append("worse" if worse else "real" if real else "again")
    if worse or real or (again and before.acked_ms is not None):
        alarm["heard_ms"] = now_ms
    else:  # Nobody has answered yet, and the time until somebody is called goes on.
        alarm |= {"heard_ms": before.heard_ms, "late": before.late}
        alarm["escalated_ms"] = before.escalated_ms
    if before.cleared_ms is None and alarm["cleared_ms"] is not None:
        lines.append("cleared")
    return alarm, lines


async def _log(connection: AsyncConnection, lines: list[tuple[int, str]], now_ms: int) -> None:
    """Enters what happened to each of these alarms."""
    if lines:
        one = {"at_ms": now_ms, "who": SELF, "note": None}
        rows = [{"alarm_id": number, "what": what, **one} for number, what in lines]
        await connection.execute(insert(alarm_log), rows)

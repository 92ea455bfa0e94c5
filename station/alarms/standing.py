"""An alarm of the station's own about something that happens again and again: one open alarm for
each bus, updated rather than doubled, and ended after a quiet time.

An acknowledged one asks anew (`worse`) when it becomes an alarm, or names another kind of event;
and when an alarm comes two minutes after the answer or later, since the officer's call was about
the one before. Once it has ended, the list keeps it until an officer has answered it, as any other
alarm.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from station.alarms.alarms import Alarms
from station.alarms.rows import SELF, write_log
from station.clock import iso, parse_iso
from station.db.bus_ids import BusIds
from station.db.tables import alarms, new_id
from station.ingest.kinds import KINDS
from station.live.live_bus import Key

_ASKS_AGAIN_MS = 2 * 60_000


class Standing:
    def __init__(self, kind: str, bus_ids: BusIds, all_alarms: Alarms, quiet_ms: int,
                 asks_again: bool):  # fmt: skip
        """asks_again: an acknowledged alarm may ask anew."""
        self._kind = kind
        self._quiet_ms = quiet_ms
        self._asks_again = asks_again
        self._bus_ids = bus_ids
        self._alarms = all_alarms

    def open(self) -> dict[Key, Any]:
        """Its open alarms, by bus."""
        own = self._alarms.own()
        return {(row.fleet, row.bus): row for row in own if row.kind == self._kind}

    async def put(self, connection: AsyncConnection, key: Key, severity: str,
                  data: dict[str, Any], now_ms: int) -> int:  # fmt: skip
        """Raises it, or updates it with what the data says; within a transaction of the caller's
        -> its id. `count` is added up, `active` (kinds of events) gathered."""
        bus_id = await self._bus_ids.of(connection, *key)
        same = select(alarms).where(
            alarms.c.bus_id == bus_id, alarms.c.kind == self._kind,
            alarms.c.journal_id.is_(None), alarms.c.cleared_ms.is_(None),
        )  # fmt: skip
        before = (await connection.execute(same)).first()
        data = data | {"last_at": iso(now_ms)}
        if before is None:
            state = self._alarms.state_of(*key)
            made = await connection.execute(
                insert(alarms).values(
                    bus_id=bus_id, kind=self._kind, severity=severity, exercise=False, clock="rtc",
                    late=False, raised_ms=now_ms, heard_ms=now_ms, lat=state.get("lat"),
                    lon=state.get("lon"), data=data, why={},
                )
            )  # fmt: skip
            number = new_id(made)
            await write_log(connection, number, now_ms, SELF, "raised")
            return number
        values: dict[str, Any] = {"data": _merged(before.data, data)}
        if self._asks_again and severity == "alarm" and asks_anew(before, data, now_ms):
            values |= {"severity": "alarm", "acked_ms": None, "acked_by": None}
            values |= {"escalated_ms": None, "heard_ms": now_ms}
            await write_log(connection, before.id, now_ms, SELF, "worse")
        await connection.execute(update(alarms).where(alarms.c.id == before.id).values(values))
        return before.id

    async def end_quiet(self, now_ms: int) -> None:
        for row in self.open().values():
            last_ms = parse_iso(row.data["last_at"])
            if not last_ms - self._quiet_ms < now_ms < last_ms + self._quiet_ms:
                await self._alarms.clear_own(row.id)


def asks_anew(row: Any, data: dict[str, Any], now_ms: int) -> bool:
    """Whether staff have to look again at an open alarm, because of an alarm that came."""
    before = row.data.get("active", ())
    if row.severity != "alarm" or set(bounded([*before, *data.get("active", ())])) - set(before):
        return True
    return row.acked_ms is not None and now_ms - row.acked_ms >= _ASKS_AGAIN_MS


def _merged(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    merged = before | now
    if "count" in now:
        merged["count"] = before.get("count", 0) + now["count"]
    if "active" in now:
        merged["active"] = bounded([*before.get("active", []), *now["active"]])
    return merged


def bounded(kinds: Iterable[str]) -> list[str]:
    """Each once: those of the contract, and of all others the first. A forger can invent kinds
    without end, and the true one has to find room among them."""
    strange: list[str] = []
    found = []
    for kind in dict.fromkeys(kinds):
        if kind not in KINDS:
            strange.append(kind)
        if kind in KINDS or len(strange) == 1:
            found.append(kind)
    return found

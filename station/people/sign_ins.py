"""The log of sign-ins, failed ones too. A flood of them does not fill the disk: what repeats within
an hour is one line that counts, and so is what comes after the first MOST lines of an hour."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from station.clock import Clock, iso
from station.db.database import Database
from station.db.tables import new_id, sign_ins

_HOUR_MS = 3_600_000
_MOST = 500
_EXACT = 16
"""Up to here each repetition is written; later only 32, 64, 128 ..., so that a flood costs no
writing either."""
_REST = ("", "", "flood")


class SignIns:
    def __init__(self, database: Database, clock: Clock):
        self._db = database
        self._clock = clock
        self._hour = 0
        self._lines: dict[tuple[str, str, str], list[int]] = {}  # -> [id, times]

    async def note(self, name: str, address: str, result: str) -> None:
        """result: ok, wrong, code_needed, wrong_code or refused (too many tries)."""
        now_ms = self._clock.now_ms()
        if self._hour != now_ms // _HOUR_MS:
            self._hour, self._lines = now_ms // _HOUR_MS, {}
        key = name[:64], address[:64], result
        if key not in self._lines and len(self._lines) >= _MOST and result != "ok":
            key = _REST
        line = self._lines.get(key)
        if line is None or result == "ok":
            await self._add(key, now_ms)
            return
        line[1] += 1
        if line[1] <= _EXACT or line[1] & (line[1] - 1) == 0:
            change = update(sign_ins).where(sign_ins.c.id == line[0])
            async with self._db.write() as connection:
                await connection.execute(change.values(at_ms=now_ms, times=line[1]))

    async def _add(self, key: tuple[str, str, str], now_ms: int) -> None:
        name, address, result = key
        values = {"name": name, "address": address, "result": result, "times": 1, "at_ms": now_ms}
        async with self._db.write() as connection:
            number = new_id(await connection.execute(insert(sign_ins).values(values)))
        if result != "ok":
            self._lines[key] = [number, 1]

    async def listed(self, limit: int) -> list[dict[str, Any]]:
        """The newest first."""
        query = select(sign_ins).order_by(sign_ins.c.at_ms.desc(), sign_ins.c.id.desc())
        async with self._db.read() as connection:
            rows = (await connection.execute(query.limit(limit))).mappings().all()
        return [{**row, "at": iso(row["at_ms"])} for row in rows]

"""Notices are watched themselves: when they stop, the page, /healthz and the routes that still work
say so. And a sign of life, for those who have to notice when none comes (a dead man's switch): once
a day on a route that asks for it, and once a minute to an address on the web.
"""

from __future__ import annotations

import asyncio
import logging
import urllib.request
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from station.clock import LOCAL, Clock
from station.db.database import Database
from station.db.notice_tables import notice_beats
from station.live.services import Services
from station.notices.lane import Lane
from station.notices.queue import NoticeQueue

log = logging.getLogger(__name__)
_TICK_S = 5.0
_PING_MS = 60_000
_LATE = timedelta(hours=1)
"""A daily sign of life that could not be sent is tried for so long."""
_TEXTS = {
    "th": {
        "stopped": "ระบบแจ้งเตือนของสถานีขัดข้อง",
        "failing": "ส่งข้อความทางช่องทางนี้ไม่ได้: {}. ให้เฝ้าดูหน้าเว็บ และแจ้งผู้ดูแลระบบ",
        "late": "มีข้อความค้างส่งนาน {} วินาที ให้เฝ้าดูหน้าเว็บ และแจ้งผู้ดูแลระบบ",
        "again": "ระบบแจ้งเตือนของสถานีใช้งานได้แล้ว",
        "alive": "สถานีและระบบแจ้งเตือนทำงานปกติ",
        "waits": "ข้อความที่รอส่ง: {}",
    },
    "en": {
        "stopped": "The station's notices do not work",
        "failing": "Nothing can be sent on: {}. Watch the page, and call the administrator.",
        "late": "A notice has waited for {} s. Watch the page, and call the administrator.",
        "again": "The station's notices work again",
        "alive": "The station and its notices work",
        "waits": "Notices that wait: {}",
    },
}


def ping(url: str) -> None:
    """OSError, ValueError: nobody took it."""
    urllib.request.urlopen(url, timeout=10).close()


class Heartbeat:
    def __init__(self, queue: NoticeQueue, database: Database, clock: Clock, services: Services,
                 url: str | None, ping: Callable[[str], None] = ping):  # fmt: skip
        self._queue = queue
        self._db = database
        self._clock = clock
        self._services = services
        self._url = url
        self._ping = ping
        self._pinged_ms = 0
        self._told: list[str] | None = []
        """The routes that were said to fail; None: that all notices are late."""

    async def watch(self) -> None:
        while True:
            await self.beat()
            await asyncio.sleep(_TICK_S)

    async def beat(self) -> None:
        health = self._queue.health()
        self._services.note(self._services.notices, health["ok"])
        await self._say_trouble(health)
        await self._say_alive(health)
        await self._ping_web(health["ok"])

    async def _say_trouble(self, health: dict[str, Any]) -> None:
        """Once for each change of what does not work, on the routes that do."""
        failing = health["failing"]
        now = failing if failing or health["ok"] else None
        if now == self._told:
            return
        self._told = now
        if health["ok"]:
            log.info("Notices work again.")
        else:
            log.error("Notices do not work: failing %s, the oldest waits %d s, collected %d s ago.",
                      failing, health["oldest_unsent_s"], health["collected_s"])  # fmt: skip
        for lane in self._queue.lanes:
            if lane.is_failing:
                continue
            texts = _TEXTS[lane.route.language]
            if health["ok"]:
                title, body = texts["again"], ""
            else:
                waited_s = max(health["oldest_unsent_s"], health["collected_s"])
                why = texts["failing"].format(", ".join(failing))
                title, body = texts["stopped"], why if failing else texts["late"].format(waited_s)
            await self._send(lane, title, body)

    async def _say_alive(self, health: dict[str, Any]) -> None:
        now_ms = self._clock.now_ms()
        now = datetime.fromtimestamp(now_ms / 1000, LOCAL)
        for lane in self._queue.lanes:
            if lane.route.heartbeat is None or lane.is_failing or not health["ok"]:
                continue
            due = datetime.combine(now.date(), time.fromisoformat(lane.route.heartbeat), LOCAL)
            if not due <= now < due + _LATE or await self._last_ms(lane) >= due.timestamp() * 1000:
                continue
            texts = _TEXTS[lane.route.language]
            if await self._send(lane, texts["alive"], texts["waits"].format(health["waiting"])):
                row = {"route": lane.route.name, "at_ms": now_ms}
                put = self._db.insert(notice_beats).values(row)
                async with self._db.write() as connection:
                    await connection.execute(
                        put.on_conflict_do_update(index_elements=["route"], set_=row)
                    )

    async def _last_ms(self, lane: Lane) -> int:
        mine = select(notice_beats.c.at_ms).where(notice_beats.c.route == lane.route.name)
        async with self._db.read() as connection:
            return (await connection.execute(mine)).scalar() or 0

    async def _ping_web(self, ok: bool) -> None:
        now_ms = self._clock.now_ms()
        if self._url is None or not ok or 0 <= now_ms - self._pinged_ms < _PING_MS:
            return
        self._pinged_ms = now_ms
        try:
            await asyncio.to_thread(self._ping, self._url)
        except (OSError, ValueError) as error:
            log.warning("The address of STATION_NOTICE_HEARTBEAT does not answer: %s.",
                        type(error).__name__)  # fmt: skip

    async def _send(self, lane: Lane, title: str, body: str) -> bool:
        error = await lane.send(lane.route.to, title, body or title)
        if error is not None:
            log.warning("A message on the route %s failed: %s", lane.route.name, error)
        return error is None

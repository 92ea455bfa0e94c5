"""Messages that broke the contract are kept aside for the technician, with the reason."""

from __future__ import annotations

import hashlib
from collections import deque

from sqlalchemy.ext.asyncio import AsyncConnection

from station.db.database import Database
from station.db.tables import quarantine
from station.ingest.contract import Bad
from station.live.services import Services

_CHARACTERS = 65_536
"""Of a payload, that are kept."""
_WAITING = 100


class Quarantine:
    def __init__(self, database: Database, services: Services):
        self._db = database
        self._services = services
        self.waiting: deque[Bad] = deque(maxlen=_WAITING)
        """Bad states and the like, which the broker does not keep: they wait here while the
        database is away."""

    async def put(self, connection: AsyncConnection, bad: Bad, now_ms: int) -> None:
        """Within a transaction of the caller's. A message that came before is counted again."""
        digest = hashlib.sha256(bad.topic.encode() + b"\0" + bad.payload).hexdigest()
        add = self._db.insert(quarantine).values(
            digest=digest, topic=_storable(bad.topic), reason=_storable(bad.reason), times=1,
            payload=_storable(bad.payload.decode("utf-8", "backslashreplace"))[:_CHARACTERS],
            first_ms=now_ms, last_ms=now_ms,
        )  # fmt: skip
        again = {"times": quarantine.c.times + 1, "last_ms": now_ms}
        await connection.execute(
            add.on_conflict_do_update(index_elements=[quarantine.c.digest], set_=again)
        )

    async def put_waiting(self, now_ms: int) -> None:
        bad = list(self.waiting)
        if not bad:
            return
        try:
            async with self._db.write() as connection:
                for one in bad:
                    await self.put(connection, one, now_ms)
        except Exception as error:
            if not self._services.is_database_away(error):
                raise
        else:
            for _ in bad:
                self.waiting.popleft()


def _storable(text: str) -> str:
    """Without what PostgreSQL does not take."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")

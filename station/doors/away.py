"""While the database is away a request is answered so, in a sentence.

It is no failure of the station: station/live/health.py logs it once, and no request logs it again.
"""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from station.db.database import Locked
from station.live.services import Services


class DatabaseAway:
    def __init__(self, app: ASGIApp, services: Services):
        self._app = app
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def note(message: Message) -> None:
            nonlocal has_begun
            has_begun = has_begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, note)
        except Exception as error:
            away = scope["type"] == "http" and self._services.is_database_away(error)
            if not away or has_begun:
                raise
            why = str(error) if isinstance(error, Locked) else "The database does not answer now."
            await JSONResponse({"detail": why}, 503)(scope, receive, send)

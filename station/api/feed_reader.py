"""Who may read a feed: a person who is signed in, and a program that sends STATION_FEED_TOKEN.

`Authorization: Bearer TOKEN`. No feed is public.
"""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, HTTPException, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from station.api.guards import COOKIE, TheStation
from station.live.sight import Sight

_session = APIKeyCookie(name=COOKIE, auto_error=False)
_token = HTTPBearer(auto_error=False, description="STATION_FEED_TOKEN")


async def _reader(
    station: TheStation,
    cookie: Annotated[str | None, Security(_session)],
    shown: Annotated[HTTPAuthorizationCredentials | None, Security(_token)],
) -> Sight:
    token = station.settings.feed_token
    if token and shown and hmac.compare_digest(shown.credentials.encode(), token.encode()):
        return Sight(phone=False)
    person = await station.accounts.who(cookie)
    if person is None:
        raise HTTPException(401, "Sign in, or send the feed's token as a Bearer.")
    return person.sight


Reader = Annotated[Sight, Depends(_reader)]

"""How long a body may be, and how long it may take: read before the application sees the request.

A body that is announced as too long is not read at all; one that is not announced (chunked) is read
up to the limit. Only a person who is signed in may send a long one, and only to the few paths that
take one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse


class Limit(NamedTuple):
    most: int
    """Bytes."""
    within_s: float


SMALL = Limit(64_000, 30)
LONGER = {
    re.compile("/api/policies/[^/]+"): Limit(3_000_000, 180),
    re.compile("/api/releases"): Limit(4_000_000, 180),
}
"""Paths that take a longer body. A policy of 2,000,000 characters is longer as JSON; a release has
at most so many bytes (station/release/file.py)."""
_WHY = {
    400: "The request states its length in two ways.",
    401: "Sign in first.",
    408: "The request took too long.",
    413: "The request is too long.",
}


class _Refused(Exception):
    """Its argument is the status."""


class BodyLimit:
    """ASGI middleware."""

    def __init__(self, app, is_signed_in: Callable[[str | None], Awaitable[Any]], cookie: str):
        self._app = app
        self._is_signed_in = is_signed_in
        self._cookie = cookie

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        try:
            body = await self._read(HTTPConnection(scope), receive)
        except _Refused as refused:
            status = refused.args[0]
            closing = {"Connection": "close"}  # what is under way is not read
            answer = JSONResponse({"detail": _WHY[status]}, status, closing)
            return await answer(scope, receive, send)
        if body is not None:
            await self._app(scope, _again(body, receive), send)

    async def _read(self, asked: HTTPConnection, receive) -> bytes | None:
        """None: the browser has gone."""
        if "content-length" in asked.headers and "transfer-encoding" in asked.headers:
            raise _Refused(400)  # a proxy may have read it otherwise (RFC 9112, section 6.1)
        limit = SMALL
        for path, longer in LONGER.items():
            if asked.scope["method"] != "GET" and path.fullmatch(asked.scope["path"]):
                if not await self._is_signed_in(asked.cookies.get(self._cookie)):
                    raise _Refused(401)
                limit = longer
        announced = asked.headers.get("content-length", "0")
        if not announced.isdecimal() or int(announced) > limit.most:
            raise _Refused(413)
        try:
            return await asyncio.wait_for(_body(receive, limit.most), limit.within_s)
        except asyncio.TimeoutError:
            raise _Refused(408) from None


async def _body(receive: Callable[[], Awaitable[Any]], most: int) -> bytes | None:
    parts, length = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        length += len(part)
        if length > most:
            raise _Refused(413)
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes, receive: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
    """Hands out the body that was read, and then whatever comes."""
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Any:
        return left.pop() if left else await receive()

    return next_message

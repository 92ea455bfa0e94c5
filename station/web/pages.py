"""Serves the pages, and tells the browser what the pages may do.

The pages hold no data, so everybody may load them; their data comes from the API, which asks for a
session. Only files of the station are scripts and styles: a text that came from a bus or a person
can never run (Content-Security-Policy, level 3).
"""

from __future__ import annotations

from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

WEB = Path(__file__).parent
_YEAR = b"max-age=31536000"
PAGES = {
    "/": "home",
    "/bus/{fleet}/{bus}": "bus",
    "/alarms": "log",
    "/reports": "reports",
    "/admin": "admin",
    "/me": "me",
    "/login": "login",
}


def page_routes() -> list[BaseRoute]:
    """The pages, and /static below them."""
    routes: list[BaseRoute] = [Route(path, _page(path, name)) for path, name in PAGES.items()]
    routes.append(Mount("/static", StaticFiles(directory=WEB / "static")))
    return routes


def map_settings(tiles: str | None, credit: str | None = None) -> dict:
    """What GET /api/map answers: where the page finds streets.

    tiles: None; a URL template with {z}, {x}, {y}; or a .pmtiles file on this computer, which the
    station serves as /api/map.pmtiles (with Range, RFC 9110 section 14).
    """
    if tiles and tiles.endswith(".pmtiles"):
        return {"tiles": None, "pmtiles": "/api/map.pmtiles", "credit": credit}
    return {"tiles": tiles, "pmtiles": None, "credit": credit}


def headers(tiles: str | None = None) -> list[tuple[bytes, bytes]]:
    """Of every answer. Pictures of streets may come from the tile server as well."""
    host = urlsplit(tiles).netloc.replace("{s}", "*") if tiles and "://" in tiles else ""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        f"img-src 'self' data: {host}; connect-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    fields = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }
    return [(name.encode(), value.encode()) for name, value in fields.items()]


class PageHeaders:
    """ASGI middleware: headers() on every answer. A browser asks for pages and scripts anew each
    time (an unchanged one is answered with 304), so that it never runs yesterday's page. Data is
    not kept at all. Who has come by https comes by https from then on (RFC 6797)."""

    def __init__(self, app, tiles: str | None = None, secure: bool = False):
        self._app = app
        self._headers = headers(tiles)
        self._secure = secure

    async def __call__(self, scope, receive, send):
        async def with_headers(message):
            if message["type"] == "http.response.start":
                given = list(message["headers"])
                message["headers"] = given + self._headers
                if not any(name.lower() == b"cache-control" for name, _ in given):
                    kept = b"no-store" if _is_data(scope["path"]) else b"no-cache"
                    message["headers"].append((b"cache-control", kept))
                if self._secure or scope["scheme"] == "https":
                    message["headers"].append((b"strict-transport-security", _YEAR))
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def _is_data(path: str) -> bool:
    """The streets are no data of the station's."""
    return path.startswith("/api/") and path != "/api/map.pmtiles"


def _page(path: str, name: str):
    """pages/<name>.html with its script js/<name>.js, within the common frame. Its addresses are
    relative: a proxy may have put the station below a path."""
    top = "../" * (path.count("/") - 1) or "./"
    body = Template((WEB / "pages" / f"{name}.html").read_text("utf-8")).substitute(top=top)
    frame = Template((WEB / "pages" / "frame.html").read_text("utf-8"))
    text = frame.substitute(page=name, body=body, top=top)

    async def page(request):
        return HTMLResponse(text)

    return page

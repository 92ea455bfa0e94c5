"""The web application: the API's routers and, behind them, the pages."""

from __future__ import annotations

import contextlib

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from station.api import (
    admin,
    alarms,
    buses,
    cap,
    evidence,
    feeds,
    identities,
    live,
    me,
    metrics,
    notices,
    people,
    places,
    policies,
    releases,
    reports,
    session,
)
from station.api.guards import COOKIE, Viewer, problems
from station.doors.away import DatabaseAway
from station.doors.below import Below
from station.doors.bodies import BodyLimit
from station.doors.unnamed_proxy import UnnamedProxy
from station.station import Station
from station.web.pages import PageHeaders, map_settings, page_routes

ROUTERS = (session, me, live, alarms, buses, evidence, places, policies, releases, reports, notices,
           feeds, cap, metrics, people, admin, identities)  # fmt: skip
"""A new subject is a file in station/api with a `router`, and its name here."""

_NOT_COMPRESSED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/vnd.pmtiles",
                   "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")  # fmt: skip
"""What is compressed already, and the stream, whose events must not wait for each other. Parts of
files (206) are not compressed either."""


def make_app(station: Station) -> FastAPI:
    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI):
        await station.start()
        try:
            yield
        finally:
            await station.stop()

    app = FastAPI(
        title="Busguard station", version="1", lifespan=lifespan, redoc_url=None, docs_url=None,
        openapi_url="/api/openapi.json", responses=problems(400, 401, 403, 408, 413, 422, 503),
        servers=[{"url": station.settings.root_path}] if station.settings.root_path else None,
    )  # fmt: skip
    app.state.station = station
    for module in ROUTERS:
        app.include_router(module.router)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        """In the form of all other errors: one sentence that names the place."""
        wrong = [".".join(map(str, one["loc"])) + ": " + one["msg"] for one in error.errors()]
        return JSONResponse({"detail": "; ".join(wrong)}, 422)

    add_pages(app, station)
    add_doors(app, station)
    return app


def add_pages(app: FastAPI, station: Station) -> None:
    """The pages, and where they find streets. Added last, so that the API's paths come first."""
    tiles = station.settings.tiles

    @app.get("/api/map", tags=["places"])
    async def streets(who: Viewer) -> dict[str, str | None]:
        """Where the page finds streets: a tile URL or a file."""
        return map_settings(tiles, station.settings.tiles_credit)

    if tiles and tiles.endswith(".pmtiles"):

        @app.get("/api/map.pmtiles", tags=["places"], response_class=FileResponse)
        async def street_file(who: Viewer) -> FileResponse:
            """The file of streets, in the parts that the map asks for (Range)."""
            return FileResponse(tiles, media_type="application/vnd.pmtiles")

    app.router.routes.extend(page_routes())


def add_doors(app: FastAPI, station: Station) -> None:
    """What a request passes before it comes to a route; the last one here comes first."""

    async def failed(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": "The station failed; its log says why."}, 500)

    app.add_middleware(BodyLimit, is_signed_in=station.accounts.who, cookie=COOKIE)
    app.add_middleware(DatabaseAway, services=station.services)
    # Here, because a handler of the application's would answer outside of PageHeaders.
    app.add_middleware(ServerErrorMiddleware, handler=failed)
    settings = station.settings
    app.add_middleware(PageHeaders, tiles=settings.tiles, secure=settings.secure_cookie)
    app.add_middleware(GZipMiddleware, compresslevel=6, exclude_content_types=_NOT_COMPRESSED)
    if settings.proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.proxies)
    app.add_middleware(UnnamedProxy, proxies=settings.proxies)
    if settings.root_path:
        app.add_middleware(Below, root_path=settings.root_path)

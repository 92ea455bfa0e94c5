"""The page: whether it answers, what stands in front of it, and its streets."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from station.doctor.finding import Finding
from station.settings import Settings

_WITHIN_S = 5
_HERE = ("127.0.0.1", "::1", "localhost")
_LAEM_CHABANG = {"z": "10", "x": "798", "y": "473"}


async def look(settings: Settings) -> list[Finding]:
    return await asyncio.to_thread(
        lambda: [*_answers(settings), *_front(settings), *_tiles(settings)]
    )


def _answers(settings: Settings) -> Iterator[Finding]:
    host, port = settings.http.host, settings.http.port
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/healthz", timeout=_WITHIN_S) as answer:
            status, said = answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        status, said = error.code, {}
    except (OSError, ValueError):
        yield Finding(
            "page",
            "wrong",
            f"Nothing answers at http://{host}:{port}/: start the "
            "station, or correct STATION_HTTP.",
        )
        return
    if status == 200 and said.get("notices", {}).get("ok") is False:
        yield Finding(
            "page",
            "wrong",
            "The station answers, and its notices do not work: the lines of notices and the log "
            "say why.",
        )
    elif status == 200 and said.get("leader", {}).get("ok") is False:
        yield Finding(
            "page",
            "wrong",
            f"The station at http://{host}:{port}/ shows pages, and no station takes the records: "
            "start one (systemctl start busguard-station).",
        )
    elif status == 200:
        yield Finding("page", "ok", f"http://{host}:{port}/healthz says that all is well.")
    else:
        yield Finding(
            "page",
            "wrong",
            f"http://{host}:{port}/healthz answers {status}: the broker "
            "or the database does not answer the station.",
        )


def _front(settings: Settings) -> Iterator[Finding]:
    if settings.proxies and settings.secure_cookie:
        yield Finding(
            "proxy", "ok", "A proxy is named, and browsers send the session by https alone."
        )
    elif settings.proxies:
        yield Finding(
            "proxy",
            "look",
            "STATION_SECURE_COOKIE is not set: if the page is reached by https, set it to 1.",
        )
    elif settings.secure_cookie:
        yield Finding(
            "proxy",
            "look",
            "STATION_PROXIES names no proxy: everybody seems to come "
            "from one address, and shares its limits.",
        )
    elif settings.http.host not in _HERE:
        yield Finding(
            "proxy",
            "wrong",
            "The page is open to the network without https: passwords "
            "can be read on the way. Put a proxy in front (deploy/Caddyfile, "
            "deploy/nginx.conf).",
        )


def _tiles(settings: Settings) -> Iterator[Finding]:
    tiles = settings.tiles
    if tiles is None:
        yield Finding(
            "streets", "ok", "No streets are set: the map shows the coast and the provinces."
        )
    elif "://" not in tiles:
        with Path(tiles).open("rb") as file:
            is_right = file.read(7) == b"PMTiles"
        yield (
            Finding("streets", "ok", f"{tiles} holds streets.")
            if is_right
            else Finding("streets", "wrong", f"{tiles} is no file of PMTiles.")
        )
    else:
        address = tiles.replace("{s}", "a").replace("{r}", "")
        for name, value in _LAEM_CHABANG.items():
            address = address.replace("{" + name + "}", value)
        try:
            asking = urllib.request.Request(address, headers={"User-Agent": "busguard-doctor"})
            urllib.request.urlopen(asking, timeout=_WITHIN_S).close()
            yield Finding("streets", "ok", "The tile server answers.")
        except (OSError, ValueError) as error:
            yield Finding(
                "streets",
                "look",
                "The tile server (STATION_TILES) does not give a tile "
                f"({type(error).__name__}): browsers may reach it all the same.",
            )

"""A process of its own: PAGES browsers' worth of streams of a station, the first one timed.

    python -m sim.bench.station_reader ADDRESS PAGES  < name and password, a line each

"ready" on standard output when they listen; when standard input ends, a JSON list of
[bus, its `at` in ms since 1970, when it was here in ms since 1970].
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit


def sign_in(
    address: str, name: str, password: str
) -> tuple[http.client.HTTPConnection, dict[str, str]]:
    """-> (a connection to the station, the headers of that session)."""
    link = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    headers = {"Content-Type": "application/json"}
    link.request("POST", "/api/login", json.dumps({"name": name, "password": password}), headers)
    answer = link.getresponse()
    headers["X-CSRF-Token"] = json.loads(answer.read())["csrf"]
    headers["Cookie"] = (answer.getheader("Set-Cookie") or "").split(";")[0]
    return link, headers


def open_stream(address: str, name: str, password: str) -> http.client.HTTPResponse:
    """Signed in, and listening."""
    link, headers = sign_in(address, name, password)
    link.request("GET", "/api/stream", headers=headers)
    stream = link.getresponse()
    assert stream.status == 200, stream.status
    return stream


def _swallow(stream: http.client.HTTPResponse) -> None:
    while stream.readline():
        pass


def _take(stream: http.client.HTTPResponse, came: list[tuple[bytes, float]]) -> None:
    while line := stream.readline():
        if line.startswith(b'data: {"fleet"'):
            came.append((line, time.time() * 1000))


def _ms(at: str) -> float:
    return datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp() * 1000


def main() -> int:
    address, pages = sys.argv[1], int(sys.argv[2])
    name, password = sys.stdin.readline().strip(), sys.stdin.readline().strip()
    came: list[tuple[bytes, float]] = []
    for number in range(pages):
        stream = open_stream(address, name, password)
        arguments: tuple[Any, ...] = (stream,) if number else (stream, came)
        work = _swallow if number else _take
        threading.Thread(target=work, args=arguments, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
    found = ((json.loads(line[6:]), ms) for line, ms in list(came))
    print(json.dumps([(bus["bus"], _ms(bus["at"]), ms) for bus, ms in found if bus["at"]]))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A process of its own: one open page, and when it is told what.

    python -m sim.bench.load_reader ADDRESS  < name and password, a line each

"ready" on standard output when it listens; when standard input ends, a JSON object: `states` and
`events`, each a list of [bus, its time in ms since 1970, when it was here in ms since 1970].
"""

from __future__ import annotations

import json
import sys
import threading
import time
from datetime import datetime

from sim.bench.load_buses import name
from sim.bench.station_reader import open_stream

_OTHERS = name(0)[:4]


def _ms(at: str) -> float:
    return datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp() * 1000


def main() -> int:
    who = sys.stdin.readline().strip(), sys.stdin.readline().strip()
    stream = open_stream(sys.argv[1], *who)
    came: list[tuple[bytes, float]] = []

    def take() -> None:
        while line := stream.readline():
            if line.startswith(b"data: {"):
                came.append((line, time.time() * 1000))

    threading.Thread(target=take, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
    found: dict[str, list[tuple[str, float, float]]] = {"states": [], "events": []}
    for line, ms in list(came):
        body = json.loads(line[6:])
        if not body.get("bus", "").startswith(_OTHERS):
            continue
        if body.get("kind") == "belt_off":
            found["events"].append((body["bus"], _ms(body["raised_at"]), ms))
        elif body.get("at"):
            found["states"].append((body["bus"], _ms(body["at"]), ms))
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())

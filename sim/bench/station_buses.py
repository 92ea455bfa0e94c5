"""A process of its own: BUSES buses that send their state once a second each, evenly spread.

    python -m sim.bench.station_buses HOST PORT BUSES SECONDS

At its end a JSON list of [bus, `at` of the state in ms since 1970] on standard output.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime, timezone

import paho.mqtt.client as mqtt

_STATE = (
    '{"v":1,"at":"%s","clock":"gnss","phase":"driving","mode":"normal","trip":3,"route":"port_am",'
    '"lat":%.7f,"lon":100.8833000,"speed_kmh":41.5,"heading_deg":183,"sats":11,"hdop":0.90,'
    '"ignition":true,"doors":{"front":"closed","emergency":"closed"},"seats":{"total":40,'
    '"taken":[3,7,9,12,14,20,21,22,30],"unknown":[],"unbelted":[7]},"supply_mv":13420,'
    '"cabin_c":31.5,"signal_dbm":-71,"backlog":{"alarm":0,"track":3},"active":["belt_off"],'
    '"next_s":10}'
)


def state(at_ms: int, lat: float = 13.0827) -> str:
    moment = datetime.fromtimestamp(at_ms // 1000, timezone.utc)
    return _STATE % (f"{moment:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z", lat)


def main() -> int:
    host, port, buses, seconds = sys.argv[1], *map(int, sys.argv[2:5])
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1000)
    client.connect(host, port)
    client.loop_start()
    sent = []
    begin = time.monotonic()
    for number in range(buses * seconds):
        pause = begin + number / buses - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        bus, at_ms = f"bus-{number % buses}", time.time_ns() // 1_000_000
        last = client.publish(f"schoolbus/bench/{bus}/state", state(at_ms), 1)
        sent.append((bus, at_ms))
    last.wait_for_publish(10)
    client.disconnect()
    client.loop_stop()
    print(json.dumps(sent))
    return 0


if __name__ == "__main__":
    sys.exit(main())

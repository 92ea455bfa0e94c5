"""A process of its own: buses that send their state and, now and then, a warning, sealed; or buses
that send whatever does harm.

    python -m sim.bench.load_buses HOST PORT BUSES EVERY_S SECONDS [hostile]

At its end a JSON object on standard output: `states` and `events`, each a list of [bus, `at` in ms
since 1970].
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from typing import Any

import paho.mqtt.client as mqtt

from firmware.uplink.seal import Seal
from sim.bench.station_buses import state

FLEET = "bench"
_EVENT_EVERY = 20
"""States of a bus to one event."""
_EVENT: dict[str, Any] = {
    "v": 1, "clock": "gnss", "kind": "belt_off", "severity": "warning", "state": "raised",
    "lat": 13.08, "lon": 100.88, "speed_kmh": 41.5, "data": {"seats": [7]}, "why": {},
}  # fmt: skip
HOSTILE = 40
"""Times as many messages as another bus sends."""


def name(number: int, is_hostile: bool = False) -> str:
    return f"{'hostile' if is_hostile else 'bus'}-{number:04}"


def key(bus: str) -> bytes:
    """Of its seal (python -m station.bench --enrol)."""
    return hashlib.sha256(bus.encode()).digest()


def event(seq: int, at_ms: int, epoch: str = "9f3a21c4", **more: Any) -> str:
    at = json.loads(state(at_ms))["at"]
    return json.dumps({**_EVENT, "epoch": epoch, "seq": seq, "occ": seq, "at": at, **more})


class Buses:
    def __init__(self, host: str, port: int, count: int, is_hostile: bool):
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(1000)
        self._client.connect(host, port)
        self._client.loop_start()
        names = [name(number, is_hostile) for number in range(count)]
        self._buses = [(bus, Seal(key(bus))) for bus in names]
        self._is_hostile = is_hostile
        self.sent: dict[str, list[tuple[str, int]]] = {"states": [], "events": []}

    def send(self, number: int) -> None:
        turn, place = divmod(number, len(self._buses))
        bus, seal = self._buses[place]
        at_ms = time.time_ns() // 1_000_000
        if self._is_hostile:
            self._say(bus, seal, *_harm(turn, at_ms))
            return
        self._say(bus, seal, "state", state(at_ms))
        self.sent["states"].append((bus, at_ms))
        if (turn + place) % _EVENT_EVERY == 0:
            self._say(bus, seal, "event", event(turn + 1, at_ms))
            self.sent["events"].append((bus, at_ms))

    def _say(self, bus: str, seal: Seal, what: str, body: str) -> None:
        topic = f"schoolbus/{FLEET}/{bus}/{what}"
        self._client.publish(topic, seal.sealed(topic.encode(), body.encode()), 1)

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def _harm(turn: int, at_ms: int) -> tuple[str, str]:
    """Bad states, new epochs, odd numbers, records that differ, bad alarms."""
    which, number = turn % 5, turn // 5 + 1
    if which == 0:
        return "state", state(at_ms).replace('"total":40', f'"total":-{number}')
    if which == 1:
        return "event", event(1, at_ms, epoch=f"{number:08x}")
    if which == 2:
        return "event", event(2 * number, at_ms)
    if which == 3:
        return "event", event(2, at_ms, data={"seats": [number % 60 + 1]})
    return "event", event(number, at_ms, severity="alarm", kind="sos", lat=1e6)


def main() -> int:
    host, port, count, every_s, seconds = sys.argv[1:6]
    is_hostile = "hostile" in sys.argv
    buses = Buses(host, int(port), int(count), is_hostile)
    a_second = int(count) / float(every_s) * (HOSTILE if is_hostile else 1)
    begin = time.monotonic()
    for number in range(int(a_second * float(seconds))):
        pause = begin + number / a_second - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        buses.send(number)
    time.sleep(0.5)
    buses.leave()
    print(json.dumps(buses.sent))
    return 0


if __name__ == "__main__":
    sys.exit(main())

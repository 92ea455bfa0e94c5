"""A week of a station in some seconds: does its memory stay where it was?

20 buses send state and track, alarm once a day and go silent now and then (their hours pass
quicker than they promised); the alarms are answered. Three pages stay open all week, others come
and go. The station is a process of its own, which gets the time from here.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable

import paho.mqtt.client as mqtt

from sim.bench.station_buses import state
from sim.bench.station_reader import open_stream, sign_in
from sim.bench.station_stream import rss_mb
from sim.live.station_process import PERSON, StationProcess
from sim.network import brokers

_MONDAY_MS = 1_795_384_800_000  # 2026-11-23 05:00 in Thailand
_HOUR_MS, _DAYS, _WARM = 3_600_000, 7, 2
_BUSES, _ROWS, _PER_HOUR = 20, 50, 2
GOAL_MB = 4


def run(say: Callable[[str], None]) -> None:
    with (
        brokers.start() as broker,
        StationProcess((broker.host, broker.port), _MONDAY_MS) as station,
    ):
        begin = time.monotonic()
        week = Week(broker, station)
        used = []
        for day in range(_DAYS):
            week.passes(day)
            used.append(rss_mb(station.pid))
        grown = used[-1] - used[_WARM - 1]
        say(f"  {week.told:,} messages with {week.records:,} records and {week.answered} alarms "
            f"in {time.monotonic() - begin:.0f} s")  # fmt: skip
        say(f"  memory after each day: {', '.join(f'{mb:.1f}' for mb in used)} MB; from the "
            f"second to the last {grown:+.1f} MB (goal <= {GOAL_MB})")  # fmt: skip


class Week:
    def __init__(self, broker: brokers.Broker, station: StationProcess):
        self._station = station
        self._pages = [self._page() for _ in range(3)]
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(1000)
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()
        self._seq = 0
        self.told = self.records = self.answered = 0

    def passes(self, day: int) -> None:
        others = [self._page() for _ in range(5)]
        for hour in range(24):
            for quarter in range(_PER_HOUR):
                now_ms = _MONDAY_MS + (day * 24 + hour) * _HOUR_MS
                now_ms += quarter * _HOUR_MS // _PER_HOUR
                self._station.tell(now_ms, every_s=0)
                self._say("state", state(now_ms, 13.0827 + quarter / 1000))
            if hour % 2 == 0:
                self._say("track", self._track(now_ms))
        self._say("event", self._alarm(now_ms)).wait_for_publish(60)
        self._answer()
        for page in others:
            page.close()

    def _say(self, name: str, payload: str) -> mqtt.MQTTMessageInfo:
        for bus in range(_BUSES):
            last = self._client.publish(f"schoolbus/bench/bus-{bus}/{name}", payload, 1)
        self.told += _BUSES
        return last

    def _track(self, now_ms: int) -> str:
        head = {"v": 1, "epoch": "9f3a21c4", "seq": self._seq + 1, "n": _ROWS}
        self._seq += _ROWS
        self.records += _ROWS * _BUSES
        rows = [[1, -37, 12, 416, 183]] * _ROWS
        return json.dumps(
            {**head, "t": now_ms // 1000 - _ROWS, "lat": 130827000, "lon": 1008833000, "d": rows}
        )

    def _alarm(self, now_ms: int) -> str:
        self._seq += 1
        self.records += _BUSES
        at = json.loads(state(now_ms))["at"]
        return json.dumps(
            {"v": 1, "epoch": "9f3a21c4", "seq": self._seq, "at": at, "clock": "gnss",
             "kind": "sos", "severity": "alarm", "state": "raised", "occ": self._seq,
             "lat": 13.08, "lon": 100.88, "speed_kmh": 0, "why": {},
             "data": {"seats": [7], "unknown": [], "seats_before": [7], "unknown_before": []}}
        )  # fmt: skip

    def _page(self) -> http.client.HTTPResponse:
        return open_stream(self._station.address, PERSON, self._station.password)

    def _answer(self) -> None:
        """Every alarm of the day, as soon as it is there."""
        link, headers = sign_in(self._station.address, PERSON, self._station.password)

        def ask(method: str, path: str, body: object = None) -> http.client.HTTPResponse:
            link.request(method, path, json.dumps(body), headers)
            return link.getresponse()

        until = time.monotonic() + 60
        left = _BUSES
        while left:
            assert time.monotonic() < until, f"{left} alarms did not come"
            for alarm in json.loads(ask("GET", "/api/alarms?state=unacknowledged").read()):
                ask("POST", f"/api/alarms/{alarm['id']}/ack", {"note": "bench"}).read()
                left -= alarm["kind"] == "sos"
                self.answered += 1
            time.sleep(0.1)
        link.close()

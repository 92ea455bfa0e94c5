"""Records of some buses that come without a pause, while something goes wrong behind the broker.

Every record has its own number. What the broker has acknowledged has to be in the station's
database, once.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timezone

import paho.mqtt.client as mqtt

FLEET = "flow"
EPOCH = "f10e0001"
_BUSES = 10
_PATIENCE_S = 120
_HEADS = {"seats": [3], "unknown": [], "seats_before": [3], "unknown_before": []}


class RecordFlow:
    """For a with block. `broker`: addresses; the flow goes on with the next one if one ends."""

    def __init__(self, brokers: Sequence[tuple[str, int]], a_second: int = 200):
        self._brokers = itertools.cycle(brokers)
        self._pause_s = 1 / a_second
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="record-flow",
                                   clean_session=False)  # fmt: skip
        self._client.max_inflight_messages_set(500)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_pre_connect = self._choose
        self._client.on_publish = self._acknowledged
        self._counting = threading.Lock()
        self._count = 0
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.alarms = 0
        self.events = 0

    def __enter__(self) -> RecordFlow:
        self._client.connect(*next(self._brokers))
        self._client.loop_start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._client.disconnect()
        self._client.loop_stop()

    def alarm(self, bus: str) -> None:
        """One alarm of a bus that says nothing else."""
        self.alarms += 1
        self._say(bus, 1, "sos", "alarm")

    def finish(self) -> int:
        """-> how many records the broker has acknowledged: all that were said. OSError."""
        self._ends.set()
        self._thread.join(_PATIENCE_S)
        until = time.monotonic() + _PATIENCE_S
        while self._count < self.events:
            if time.monotonic() > until:
                raise OSError("the broker did not acknowledge every record")
            time.sleep(0.1)
        return self.events

    def _run(self) -> None:
        seqs = itertools.count(1)
        while not self._ends.is_set():
            seq = next(seqs)
            for number in range(_BUSES):
                self._say(f"bus-{number}", seq, "belt_off", "warning")
                time.sleep(self._pause_s)

    def _say(self, bus: str, seq: int, kind: str, severity: str) -> None:
        now = datetime.now(timezone.utc)
        body = {
            "v": 1, "epoch": EPOCH, "seq": seq, "at": f"{now:%Y-%m-%dT%H:%M:%S}.000Z",
            "clock": "gnss", "kind": kind, "severity": severity, "state": "raised", "occ": seq,
            "lat": 13.08, "lon": 100.88, "speed_kmh": 0.0, "why": {},
            "data": _HEADS if kind == "sos" else {"seats": [3]},
        }  # fmt: skip
        with self._counting:
            self.events += 1
        topic = f"schoolbus/{FLEET}/{bus}/event"
        self._client.publish(topic, json.dumps(body), 1)  # paho keeps it until it is acknowledged

    def _acknowledged(self, *_: object) -> None:
        self._count += 1

    def _choose(self, client: mqtt.Client, _: object) -> None:
        client._host, client._port = next(self._brokers)

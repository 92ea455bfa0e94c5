"""The uplink on real sockets: the real dialer, the wall clock, a real broker behind it.

How fast this computer is decides nothing here. A deadline only ends what would never end.
A moment in which it was busy with something else does not count: the bus's time goes on by
50 ms a turn at most. That a turn never waits is seen by what it calls: its socket does not
block, and whatever resolves and connects runs in another thread. How long turns took is
measured in processor time, and on the wall clock for people to read.
"""

from __future__ import annotations

import threading
import time

import paho.mqtt.client as mqtt
from uplinked import ROOT, Radio, Records

from drivers.radio.dial import Dialer
from firmware.config import load as config
from firmware.journal.journal import ALARM, TRACK
from firmware.uplink.uplink import Uplink

_NAP_S = 0.001
_STEP_MS = 50
_PATIENCE_S = 60


class City:
    """A subscriber with a persistent session, as the station is."""

    def __init__(self, host: str, port: int, client_id: str = "city"):
        self.heard: list[tuple[str, bytes, bool]] = []
        """(topic, payload, retained) in the order of arrival."""
        self._ready = threading.Event()
        self._id, self._address = client_id, (host, port)
        self._client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe(ROOT + "#", 1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._message
        self._client.connect(host, port, keepalive=10)
        self._client.loop_start()
        assert self._ready.wait(_PATIENCE_S), "no subscription"

    def say(self, topic: str, payload: bytes, retain: bool = False) -> None:
        self._client.publish(topic, payload, 1, retain).wait_for_publish(_PATIENCE_S)

    def leave(self, forget: bool = False) -> None:
        """Good-bye; the session stays with the broker unless it is to forget it."""
        self._client.disconnect()
        self._client.loop_stop()
        if forget:
            again = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=self._id)
            again.connect(*self._address)
            again.loop(0.1)
            again.disconnect()

    def waits_for(self, happened) -> None:
        """AssertionError if it never happens."""
        until = time.monotonic() + _PATIENCE_S
        while not happened():
            assert time.monotonic() < until
            time.sleep(0.01)

    def topics(self) -> list[str]:
        return [topic.removeprefix(ROOT) for topic, _, _ in self.heard]

    def _message(self, client, data, message) -> None:
        self.heard.append((message.topic, message.payload, message.retain))


def _utc_ms(now_ms: int) -> int:
    """The clock that TLS goes by, as firmware/earliest.py sets it."""
    return int(time.time() * 1000)


class LiveUplink(Records):
    """Time passes by itself; everything else as Uplinked."""

    def __init__(self, host: str, port: int, identity=None, **broker):
        super().__init__()
        self.config = config.defaults()
        self.config.update(fleet="laemchabang", bus="bus-1")
        # Shorter times than bus.json may name: a test has no minute to wait.
        self.config["broker"].update(
            {
                "host": host,
                "port": port,
                "tls": False,
                "backoff_max_s": 1,
                "ack_timeout_s": 20,
                **broker,
            }
        )
        self.config["identity"] = identity
        self.now_ms = 0
        self._seen_s = time.monotonic()
        self._turns_ms: list[tuple[float, float]] = []
        """(of the processor, on the wall clock)"""
        self.radio = Radio()
        self.uplink = Uplink(
            self.config, self.journal, self.radio, Dialer(), self.status, 0, _utc_ms
        )

    def turn(self) -> None:
        passed_ms = int((time.monotonic() - self._seen_s) * 1000)
        self._seen_s += passed_ms / 1000
        self.now_ms += min(passed_ms, _STEP_MS)
        began, began_s = time.thread_time(), time.perf_counter()
        busy = self.uplink.turn(self.now_ms)
        worked, took = time.thread_time() - began, time.perf_counter() - began_s
        self._turns_ms.append((worked * 1000, took * 1000))
        sock = self.uplink._link._sock
        assert sock is None or not sock._raw.getblocking(), "the tick would wait for the network"
        self.journal.housekeep(self.now_ms)
        if not busy:
            time.sleep(_NAP_S)

    def run_until(self, happened) -> float:
        """-> seconds of the bus that it took. AssertionError if it never happens."""
        began_ms = self.now_ms
        until_s = time.monotonic() + _PATIENCE_S
        while not happened():
            assert time.monotonic() < until_s, f"never; last failure: {self.uplink.failure}"
            self.turn()
        return (self.now_ms - began_ms) / 1000

    def slowest_turns_ms(self) -> tuple[float, float, float]:
        """-> 99 % of all turns stayed below so much processor time; the worst; on the clock."""
        worked = sorted(turn[0] for turn in self._turns_ms)
        return worked[len(worked) * 99 // 100], worked[-1], max(turn[1] for turn in self._turns_ms)

    def hang_up(self) -> None:
        """Close what is open, as when the power goes."""
        self.uplink._link.close("the test is over")

    def run(self, seconds: float) -> None:
        end_ms = self.now_ms + seconds * 1000
        while self.now_ms < end_ms:
            self.turn()

    def drain(self) -> float:
        return self.run_until(self.drained)

    def check(self, city: City) -> None:
        """P2 at the city: every record, once after de-duplication, each lane in order."""
        wanted = len(self.appended[ALARM]) + len(self.appended[TRACK])

        def all_there() -> bool:
            return sum(len(self.arrived_at(city, lane)) for lane in (ALARM, TRACK)) == wanted

        self.run_until(all_there)
        for lane in (ALARM, TRACK):
            assert self.arrived_at(city, lane) == self.appended[lane]

    def arrived_at(self, city: City, lane: int) -> list[int]:
        """seqs of a lane in the order in which the city first heard them."""
        heard = [(topic, payload) for topic, payload, _ in list(city.heard)]
        return list(dict.fromkeys(self.arrived(lane, heard)))

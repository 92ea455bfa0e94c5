"""The broker: two sessions of MQTT 3.1.1.

**records** (event, track): persistent, QoS 1, and each message is acknowledged by hand, in the
order of arrival [MQTT-4.6.0-2], once it is committed. While the database is away this session
is closed: what comes stays with the broker, on its disk.
**present** (status, state, reply): clean. At each connect the broker hands over the newest of each
(retained), and nothing old. It has a connection of its own so that it never waits for records:
a broker sends only so many messages ahead of their acknowledgements (mosquitto: 20). `state` has
QoS 0 on this last leg: it is not acknowledged at all, and a newer one replaces it anyway.

paho answers by itself unless manual_ack is set; then ack() does (paho/mqtt/client.py). A packet
id is good for one connection: `connection` counts them, and an old one is never acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import sys
import threading
from collections import deque
from typing import NamedTuple

import paho.mqtt.client as mqtt

from station.clock import Clock
from station.live.health import Health
from station.settings import Settings

log = logging.getLogger("station.mqtt")
_KEEPALIVE_S = 30
_HOLD = 20_000  # messages in memory; then the broker has to wait
_ROOT = "schoolbus/+/+/"
_REPLY = _ROOT + "reply"


def _trusting(ca: str | None) -> ssl.SSLContext:
    """TLS 1.2 or later, to a broker for whose name these certificates vouch."""
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Came(NamedTuple):
    topic: str
    payload: bytes
    retained: bool
    heard_ms: int
    connection: int
    mid: int


class Session:
    """One client of the broker, with a thread of its own for the network."""

    def __init__(self, settings: Settings, clock: Clock, name: str, topics: dict[str, int],
                 keep: bool):  # fmt: skip
        self._settings = settings
        self._clock = clock
        self._topics = [(_ROOT + topic, qos) for topic, qos in topics.items()]
        self._keep = keep
        self._loop = asyncio.get_running_loop()
        self._came: deque[Came] = deque()
        self._room = threading.Semaphore(_HOLD)
        self._news = asyncio.Event()
        self._lock = threading.Lock()
        self._connection = 0
        self._running = False
        self._why = ""
        self.ready = False
        """It is subscribed."""
        self.changed = lambda connected: None
        """Called in the event loop."""
        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id=f"{settings.client_id}-{name}",
            clean_session=not keep,
            manual_ack=keep,
        )
        if settings.broker_user:
            client.username_pw_set(settings.broker_user, settings.broker_password)
        if settings.broker_tls:
            client.tls_set_context(_trusting(settings.broker_ca))
        client.reconnect_delay_set(1, 10)
        client.on_connect = self._connected
        client.on_connect_fail = self._failed
        client.on_disconnect = self._disconnected
        client.on_subscribe = self._subscribed
        client.on_message = self._message
        self._client = client

    def start(self) -> None:
        if not self._running:
            self._running = True
            self._client.connect_async(*self._settings.broker, keepalive=_KEEPALIVE_S)
            self._client.loop_start()

    def stop(self) -> None:
        """Leave; of a persistent session the broker keeps what comes."""
        if self._running:
            self._running = False
            self._room.release(_HOLD)  # whoever waits for room
            self._client.disconnect()
            self._client.loop_stop()
            with self._lock:
                self._connection += 1
                self._came.clear()
            self._room = threading.Semaphore(_HOLD)

    async def take(self, most: int) -> list[Came]:
        """What has come, in order; waits for something."""
        while not self._came:
            self._news.clear()
            if not self._came:
                await self._news.wait()
        return self._pop(most)

    def _pop(self, most: int) -> list[Came]:
        taken: list[Came] = []
        with contextlib.suppress(IndexError):
            while len(taken) < most:
                taken.append(self._came.popleft())
                self._room.release()
        return taken

    def acknowledge(self, messages: list[Came]) -> None:
        """They are committed. Those of a connection that has broken come again."""
        for message in messages:
            with self._lock:
                if message.connection == self._connection:
                    self._client.ack(message.mid, 1)

    def publish(self, topic: str, payload: str, retain: bool = True) -> None:
        """QoS 1; sent again by itself until the broker has it."""
        self._client.publish(topic, payload, qos=1, retain=retain)

    def _connected(self, client, _, flags, reason, properties) -> None:
        if reason.is_failure:
            log.warning("The broker refuses: %s", reason)
            return
        self._why = ""
        client.subscribe(self._topics)

    def _subscribed(self, client, _, mid, reasons, properties) -> None:
        refused = [topic for (topic, _), reason in zip(self._topics, reasons, strict=False)
                   if reason.is_failure]  # fmt: skip
        if refused:
            log.error("The broker does not let this station read %s", ", ".join(refused))
        if not set(refused) - {_REPLY}:  # without that only policies cannot be sent
            self._tell(True)

    def _failed(self, client, _) -> None:
        """paho calls it while it handles the error. The same is said once."""
        why = str(sys.exc_info()[1])
        if why != self._why:
            self._why = why
            log.warning("The broker {}:{} cannot be reached: %s".format(*self._settings.broker),
                        why)  # fmt: skip

    def _disconnected(self, client, _, flags, reason, properties) -> None:
        with self._lock:
            self._connection += 1
        self._tell(False)

    def _tell(self, connected: bool) -> None:
        self.ready = connected
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(lambda: self.changed(connected))

    def _message(self, client, _, message: mqtt.MQTTMessage) -> None:
        self._room.acquire()
        came = Came(message.topic, bytes(message.payload), message.retain,
                    self._clock.now_ms(), self._connection, message.mid)  # fmt: skip
        if not self._running:
            return
        self._came.append(came)
        if not self._news.is_set():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._news.set)


class Broker:
    """Both sessions. health.broker tells of the present one: by it silence is judged."""

    def __init__(self, settings: Settings, clock: Clock, health: Health):
        self._health = health
        self._shown = "{}:{}".format(*settings.broker)
        self._settings = settings
        self._clock = clock

    def start(self) -> None:
        records, present = {"event": 1, "track": 1}, {"status": 1, "state": 0, "reply": 1}
        self.records = Session(self._settings, self._clock, "records", records, True)
        self.present = Session(self._settings, self._clock, "present", present, False)
        self.present.changed = self._changed
        self.records.start()
        self.present.start()

    async def stop(self) -> None:
        """Both at once: one that waits for its next try takes a second to notice."""
        sessions = (self.records, self.present)
        await asyncio.gather(*(asyncio.to_thread(session.stop) for session in sessions))

    def _changed(self, connected: bool) -> None:
        if connected != self._health.broker.ok:
            log.log(logging.INFO if connected else logging.WARNING,
                    "The broker %s %s.", self._shown,
                    "is there" if connected else "is away")  # fmt: skip
        self._health.note(self._health.broker, connected)

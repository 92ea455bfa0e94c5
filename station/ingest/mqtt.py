"""The broker: two sessions of MQTT 3.1.1, or the second alone in a process that takes no records.

**records** (event, track): persistent, QoS 1, and the station acknowledges each message itself, in
the order of arrival [MQTT-4.6.0-2], once the message is committed. While the database is away this
session is closed: what the buses send stays with the broker, on its disk.
**present** (status, state, reply, fetch): clean. At each connect the broker sends the newest of
each (retained), and no older message. This session has a connection of its own, so that it never
waits for records: a broker sends only so many messages ahead of their acknowledgements (mosquitto:
20).
`state` has QoS 0 from the broker to the station: a newer state replaces a lost one anyway.

paho acknowledges by itself unless manual_ack is set; then ack() does (paho/mqtt/client.py). A
packet id is valid for one connection only: `connection` numbers them, and a message of an old
connection is never acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Callable

import paho.mqtt.client as mqtt

from station.clock import Clock
from station.ingest.broker_tls import hint, trusting
from station.ingest.came import Came as Came
from station.ingest.turns import Turns
from station.settings import Settings

log = logging.getLogger(__name__)
_KEEPALIVE_S = 30
_HOLD = 20_000
"""Messages in memory at most; then the broker has to wait."""
_OF_EACH = 200
"""Of these, messages of one bus of what is true now: the newest ones."""
_LOG_S = 60
_ROOT = "schoolbus/+/+/"
_OPTIONAL = {_ROOT + "reply", _ROOT + "fetch"}
"""Without them only policies and releases cannot be sent."""


class Session:
    """One client of the broker, with a thread of its own for the network."""

    def __init__(self, settings: Settings, clock: Clock, name: str, topics: dict[str, int],
                 persistent: bool, failed: Callable[[str], None],
                 changed: Callable[[bool], None] = lambda _: None):  # fmt: skip
        """topics: the QoS of each. failed: called in the session's thread with the reason why no
        connection comes about. changed: called in the event loop when the session is subscribed,
        or has lost its connection."""
        self._nodes = itertools.cycle((settings.broker, *settings.broker.more))
        self._clock = clock
        self._topics = [(_ROOT + topic, qos) for topic, qos in topics.items()]
        self._listening: dict[str, Callable[[bytes], None]] = {}
        self._no_connection = failed
        self._changed = changed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._came: deque[Came] = deque()
        self._turns = Turns(None if persistent else _OF_EACH)
        self._unanswered: deque[Came] = deque()
        """Of this connection, in the order of arrival."""
        self._done: set[int] = set()
        """Their packet ids, of those that are committed."""
        self._room = threading.Semaphore(_HOLD)
        self._filled = asyncio.Event()
        self._client: mqtt.Client
        self._logged_s = float(-_LOG_S)
        self._lock = threading.Lock()
        self._connection = 0
        self._running = False
        self._answered = False
        """The broker has let this connection in, or refused it in its own words."""
        self.ready = False
        """It is subscribed."""
        self._settings = settings
        self._name = name
        self._persistent = persistent

    def identify(self, own_id: str) -> None:
        """own_id: of the database. Two stations with one client id would take each other's
        messages. Before start()."""
        settings, persistent = self._settings, self._persistent
        parts = (settings.client_id, own_id, self._name)
        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id="-".join(filter(None, parts)),
            clean_session=not persistent,
            manual_ack=persistent,
        )
        if settings.broker_user:
            client.username_pw_set(settings.broker_user, settings.broker_password)
        if settings.broker_tls:
            client.tls_set_context(trusting(settings))
        client.reconnect_delay_set(1, 10)
        client.on_pre_connect = self._choose_node
        client.on_connect = self._connected
        client.on_connect_fail = self._failed
        client.on_disconnect = self._disconnected
        client.on_subscribe = self._subscribed
        client.on_message = self._message
        for topic, heard in self._listening.items():
            client.message_callback_add(topic, self._hands_to(heard))
        self._client = client

    def listen(self, topic: str, heard: Callable[[bytes], None]) -> None:
        """What comes at this topic goes to `heard`, in the event loop, and not to take(). Before
        identify()."""
        self._topics.append((topic, 1))
        self._listening[topic] = heard

    def start(self) -> None:
        if not self._running:
            self._running = True
            self._loop = asyncio.get_running_loop()
            host, port, *_ = next(self._nodes)
            self._client.connect_async(host, port, keepalive=_KEEPALIVE_S)
            self._client.loop_start()

    def stop(self) -> None:
        """For a persistent session the broker keeps what comes meanwhile."""
        if self._running:
            self._running = False
            self._room.release(_HOLD)  # the network's thread may wait for room
            self._client.disconnect()
            self._client.loop_stop()
            self._forget()
            self._came.clear()
            self._turns.clear()
            self._room = threading.Semaphore(_HOLD)

    async def take(self, most: int, waits: bool = True) -> list[Came]:
        """What has come, each bus in turn (station/ingest/turns.py); waits until a message
        comes."""
        while waits and not self._came and not self._turns:
            self._filled.clear()
            if not self._came:
                await self._filled.wait()
        with contextlib.suppress(IndexError):
            while True:
                came = self._came.popleft()
                dropped = self._turns.put(came)
                if dropped:
                    self._room.release(dropped)
                    self._note_flood(came.topic)
        taken = self._turns.take(most)
        if taken:
            self._room.release(len(taken))
        return taken

    def acknowledge(self, messages: list[Came]) -> None:
        """They are committed. One that others came before is answered after those. Messages of a
        connection that has broken come again."""
        with self._lock:
            mine = self._connection
            self._done.update(one.mid for one in messages if one.connection == mine)
            while self._unanswered and self._unanswered[0].mid in self._done:
                mid = self._unanswered.popleft().mid
                self._done.discard(mid)
                self._client.ack(mid, 1)

    def oldest_ms(self) -> int | None:
        """When the oldest message came that is not committed yet."""
        with self._lock:
            return self._unanswered[0].heard_ms if self._unanswered else None

    def _note_flood(self, topic: str) -> None:
        if time.monotonic() >= self._logged_s + _LOG_S:
            self._logged_s = time.monotonic()
            log.warning("More messages come under %s than the station can read: the newest %d of "
                        "them count.", topic, _OF_EACH)  # fmt: skip

    def _forget(self) -> None:
        """The connection is over: its packet ids mean nothing any more."""
        with self._lock:
            self._connection += 1
            self._unanswered.clear()
            self._done.clear()

    def publish(self, topic: str, payload: str | bytes, retain: bool = True) -> None:
        """QoS 1: paho sends it again until the broker has it."""
        self._client.publish(topic, payload, qos=1, retain=retain)

    def _choose_node(self, client, _) -> None:
        """paho begins a connection: each time with the next node, so that the sessions find one
        that runs. It lets the address be changed only before the first one."""
        client._host, client._port = next(self._nodes)[:2]

    def _connected(self, client, _, flags, reason, properties) -> None:
        self._answered = True
        if reason.is_failure:
            log.warning("The broker refuses the connection: %s", reason)
            return
        client.subscribe(self._topics)

    def _subscribed(self, client, _, mid, reasons, properties) -> None:
        refused = [topic for (topic, _), reason in zip(self._topics, reasons, strict=False)
                   if reason.is_failure]  # fmt: skip
        if refused:
            log.error("The broker does not let this station read %s", ", ".join(refused))
        if not set(refused) - _OPTIONAL - set(self._listening):
            self._note(True)

    def _failed(self, client, _) -> None:
        """paho calls it while it handles the error."""
        error = sys.exc_info()[1]
        self._no_connection(getattr(error, "strerror", None) or str(error))

    def _disconnected(self, client, _, flags, reason, properties) -> None:
        self._forget()
        if self._running and not self._answered:
            self._no_connection(hint(self._settings))
        self._answered = False
        self._note(False)

    def _note(self, connected: bool) -> None:
        self.ready = connected
        self._call_in_loop(lambda: self._changed(connected))

    def _call_in_loop(self, work: Callable[[], None]) -> None:
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(work)

    def _hands_to(self, heard: Callable[[bytes], None]) -> Callable:
        return lambda client, _, message: self._call_in_loop(lambda: heard(bytes(message.payload)))

    def _message(self, client, _, message: mqtt.MQTTMessage) -> None:
        self._room.acquire()
        came = Came(message.topic, bytes(message.payload), message.retain,
                    self._clock.now_ms(), self._connection, message.mid)  # fmt: skip
        if not self._running:
            return
        if self._persistent:
            with self._lock:
                self._unanswered.append(came)
        self._came.append(came)
        if not self._filled.is_set():
            self._call_in_loop(self._filled.set)

"""What the city receives: an MQTT subscriber (paho) with a persistent session.

It gets only what the broker hands out, nothing that the simulator knows.
"""

from __future__ import annotations

import json
import os
import queue
import ssl
import threading
from typing import Any, NamedTuple

import paho.mqtt.client as mqtt

_READY_S = 10


class Heard(NamedTuple):
    """One message: schoolbus/<fleet>/<bus>/<name>."""

    bus: str
    name: str
    topic: str
    payload: bytes
    message: dict[str, Any]


class Subscriber:
    """Subscribes to a whole fleet with QoS 1; take() hands over what came, in order."""

    def __init__(self, host: str, port: int, fleet: str, tls: ssl.SSLContext | None = None):
        self._address = (host, port)
        self._tls = tls
        self._topic = f"schoolbus/{fleet}/#"
        self._came: queue.SimpleQueue[mqtt.MQTTMessage] = queue.SimpleQueue()
        self._ready = threading.Event()
        self._client = self._new_client(clean=False)
        self._client.on_connect = self._subscribe
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = lambda client, data, message: self._came.put(message)
        self._client.reconnect_delay_set(1, 2)

    def _new_client(self, clean: bool) -> mqtt.Client:
        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id=f"busguard-city-{os.getpid()}",
            clean_session=clean,
        )
        if self._tls is not None:
            client.tls_set_context(self._tls)
        return client

    def _subscribe(self, client, data, flags, reason, properties):
        client.subscribe(self._topic, qos=1)

    def start(self) -> None:
        """Returns once subscribed; OSError if the broker does not answer in time."""
        self._client.connect(*self._address, keepalive=30)
        self._client.loop_start()
        if not self._ready.wait(_READY_S):
            self._client.loop_stop()
            raise OSError("it took the connection but no subscription")

    def take(self) -> list[Heard]:
        """Everything that came since the last call."""
        heard = []
        for _ in range(self._came.qsize()):
            message = self._came.get()
            _, _, bus, name = message.topic.split("/", 3)
            payload = bytes(message.payload)
            try:
                body = json.loads(payload)
            except ValueError:  # anybody may publish; an empty one clears a retained message
                continue
            if isinstance(body, dict):
                heard.append(Heard(bus, name, message.topic, payload, body))
        return heard

    def stop(self) -> None:
        """Leave, and let the broker forget the session."""
        self._client.disconnect()
        self._client.loop_stop()
        forget = self._new_client(clean=True)
        try:
            forget.connect(*self._address)
            forget.loop()
            forget.disconnect()
        except OSError:
            pass  # the broker is gone, and the session with it

"""A bus that answers commands, for the tests of the station."""

import json
import threading

import paho.mqtt.client as mqtt
from schemas import validate
from signatures import is_the_citys
from station_told import ROOT


class Bus:
    """Answers each request by `answer`: (ok, sentence), or None: it is in a tunnel."""

    def __init__(self, broker, answer):
        self.requests, self._answer, hears = [], answer, threading.Event()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.on_message = self._took
        self._client.on_subscribe = lambda *_: hears.set()
        self._client.connect(broker.host, broker.port)
        self._client.subscribe(ROOT + "cmd/#", 1)
        self._client.loop_start()
        assert hears.wait(10)

    def _took(self, client, _, message):
        assert not message.retain
        validate(message.topic, message.payload)
        request = json.loads(message.payload)
        name = message.topic.rsplit("/", 1)[1]
        assert is_the_citys(name, message.payload)
        self.requests.append((name, request))
        for ident in ("another one's", request["id"]):
            if self._answer is not None:
                ok, sentence = self._answer
                reply = {"v": 1, "id": ident, "ok": ok, "message": sentence}
                client.publish(ROOT + "reply", json.dumps(reply), 1)

    def leave(self):
        self._client.disconnect()
        self._client.loop_stop()

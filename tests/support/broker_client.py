"""One client of a secured broker, as a bus, a station, or somebody who attacks it."""

from __future__ import annotations

import ssl
import threading
import time

import paho.mqtt.client as mqtt
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)


def pem_files(folder, name, identity):
    """An identity's certificate and key -> the paths of two files, for Python's ssl."""
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    made = x509.load_der_x509_certificate(identity.cert)
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    private = load_der_private_key(identity.key, None)
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key.write_bytes(private.private_bytes(*form))
    return certificate, key


class Client:
    """Connects; `refused` says why not, or is None. It does not connect again by itself."""

    def __init__(self, port, client_id, *, ca=None, pair=None, login=None, clean=True, will=None):
        self.heard, self.acknowledged, self.granted = [], set(), {}
        self.refused, self.lost = None, threading.Event()
        self._answered = threading.Event()
        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id, clean_session=clean,
            reconnect_on_failure=False,
        )  # fmt: skip
        if ca is not None:
            context = ssl.create_default_context(cafile=ca)
            if pair is not None:
                context.load_cert_chain(*pair)
            client.tls_set_context(context)
        if login is not None:
            client.username_pw_set(*login)
        if will is not None:
            client.will_set(*will)
        client.on_connect = self._connected
        client.on_disconnect = self._ended
        client.on_message = lambda _, __, message: self.heard.append(
            (message.topic, message.payload.decode())
        )
        client.on_publish = lambda _, __, mid, *___: self.acknowledged.add(mid)
        client.on_subscribe = lambda _, __, mid, reasons, ___: self.granted.update(
            {mid: not reasons[0].is_failure}
        )
        self._client = client
        try:
            client.connect("127.0.0.1", port, keepalive=30)
            client.loop_start()
            if not self._answered.wait(10):
                self.refused = "it did not answer"
        except OSError as error:
            self.refused = str(error)

    def _connected(self, client, _, flags, reason, __):
        self.refused = str(reason) if reason.is_failure else None
        self._answered.set()

    def _ended(self, client, _, flags, reason, __):
        if not self._answered.is_set():
            self.refused = str(reason)
        self.lost.set()
        self._answered.set()

    def hear(self, topic, qos=1):
        """Subscribes; what came to be is heard only by what arrives."""
        _, mid = self._client.subscribe(topic, qos)
        until(lambda: mid in self.granted or self.lost.is_set())

    def say(self, topic, text, retain=False):
        """Returns when the broker has taken it, or dropped it, or the client."""
        mid = self._client.publish(topic, text, 1, retain).mid
        until(lambda: mid in self.acknowledged or self.lost.is_set())

    def vanishes(self):
        """Without a DISCONNECT: the will is published."""
        self._client.socket().close()

    def leave(self):
        self._client.disconnect()
        self._client.loop_stop()


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)

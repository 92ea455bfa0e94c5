"""The broker: whether it lets the station in, lets it read, and how long its certificate lasts."""

from __future__ import annotations

import asyncio
import secrets
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import paho.mqtt.client as mqtt

from station.doctor.finding import Finding
from station.doctor.keys import ending
from station.ingest.broker_tls import trusting
from station.settings import Address, Settings

_WITHIN_S = 5
_TOPICS = [
    f"schoolbus/+/+/{name}" for name in ("event", "track", "status", "state", "reply", "fetch")
]
_NEEDED = 4
"""Without the last two only policies and releases cannot be sent."""


async def look(settings: Settings, now_ms: int) -> list[Finding]:
    nodes = (settings.broker, *settings.broker.more)
    looks = [asyncio.to_thread(list, _look(settings, node, now_ms)) for node in nodes]
    of_each = await asyncio.gather(*looks)
    found = [one for of_one in of_each for one in of_one]
    if len(nodes) > 1:
        lets_in = sum(all(one.state != "wrong" for one in of_one) for of_one in of_each)
        found.append(
            Finding(
                "broker",
                "ok" if lets_in == len(nodes) else "wrong",
                f"{lets_in} of {len(nodes)} brokers of STATION_BROKER serve the station.",
            )
        )
    return found


def _look(settings: Settings, node: Address, now_ms: int) -> Iterator[Finding]:
    seen = _Seen()
    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2, client_id=f"busguard-doctor-{secrets.token_hex(4)}"
    )
    if settings.broker_user:
        client.username_pw_set(settings.broker_user, settings.broker_password)
    if settings.broker_tls:
        client.tls_set_context(trusting(settings))
    client.on_connect, client.on_subscribe = seen.connected, seen.subscribed
    client.on_disconnect = seen.disconnected
    where = f"The broker {node.host}:{node.port}"
    try:
        client.connect_timeout = _WITHIN_S
        client.connect(node.host, node.port)
        certificate = _certificate(client)
        client.loop_start()
        seen.done.wait(_WITHIN_S)
    except ssl.SSLCertVerificationError as error:
        yield Finding(
            "broker",
            "wrong",
            f"{where} cannot prove its name "
            f"({error.verify_message}): look at STATION_BROKER_CA and at the broker's "
            "certificate.",
        )
        return
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        yield Finding(
            "broker",
            "wrong",
            f"{where} cannot be reached: {why}. Start it, or correct STATION_BROKER.",
        )
        return
    finally:
        client.disconnect()
        client.loop_stop()
    yield seen.finding(where)
    if certificate:
        ends_ms = ssl.cert_time_to_seconds(certificate["notAfter"]) * 1000
        yield ending(
            "broker TLS", f"{where}'s certificate", ends_ms, now_ms, "make the broker another one"
        )
    elif not settings.broker_tls and node.host not in ("127.0.0.1", "::1", "localhost"):
        yield Finding(
            "broker TLS",
            "look",
            f"{where} is on another computer, and the station "
            "speaks to it without TLS: everybody on the way can read and change what the "
            "buses report. Use mqtts:// (docs/station.md).",
        )


def _certificate(client: mqtt.Client) -> dict[str, Any] | None:
    there = client.socket()
    return there.getpeercert() if isinstance(there, ssl.SSLSocket) else None


class _Seen:
    """What the broker answers."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self._refusal: str | None = None
        self._is_in = False
        self._not_read: list[str] = []

    def connected(self, client, _, flags, reason, properties) -> None:
        if reason.is_failure:
            self._refusal = str(reason)
            self.done.set()
        else:
            self._is_in = True
            client.subscribe([(topic, 0) for topic in _TOPICS])

    def subscribed(self, client, _, mid, reasons, properties) -> None:
        self._not_read = [
            topic for topic, reason in zip(_TOPICS, reasons, strict=False) if reason.is_failure
        ]
        self.done.set()

    def disconnected(self, client, _, flags, reason, properties) -> None:
        self.done.set()

    def finding(self, where: str) -> Finding:
        if self._refusal is not None:
            return Finding(
                "broker",
                "wrong",
                f"{where} refuses the station ({self._refusal}): "
                "look at STATION_BROKER_USER, STATION_BROKER_PASSWORD and at the "
                "broker's own list.",
            )
        if not self._is_in:
            return Finding(
                "broker",
                "wrong",
                f"{where} ends the connection without an answer: it "
                "may speak TLS alone (mqtts://...), or want the station's certificate "
                "(STATION_BROKER_CERT, STATION_BROKER_KEY).",
            )
        if self._not_read:
            needed = set(self._not_read) & set(_TOPICS[:_NEEDED])
            return Finding(
                "broker rights",
                "wrong" if needed else "look",
                f"{where} does not let "
                f"the station read {', '.join(self._not_read)}: write its "
                "configuration anew (python -m station broker).",
            )
        return Finding("broker", "ok", f"{where} answers, and lets the station read everything.")

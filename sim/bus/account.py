"""The account of one bus: what its journals confirmed, against what the city has (P1, P2)."""

from __future__ import annotations

import base64
import hmac
import json
import struct
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from firmware.journal.journal import KIND_EVENT
from firmware.messages import POSITION_FORMAT
from sim.bus.vehicle import Vehicle

Arrival = tuple[int, str, bytes]
"""(ms, topic, payload), as Peer.city keeps it."""
Key = tuple[str, int]
"""(epoch, seq): the city takes each record of this bus once, by this key."""

_UNKNOWN = 0xFFFF
_SEAL = 21  # bytes at the end of a sealed message


class Confirmed(NamedTuple):
    at_ms: int
    lane: int
    kind: int
    payload: bytes


class Account:
    def __init__(self, config: dict[str, Any], mac_key: bytes | None = None):
        """mac_key: what the city takes has to be sealed with it (check); None: not at all."""
        self._root = f"schoolbus/{config['fleet']}/{config['bus']}/"
        self._mac_key = mac_key
        self.confirmed: dict[Key, Confirmed] = {}
        self.torn: dict[Key, Confirmed] = {}
        """Appends that a power cut broke off, or that were refused: the city may or may not have
        these."""
        self._refused: set[Key] = set()
        """Keys of appends that raised: the same record is tried again under the same key."""

    def watch(self, vehicle: Vehicle) -> None:
        """From now on every record that this boot's journal confirms is on the account."""
        assert vehicle.bus is not None
        journal = vehicle.bus.journal
        append = journal.append

        def counted(lane: int, kind: int, payload: bytes) -> int:
            if journal.epoch is None:
                return append(lane, kind, payload)  # which raises
            key = (journal.epoch, journal.next_seq)
            is_new = key not in self.torn or key in self._refused
            assert key not in self.confirmed and is_new, f"{key} given out twice"
            record = Confirmed(vehicle.now_ms, lane, kind, bytes(payload))
            if not journal.is_in_doubt:  # else the one before may stand there, unread as yet
                self.torn[key] = record
            try:
                seq = append(lane, kind, payload)
            except OSError:
                self._refused.add(key)
                raise
            assert (journal.epoch, seq) == key
            self.confirmed[key] = self.torn.pop(key)
            return seq

        journal.append = counted

    def journalled(self) -> list[dict]:
        """Every confirmed event, as its message will read, in the order of confirmation."""
        return [
            _event(key, record.payload)
            for key, record in self.confirmed.items()
            if record.kind == KIND_EVENT
        ]

    def events(self, city: Iterable[Arrival]) -> list[dict]:
        """Events that the city has, the first time each."""
        return [json.loads(payload) for _, payload in self._taken(city, "event")]

    def missing(self, city: Iterable[Arrival]) -> int:
        return len(self.confirmed.keys() - {key for key, _ in self._records(city)})

    def check(self, city: Iterable[Arrival]) -> None:
        """AssertionError if what the city took, each record once, is not what was confirmed."""
        city = list(city)
        for _, topic, payload in city:
            if topic.startswith(self._root) and "/cmd/" not in topic:
                assert self._is_sealed_rightly(topic, payload), f"{topic}: {payload!r}"
        last: dict[tuple[str, int], int] = {}
        for key, body in self._records(city):
            record = self.confirmed.get(key) or self.torn.get(key)
            assert record is not None, f"{key} reached the city and was never appended"
            expected = _as_heard(key, record)
            assert body == expected, f"{key} was changed on its way: {body!r}, not {expected!r}"
            epoch, seq = key
            lane = (epoch, record.lane)
            assert seq > last.get(lane, 0), f"{key} came out of order in its lane"
            last[lane] = seq

    def repeats(self, city: Iterable[Arrival]) -> int:
        """How many records came more than once; the city takes each once."""
        city = list(city)
        return sum(1 for _ in self._all(city)) - sum(1 for _ in self._records(city))

    def _is_sealed_rightly(self, topic: str, payload: bytes) -> bool:
        if self._mac_key is None:
            return b'"mac":' not in payload
        content, tail = payload[:-_SEAL], payload[-_SEAL:]
        mac = hmac.digest(self._mac_key, topic.encode() + b"\n" + content, "sha256")[:8]
        return tail == b',"mac":"' + base64.b64encode(mac)[:11] + b'"}'

    def _without_seal(self, payload: bytes) -> bytes:
        return payload if self._mac_key is None else payload[:-_SEAL] + b"}"

    def _taken(self, city: Iterable[Arrival], name: str) -> Iterator[tuple[Key, bytes]]:
        """Messages of one topic whose first record is new."""
        seen: set[Key] = set()
        for _, topic, payload in city:
            if topic == self._root + name:
                message = json.loads(payload)
                key = (message["epoch"], message["seq"])
                if key not in seen:
                    seen.add(key)
                    yield key, payload

    def _records(self, city: Iterable[Arrival]) -> Iterator[tuple[Key, Any]]:
        """Each record once, in the order of its first arrival."""
        seen: set[Key] = set()
        for key, body in self._all(city):
            if key not in seen:
                seen.add(key)
                yield key, body

    def _all(self, city: Iterable[Arrival]) -> Iterator[tuple[Key, Any]]:
        for _, topic, payload in city:
            if topic == self._root + "event":
                message = json.loads(payload)
                yield (message["epoch"], message["seq"]), self._without_seal(payload)
            elif topic == self._root + "track":
                message = json.loads(payload)
                for number, row in enumerate(_rows(message)):
                    yield (message["epoch"], message["seq"] + number), row


def _rows(message: dict) -> Iterator[tuple]:
    """The positions of a `track` message: (utc_s, lat_e7, lon_e7, speed in 0.1 km/h, heading)."""
    at = message["t"], message["lat"], message["lon"]
    positions = 0
    for lat, lon, bits in struct.iter_unpack(">hhI", base64.b64decode(message["d"], validate=True)):
        if lat == -0x8000:  # a pause
            at = at[0] + bits, at[1], at[2]
            continue
        positions += 1
        at = at[0] + (bits >> 21), at[1] + 10 * lat, at[2] + 10 * lon
        speed, heading = bits >> 9 & 0xFFF, bits & 0x1FF
        yield *at, None if speed == 0xFFF else speed, None if heading == 0x1FF else heading
    assert positions == message["n"]


def _as_heard(key: Key, record: Confirmed) -> Any:
    if record.kind == KIND_EVENT:
        return b'{"v":1,"epoch":"%s","seq":%d,' % (key[0].encode(), key[1]) + record.payload
    seconds, lat, lon, speed, heading = struct.unpack(POSITION_FORMAT, record.payload)
    return (
        seconds,
        (lat + 5) // 10 * 10,  # sent to 1e-6 degree
        (lon + 5) // 10 * 10,
        None if speed == _UNKNOWN else min(speed, 4094),
        None if heading == _UNKNOWN else heading,
    )


def _event(key: Key, body: bytes) -> dict:
    return {"v": 1, "epoch": key[0], "seq": key[1], **json.loads(b"{" + body)}

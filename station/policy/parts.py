"""Cuts a policy pack into messages that a bus can take (docs/mqtt.md, cmd/policy). What is signed
is the offer; its digest stands for the parts.

The simulator uses it as well, so that its buses get a policy as the station sends it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

PACKET_BYTES = 1024
PACK_BYTES = 131_072
MOST_PARTS = 1000
MOST_CHARACTERS = 800
_NAME = "x" * 32
_HEAD = 3 + 2 + 2  # fixed header, length of the topic, packet id (MQTT 3.1.1, 3.3)


class Parts:
    """ValueError: no bus can take this text."""

    def __init__(self, text: str):
        if len(text.encode()) > PACK_BYTES:
            raise ValueError(f"The policy has {len(text.encode())} bytes; a bus takes at most "
                             f"{PACK_BYTES}.")  # fmt: skip
        self.sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.hash = self.sha256[:8]
        self._pieces = _cut(text, _room(self.sha256))
        if len(self._pieces) > MOST_PARTS:
            raise ValueError(f"The policy makes {len(self._pieces)} messages; a bus takes at "
                             f"most {MOST_PARTS}. Leave out names.")  # fmt: skip

    def __len__(self) -> int:
        return len(self._pieces)

    @property
    def offer(self) -> dict[str, Any]:
        """What cmd/policy says, besides what every command says."""
        return {"sha256": self.sha256, "parts": len(self)}

    def payload(self, number: int, ident: str) -> str:
        """For cmd/part: part `number`, from 1. ident: at most 32 characters."""
        return _payload(ident, number, len(self._pieces), self.sha256, self._pieces[number - 1])


def topic(fleet: str, bus: str, name: str = "part") -> str:
    return f"schoolbus/{fleet}/{bus}/cmd/{name}"


def _payload(ident: str, part: int, parts: int, sha256: str, data: str) -> str:
    body = {"v": 1, "id": ident, "part": part, "parts": parts, "sha256": sha256, "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _room(sha256: str) -> int:
    """Bytes for the data, escapes included, with the longest names of a fleet and a bus."""
    empty = _payload(_NAME, MOST_PARTS, MOST_PARTS, sha256, "")
    return PACKET_BYTES - _HEAD - len(topic(_NAME, _NAME)) - len(empty)


def _cut(text: str, room: int) -> list[str]:
    sizes = {one: len(json.dumps(one, ensure_ascii=False).encode()) - 2 for one in set(text)}
    pieces, begin, size = [], 0, 0
    for at, character in enumerate(text):
        more = sizes[character]
        if size + more > room or at - begin == MOST_CHARACTERS:
            pieces.append(text[begin:at])
            begin, size = at, 0
        size += more
    return [*pieces, text[begin:]]

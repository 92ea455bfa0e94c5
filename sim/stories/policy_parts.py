"""How the city sends a policy pack: cut into messages for cmd/policy (docs/mqtt.md)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

PART_CHARACTERS = 600


def messages(pack: dict[str, Any] | str, request: str = "policy") -> list[bytes]:
    """The payloads, in order; each is sent when the one before it has been answered."""
    text = pack if isinstance(pack, str) else json.dumps(pack, ensure_ascii=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    pieces = [text[at : at + PART_CHARACTERS] for at in range(0, len(text), PART_CHARACTERS)]
    return [
        json.dumps(
            {
                "v": 1,
                "id": f"{request}-{number}",
                "part": number,
                "parts": len(pieces),
                "sha256": digest,
                "data": piece,
            }
        ).encode()
        for number, piece in enumerate(pieces, 1)
    ]

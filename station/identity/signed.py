"""A command as a bus takes it: whom it is for, its number and its end, and the city's signature
over its exact bytes (docs/mqtt.md, Commands)."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_DOMAIN = b"busguard-cmd\n"


def signed(
    key: Ed25519PrivateKey,
    name: str,
    body: dict[str, Any],
    *,
    ident: str,
    to: str,
    n: int,
    until_s: int,
    by: str,
) -> bytes:
    """-> the payload for cmd/<name>. to: fleet/bus, or fleet. by: who asked for it."""
    head = {"v": 1, "id": ident, "for": to, "n": n, "until": until_s, "by": by, **body}
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1].encode()
    signature = key.sign(_DOMAIN + name.encode() + b"\n" + text)
    return text + b',"sig":"' + b64encode(signature)[:86] + b'"}'


def public_hex(key: Ed25519PrivateKey) -> str:
    """What a bus knows of it: 64 hex digits."""
    return key.public_key().public_bytes_raw().hex()

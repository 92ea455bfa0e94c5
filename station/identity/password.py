"""A bus's password, where a broker knows no certificates, and how brokers keep it: as hashes.

It is random and longer than 128 bits, so its hashes need not be slow: nobody can try them all.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

import bcrypt

_ITERATIONS = 101
"""mosquitto's own number."""
_ROUNDS = 5


def new_password() -> str:
    return secrets.token_urlsafe(24)


def hashes_of(password: str) -> dict[str, str]:
    """By kind of broker."""
    return {"mosquitto": _mosquitto(password), "nats": _nats(password)}


def _mosquitto(password: str) -> str:
    """$7$: PBKDF2 with HMAC-SHA512, as mosquitto_passwd writes it (mosquitto 2)."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    parts = (base64.b64encode(part).decode() for part in (salt, digest))
    return "$".join(["", "7", str(_ITERATIONS), *parts])


def _nats(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(_ROUNDS)).decode()

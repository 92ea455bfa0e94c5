"""Held against the firmware's own verification: what the station signs, a bus obeys."""

from base64 import b64decode

from firmware.ed25519 import verify
from sim.bus.city import City

_TAIL = 96


def is_right(key: bytes, message: bytes, signature: bytes) -> bool:
    work = verify(key, message, signature)
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def is_the_citys(name: str, payload: bytes, city: City | None = None) -> bool:
    """A command for cmd/<name>, by its bytes."""
    tail = payload[-_TAIL:]
    assert tail.startswith(b',"sig":"') and tail.endswith(b'"}'), tail
    signed = b"busguard-cmd\n" + name.encode() + b"\n" + payload[:-_TAIL]
    key = bytes.fromhex((city or City()).public)
    return is_right(key, signed, b64decode(tail[8:-2] + b"=="))

"""Seal: the bus signs what it sends, so that nobody else can speak in its name (docs/mqtt.md).

HMAC-SHA256 (RFC 2104, FIPS 198-1) by the bus's key over topic and payload, cut to 8 bytes. The
sha256 of MicroPython cannot be copied, so the padded keys are kept, and not their digests.
"""

from binascii import b2a_base64
from hashlib import sha256

from micropython import const

BYTES = const(20)  # that a seal adds to a message
_BLOCK = const(64)
_CUT = const(8)
_CHARACTERS = const(11)  # base64 of 8 bytes, without its "="


class Hmac:
    """HMAC-SHA256 by one key."""

    def __init__(self, key):
        """key: bytes, of any length."""
        if len(key) > _BLOCK:
            key = sha256(key).digest()
        key += bytes(_BLOCK - len(key))
        self._inner = bytes([byte ^ 0x36 for byte in key])
        self._outer = bytes([byte ^ 0x5C for byte in key])

    def digest(self, *parts):
        """bytes one behind another -> 32 bytes."""
        inner = sha256(self._inner)
        for part in parts:
            inner.update(part)
        outer = sha256(self._outer)
        outer.update(inner.digest())
        return outer.digest()


class Seal:
    """The same message gets the same seal, however often it is sent."""

    def __init__(self, key):
        """key: bytes, `mac_key` of the Identity."""
        self._hmac = Hmac(key)

    def sealed(self, topic, payload):
        """bytes, payload a JSON object -> the object with `mac` as its last member."""
        content = payload[:-1]
        mac = self._hmac.digest(topic, b"\n", content)[:_CUT]
        return b"".join((content, b',"mac":"', b2a_base64(mac)[:_CHARACTERS], b'"}'))

"""City: makes the commands that a bus obeys, and those of somebody who has only the broker."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from firmware.identity import Identity
from sim.bus.identities import identity_for
from station.identity.signed import public_hex, signed

BY = "somchai"
FOREVER_S = 2**31 - 1


class City:
    """n: the number of the last command. seed: another one is another city's key."""

    def __init__(self, seed: int = 1):
        self._key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.n = 0

    @property
    def public(self) -> str:
        return public_hex(self._key)

    @property
    def pem(self) -> str:
        """The private key, as a station takes it (STATION_CITY_KEY)."""
        form = serialization.PrivateFormat.PKCS8
        plain = serialization.NoEncryption()
        return self._key.private_bytes(serialization.Encoding.PEM, form, plain).decode()

    def command(
        self,
        name: str,
        body: dict[str, Any] | None = None,
        *,
        ident: str = "a",
        to: str = "laemchabang/bus-01",
        n: int | None = None,
        until_s: int = FOREVER_S,
        by: str = BY,
    ) -> bytes:
        """-> payload for cmd/<name>. n: instead of the next number."""
        if n is None:
            n = self.n = self.n + 1
        return signed(self._key, name, body or {}, ident=ident, to=to, n=n, until_s=until_s, by=by)

    def identity(self, config: dict[str, Any]) -> Identity:
        """Of the bus of these settings, which obeys this city."""
        return identity_for(config, city_keys=[self.public])

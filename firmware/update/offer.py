"""Offer: the release that the city has offered with cmd/release, kept across resets."""

from binascii import unhexlify

from micropython import const

from firmware.jsonstrict import parse
from firmware.update import kept

KEPT = "update.json"
_LONGEST = const(1000)  # bytes of a manifest
_HEX = "0123456789abcdef"
_SHORT = const(16)


class Offer:
    """digest: 32 bytes, SHA-256 of the manifest; short: str, its first 16 hex digits; size: bytes
    of the manifest; until_s: UTC, the bus may change over until then; downgrade, again: bool."""

    def __init__(self, given):
        """given: dict, the command or what was kept. ValueError, with a sentence."""
        digest, size, until_s = given.get("manifest"), given.get("bytes"), given.get("until")
        if not isinstance(digest, str) or len(digest) != 64 or not all(c in _HEX for c in digest):
            raise ValueError('"manifest" has to be 64 hex digits, or null.')
        if type(size) is not int or not 1 <= size <= _LONGEST:
            raise ValueError('"bytes" has to be a whole number from 1 to %d.' % _LONGEST)
        if type(until_s) is not int:
            raise ValueError('"until" has to be a whole number.')
        for name in ("downgrade", "again"):
            if given.get(name, True) is not True:
                raise ValueError('"%s" has to be true, or absent.' % name)
        self.digest = unhexlify(digest)
        self.short = digest[:_SHORT]
        self.size = size
        self.until_s = until_s
        self.downgrade = "downgrade" in given
        self.again = "again" in given
        self._kept = {"manifest": digest, "bytes": size, "until": until_s}
        for name in ("downgrade", "again"):
            if name in given:
                self._kept[name] = True

    def keep(self, files):
        """OSError: it was not kept."""
        kept.replace(files, KEPT, self._kept)


def read(files):
    """-> the Offer that was kept; None: there is none, or it is damaged: the city offers again."""
    try:
        return Offer(parse(kept.read(files, KEPT)))
    except (OSError, ValueError, AttributeError):
        return None

"""manifest.json of a slot, as `make deploy` writes it too (tools/slots.py): boot.py starts no slot
without it."""

from binascii import hexlify
from hashlib import sha256

MANIFEST = "manifest.json"


def slot_manifest(files):
    """files: [(name, bytes, SHA-256)] in the order of their names -> bytes."""
    lines = sha256()
    for name, _, digest in files:
        lines.update(hexlify(digest) + b" " + name.encode() + b"\n")
    return b'{"files": %d, "sha256": "%s"}' % (len(files), hexlify(lines.digest()))

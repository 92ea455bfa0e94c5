"""manifest.json of a slot: boot.py starts no slot without it. `make deploy` writes the same
(tools/slots.py)."""

from binascii import hexlify
from hashlib import sha256

MANIFEST = "manifest.json"


def slot_manifest(files):
    """files: [(name, length, SHA-256)] in the order of their names -> bytes. The length is not
    looked at."""
    lines = sha256()
    for name, _, digest in files:
        lines.update(hexlify(digest) + b" " + name.encode() + b"\n")
    return b'{"files": %d, "sha256": "%s"}' % (len(files), hexlify(lines.digest()))

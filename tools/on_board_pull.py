"""Runs on a board, at its prompt: tools/pull.py sends this file. Each function is one command.

It prints what it finds, one line each. No secret of the bus's identity is ever printed. `journal`
is the partition, which pull.py puts there.
"""

import binascii
import hashlib
import json
from binascii import a2b_base64 as decoded  # noqa: F401 - for what pull.py sends

journal = None
buffer = bytearray(4096)
empty = b"\xff" * 4096
whole = hashlib.sha256()
sectors = []  # SHA-256 of each
SHOWN = ("v", "fleet", "bus", "serial", "at", "user", "city_keys", "ca", "cert")


def send_block(number):
    journal.readblocks(number, buffer, 0)
    whole.update(buffer)
    sectors.append(hashlib.sha256(buffer).digest())
    print("" if buffer == empty else binascii.b2a_base64(buffer).decode().strip())


def identity():
    """dict of identity.json, or None."""
    try:
        with open("/identity.json") as file:
            known = json.load(file)
        return known if known["serial"] and len(known["mac_key"]) == 64 else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def send_identity():
    known = identity()
    if known:
        print(json.dumps({name: known[name] for name in SHOWN if name in known}))


def send_seal(before, after):
    """before, after: what the file says of itself, around the list of the sectors' digests."""
    said = hashlib.sha256(before)
    for number, digest in enumerate(sectors):
        said.update(b',"' if number else b'"')
        said.update(binascii.hexlify(digest))
        said.update(b'"')
    said.update(after)
    key = binascii.unhexlify(identity()["mac_key"]) + bytes(32)  # HMAC-SHA256, RFC 2104
    inner = hashlib.sha256(bytes([byte ^ 0x36 for byte in key]))
    inner.update(b"busguard-evidence\n")
    inner.update(said.digest())
    outer = hashlib.sha256(bytes([byte ^ 0x5C for byte in key]))
    outer.update(inner.digest())
    print(binascii.hexlify(outer.digest()).decode())

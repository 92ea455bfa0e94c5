"""Signature: how a signed text ends, `,"sig":"<86 characters>"}` (docs/mqtt.md, Commands)."""

from binascii import a2b_base64, b2a_base64

from micropython import const

TAIL = const(96)  # bytes
_HEAD = b',"sig":"'
_END = b'"}'


def signature_of(payload):
    """bytes -> 64 bytes, or None: it does not end as it has to. Base64 has one form here."""
    tail = payload[-TAIL:]
    if not tail.startswith(_HEAD) or not tail.endswith(_END):
        return None
    text = tail[len(_HEAD) : -len(_END)]
    try:
        signature = a2b_base64(text + b"==")
    except ValueError:
        return None
    is_same = len(text) == 86 and b2a_base64(signature) == text + b"==\n"
    return signature if is_same else None

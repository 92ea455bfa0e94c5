"""The JSON text of a command, read strictly (RFC 8259): what is no JSON is refused.

MicroPython's json takes `{"v" 1 "id" "a"`, `01` and any escape. A bus must not do what the
simulator refuses, so the whole text is checked before json reads it.
"""

import json

from micropython import const

from firmware.utf8 import is_utf8, paired

_DEEPEST = const(16)  # objects and lists in each other
_WORDS = (b"true", b"false", b"null")
_SPACE = b" \t\n\r"
_DIGITS = b"0123456789"
_ESCAPES = b'"\\/bfnrtu'
_QUOTE, _COMMA, _COLON, _BACKSLASH = const(0x22), const(0x2C), const(0x3A), const(0x5C)
_LIST, _OBJECT = const(0x5B), const(0x7B)


def parse(payload):
    """bytes -> the value. Raises ValueError if the text is no JSON in UTF-8."""
    if not is_utf8(payload, 0, len(payload)):
        raise ValueError("not UTF-8")
    text = paired(payload)
    buf = text + b"\x00"  # a byte that may stand nowhere: no index runs over the end
    if _space(buf, _value(buf, _space(buf, 0), 0)) != len(text):
        raise ValueError("more text after the end")
    return json.loads(text)


def _value(buf, at, depth):
    """-> the index behind the value that begins at `at`."""
    first = buf[at]
    if first == _QUOTE:
        return _string(buf, at + 1)
    if first in (_OBJECT, _LIST):
        return _group(buf, at + 1, first, depth + 1)
    for word in _WORDS:
        if buf[at : at + len(word)] == word:
            return at + len(word)
    return _number(buf, at)


def _group(buf, at, opening, depth):
    """The rest of an object or a list."""
    if depth > _DEEPEST:
        raise ValueError("too deep")
    closing = opening + 2  # ASCII
    at = _space(buf, at)
    if buf[at] == closing:
        return at + 1
    while True:
        if opening == _OBJECT:
            _is(buf, at, _QUOTE)
            at = _space(buf, _string(buf, at + 1))
            _is(buf, at, _COLON)
            at = _space(buf, at + 1)
        at = _space(buf, _value(buf, at, depth))
        if buf[at] == closing:
            return at + 1
        _is(buf, at, _COMMA)
        at = _space(buf, at + 1)


def _string(buf, at):
    while buf[at] != _QUOTE:
        if buf[at] < 0x20:
            raise ValueError("a string without an end")
        if buf[at] == _BACKSLASH:
            at += 1
            if buf[at] not in _ESCAPES:
                raise ValueError("an unknown escape")
        at += 1
    return at + 1


def _number(buf, at):
    at += buf[at : at + 1] == b"-"
    whole = at
    at = _digits(buf, at)
    if at > whole + 1 and buf[whole] == _DIGITS[0]:
        raise ValueError("a leading zero")
    if buf[at : at + 1] == b".":
        at = _digits(buf, at + 1)
    if buf[at : at + 1] in (b"e", b"E"):
        at += 1
        at += buf[at : at + 1] in (b"+", b"-")
        at = _digits(buf, at)
    return at


def _digits(buf, at):
    """One at least."""
    begin = at
    while buf[at] in _DIGITS:
        at += 1
    if at == begin:
        raise ValueError("no value")
    return at


def _space(buf, at):
    while buf[at] in _SPACE:
        at += 1
    return at


def _is(buf, at, byte):
    if buf[at] != byte:
        raise ValueError("a sign is missing")

"""The JSON text of a command or of bus.json, read strictly (RFC 8259): what is no JSON is refused.

MicroPython's json takes `{"v" 1 "id" "a"`, `01` and any escape, and names no place. A bus must not
do what the simulator refuses, so the whole text is checked before json reads it. A name that
appears twice in one object is refused too: taking either value would be a guess. So is a number of
more than 20 digits: CPython refuses one of 5,000 digits, and no setting needs as many.
"""

import json

from micropython import const

from firmware.utf8 import is_utf8, paired

_DEEPEST = const(16)  # objects and lists in each other
_LONGEST = const(20)  # number, without its sign
_WORDS = (b"true", b"false", b"null")
_SPACE = b" \t\n\r"
_DIGITS = b"0123456789"
_ESCAPES = b'"\\/bfnrtu'
_QUOTE, _COMMA, _COLON, _BACKSLASH = const(0x22), const(0x2C), const(0x3A), const(0x5C)
_LIST, _OBJECT, _CODE = const(0x5B), const(0x7B), const(0x75)
_NAMES = {_QUOTE: "quotation mark", _COMMA: "comma", _COLON: "colon"}


class NotJson(ValueError):
    """`at`: the index of the byte where the text stops being JSON."""

    at = 0


def parse(payload):
    """bytes -> the value. Raises NotJson if the text is no JSON in UTF-8."""
    buf = payload + b"\x00"  # a byte that may stand nowhere: no index runs over the end
    end = _space(buf, _value(buf, _space(buf, 0), 0))
    if end != len(payload):
        _fail(end, "more text after the end")
    return json.loads(paired(payload))


def place(payload, error):
    """-> str for a person: line and column of a NotJson, and what is wrong there."""
    at = error.at
    line = payload[:at].count(b"\n") + 1
    column = 1
    for byte in payload[payload[:at].rfind(b"\n") + 1 : at]:
        column += byte & 0xC0 != 0x80  # a character's further bytes
    what = "the text ends too early" if at >= len(payload) else str(error)
    return "line %d, column %d: %s" % (line, column, what)


def _fail(at, text):
    error = NotJson(text)
    error.at = at
    raise error


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
        _fail(at - 1, "too many brackets in each other")
    closing = opening + 2  # ASCII
    keys = []
    at = _space(buf, at)
    if buf[at] == closing:
        return at + 1
    while True:
        if opening == _OBJECT:
            _is(buf, at, _QUOTE)
            end = _string(buf, at + 1)
            key = json.loads(paired(buf[at:end]))
            if key in keys:
                _fail(at, 'the name "%s" appears twice' % key)
            keys.append(key)
            at = _space(buf, end)
            _is(buf, at, _COLON)
            at = _space(buf, at + 1)
        at = _space(buf, _value(buf, at, depth))
        if buf[at] == closing:
            return at + 1
        _is(buf, at, _COMMA)
        at = _space(buf, at + 1)


def _string(buf, at):
    begin, has_code = at, False
    while buf[at] != _QUOTE:
        if buf[at] < 0x20:
            _fail(at, "a text without an end")
        if buf[at] == _BACKSLASH:
            at += 1
            if buf[at] not in _ESCAPES:
                _fail(at, "an unknown escape")
            has_code = has_code or buf[at] == _CODE
        at += 1
    if not is_utf8(buf, begin, at):
        _fail(begin, "this text is not UTF-8")
    if has_code:
        try:
            paired(buf[begin:at])
        except ValueError as error:
            _fail(begin, str(error))
    return at + 1


def _number(buf, at):
    at += buf[at : at + 1] == b"-"
    whole = at
    at = _digits(buf, at)
    if at > whole + 1 and buf[whole] == _DIGITS[0]:
        _fail(whole, "a leading zero")
    if buf[at : at + 1] == b".":
        at = _digits(buf, at + 1)
    if buf[at : at + 1] in (b"e", b"E"):
        at += 1
        at += buf[at : at + 1] in (b"+", b"-")
        at = _digits(buf, at)
    if at - whole > _LONGEST:
        _fail(whole, "a number that is too long")
    return at


def _digits(buf, at):
    """One at least."""
    begin = at
    while buf[at] in _DIGITS:
        at += 1
    if at == begin:
        _fail(at, "no value")
    return at


def _space(buf, at):
    while buf[at] in _SPACE:
        at += 1
    return at


def _is(buf, at, byte):
    if buf[at] != byte:
        _fail(at, "a %s is missing" % _NAMES[byte])

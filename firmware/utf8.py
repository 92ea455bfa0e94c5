"""UTF-8 as the standard has it (RFC 3629), also in the strings of a JSON text (RFC 8259).

MicroPython's own decoders let overlong forms and surrogates pass, and of an escaped pair of
surrogates its json makes two characters that exist in no UTF-8.
"""

from micropython import const

_LEAD_2 = const(0xC2)  # lower ones are overlong
_LEAD_3 = const(0xE0)
_LEAD_4 = const(0xF0)
_LAST = const(0xF4)


def is_utf8(buf, at, end):
    """bytes, int, int -> bool: buf[at:end] is well-formed, every character whole."""
    while at < end:
        lead = buf[at]
        at += 1
        if lead < 0x80:
            continue
        if not _LEAD_2 <= lead <= _LAST:
            return False
        low, high = _second(lead)
        for _ in range(3 if lead >= _LEAD_4 else 2 if lead >= _LEAD_3 else 1):
            if at >= end or not low <= buf[at] <= high:
                return False
            low, high = 0x80, 0xBF
            at += 1
    return True


def paired(raw):
    """bytes with JSON's escapes -> the same, with each escaped pair of surrogates as UTF-8.

    Raises ValueError at half a pair, and at an escape that is too short.
    """
    at = raw.find(b"\\")
    while at >= 0:
        if raw[at + 1 : at + 2] != b"u":
            at = raw.find(b"\\", at + 2)
            continue
        code = _code(raw, at)
        if code >> 11 == 0x1B:  # a surrogate
            second = _code(raw, at + 6) if raw[at + 6 : at + 8] == b"\\u" else 0
            if code >= 0xDC00 or second >> 10 != 0x37:
                raise ValueError("half a pair of surrogates")
            character = 0x10000 + ((code & 0x3FF) << 10 | second & 0x3FF)
            raw = raw[:at] + chr(character).encode() + raw[at + 12 :]
            at -= 2  # it is four bytes long now
        at = raw.find(b"\\", at + 6)
    return raw


def _code(raw, at):
    """-> the number of the escape \\uXXXX there."""
    digits = raw[at + 2 : at + 6]
    for digit in digits:
        if digit not in b"0123456789abcdefABCDEF":
            raise ValueError("not four hex digits")
    if len(digits) < 4:
        raise ValueError("not four hex digits")
    return int(digits, 16)


def _second(lead):
    """-> the least and the greatest second byte behind this one."""
    if lead == 0xE0:
        return 0xA0, 0xBF  # else overlong
    if lead == 0xED:
        return 0x80, 0x9F  # else a surrogate
    if lead == 0xF0:
        return 0x90, 0xBF  # else overlong
    if lead == 0xF4:
        return 0x80, 0x8F  # else beyond U+10FFFF
    return 0x80, 0xBF

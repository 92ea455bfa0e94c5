"""Plain positions in JSON, such as `[13.0827, 100.8833],` -> 1e-7 degree, as they arrive.

Reads only this plain form; jsontext reads every other form and reports the errors.
Viper on the board, plain Python on a computer: no number needs more than 31 bits.
"""

import micropython
from micropython import const

_SPACE = const(32)
_COMMA = const(44)
_MINUS = const(45)
_DOT = const(46)
_OPEN = const(91)
_CLOSE = const(93)


@micropython.viper
def scan(data: ptr8, at: int, end: int, out: ptr32, most: int) -> int:
    """Complete positions in data[at:end], each with a comma behind it -> how many.

    out: receives latitude and longitude of each, at most `most` positions; out[2 * most]
    receives the index in data to continue from.
    """
    n = 0
    good = at
    while n < most:
        at = good
        while at < end and int(data[at]) <= _SPACE:
            at += 1
        if at >= end or int(data[at]) != _OPEN:
            break
        at += 1
        step = 0
        while step < 2:
            while at < end and int(data[at]) <= _SPACE:
                at += 1
            sign = 1
            if at < end and int(data[at]) == _MINUS:
                sign = -1
                at += 1
            first = at
            value = 0
            while at < end and at - first < 4 and int(data[at]) >= 48 and int(data[at]) <= 57:
                value = value * 10 + int(data[at]) - 48
                at += 1
            whole = at - first
            if whole == 0 or value > 179 or (whole > 1 and int(data[first]) == 48):
                break
            places = 0
            if at < end and int(data[at]) == _DOT:
                at += 1
                first = at
                while at < end and int(data[at]) >= 48 and int(data[at]) <= 57:
                    if places < 7:
                        value = value * 10 + int(data[at]) - 48
                        places += 1
                    elif at - first == 7 and int(data[at]) >= 53:
                        value += 1
                    at += 1
                if places == 0:
                    break
            while places < 7:
                value = value * 10
                places += 1
            if step == 0 and value > 900000000:
                break
            while at < end and int(data[at]) <= _SPACE:
                at += 1
            ends_with = _CLOSE if step == 1 else _COMMA
            if at >= end or int(data[at]) != ends_with:
                break
            at += 1
            out[2 * n + step] = sign * value
            step += 1
        if step < 2:
            break
        while at < end and int(data[at]) <= _SPACE:
            at += 1
        if at >= end or int(data[at]) != _COMMA:
            break
        good = at + 1
        n += 1
    out[2 * most] = good
    return n

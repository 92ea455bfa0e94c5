"""Bytes of NMEA 0183 -> the fields of one sentence, as integers, as they arrive.

No line is ever stored: a digit goes straight into the value of its field, so a
sentence may be of any length, and nothing is allocated. Source: NMEA 0183 v4.11,
section 5.3 (`$`, fields between commas, `*`, two hex digits of an XOR, CR LF).

The state is one array("i"). Behind its ten private words stand three for each field:

    whole     the digits before the dot; EMPTY if the field has no character at all;
              in a field of six letters or more, the sixth to the tenth, packed too
    fraction  the digits after the dot behind a 1: ".05" is 105, none is 1
    text      its other characters, the first five, packed as `code` does

Everything here is viper on the board and plain Python on a computer: no number
needs more than 31 bits on either.
"""

from array import array

import micropython
from micropython import const

VERDICT = const(0)  # index in the state: what scan found
CHECKED = const(1)  # a sentence with a right checksum
UNCHECKED = const(2)  # a line without a checksum
DAMAGED = const(3)  # a wrong checksum, or a byte that cannot stand in a sentence

ADDRESS_LENGTH = const(2)  # index in the state: characters in field 0, `GPRMC`
LAST_FIELD = const(1)  # and the number of the last field
ANGLE = const(9)  # and what angle_e7 has read
UNKNOWN = const(0x3FFFFFFF)  # what decimal and day_ms return for a field without a value

_FIELDS = const(10)
_MOST_FIELDS = const(32)  # fields beyond are checked but not kept


def new_state():
    """-> the array that scan works on."""
    return array("i", bytearray(4 * (_FIELDS + 3 * (_MOST_FIELDS + 1))))


def code(text):
    """str, up to five of ASCII 32..95 -> int, as scan packs them. A space is 0."""
    packed = 0
    for character in text:
        packed = packed << 6 | (ord(character) - 32) & 63
    return packed


@micropython.viper
def scan(state: ptr32, data: ptr8, at: int, end: int) -> int:
    """Reads data[at:end] up to the end of one sentence -> int, the index to continue from.

    state[VERDICT] is 0 if no sentence ended. A `$` anywhere starts a new sentence.
    """
    mode = int(state[3])  # 0 outside a sentence, 1 inside, 2 and 3 at the hex digits
    total = int(state[4])  # XOR so far
    value = int(state[5])
    dot = int(state[6])  # 1 after the dot
    text = int(state[7])
    start = at - int(state[8])  # of the field
    last = int(state[1])
    verdict = 0
    while at < end:
        c = data[at]
        if mode == 1:
            if c > 47:
                total ^= c
                if c < 58:
                    if value < 100000000:
                        value = value * 10 + c - 48
                elif text < 16777216:
                    text = text << 6 | (c - 32) & 63
                elif value < 16777216:
                    value = value << 6 | (c - 32) & 63
                if c > 126:
                    verdict = 3
            elif c == 44 or c == 42 or c == 13 or c == 10:
                field = 10 + 3 * last
                if dot:
                    state[field + 1] = value
                else:
                    state[field] = value if at > start else 0x3FFFFFFF
                    state[field + 1] = 1
                state[field + 2] = text
                if last == 0:
                    state[2] = at - start
                if c == 44:
                    total ^= c
                    if last < 32:
                        last += 1
                    value = 0
                    dot = 0
                    text = 0
                    start = at + 1
                elif c == 42:
                    mode = 2
                else:
                    verdict = 2
            elif c == 46:
                total ^= c
                if dot:
                    text = 14
                else:
                    state[10 + 3 * last] = value
                    value = 1
                    dot = 1
            elif c == 36:
                mode = 0
                at -= 1
            elif c > 31:
                total ^= c
                if text < 16777216:
                    text = text << 6 | (c - 32) & 63
            else:
                verdict = 3
        elif mode == 0:
            if c == 36:
                mode = 1
                total = 0
                value = 0
                dot = 0
                text = 0
                last = 0
                start = at + 1
        elif c == 36:
            mode = 0
            at -= 1
        else:
            if c > 96:
                c -= 32
            digit = c - 48 if c < 58 else c - 55
            if digit < 0 or digit > 15 or c > 57 and c < 65:
                verdict = 3
            elif mode == 2:
                mode = 3
                value = digit
            else:
                verdict = 1 if value * 16 + digit == total else 3
        at += 1
        if verdict:
            mode = 0
            break
    state[0] = verdict
    state[1] = last
    state[3] = mode
    state[4] = total
    state[5] = value
    state[6] = dot
    state[7] = text
    state[8] = at - start
    return at


@micropython.viper
def decimal(state: ptr32, field: int, scale: int) -> int:
    """A number times scale (1, 10, 100 or 1000), truncated; UNKNOWN if none or over 999,999."""
    word = 10 + 3 * field
    whole = int(state[word])
    text = int(state[word + 2])
    if field > int(state[1]) or whole > 999999 or (text != 0 and text != 13):
        return 0x3FFFFFFF
    fraction = int(state[word + 1])
    while fraction >= 2 * scale:
        fraction //= 10
    while fraction < scale:
        fraction *= 10
    whole = whole * scale + fraction - scale
    return whole if text == 0 else 0 - whole


@micropython.viper
def angle_e7(state: ptr32, field: int, most: int) -> bool:
    """dddmm.mmmm and the letter in the next field -> True; state[ANGLE] is in 1e-7 degree.

    most: 90 for a latitude (N, S), 180 for a longitude (E, W). It is not returned: every int
    that fits into 31 bits may be an angle, and one that says "none" would allocate.
    """
    word = 10 + 3 * field
    whole = int(state[word])
    letter = int(state[word + 5])
    negative = 51 if most == 90 else 55
    if field >= int(state[1]) or whole > 18000 or int(state[word + 2]) != 0:
        return False
    if letter != negative and letter != (46 if most == 90 else 37):
        return False
    minutes = whole % 100
    fraction = int(state[word + 1])
    while fraction >= 20000000:
        fraction //= 10
    while fraction < 10000000:
        fraction *= 10
    degrees = whole // 100
    if minutes > 59 or degrees > most or (degrees == most and minutes + fraction > 10000000):
        return False
    angle = degrees * 10000000 + (minutes * 10000000 + fraction - 10000000 + 30) // 60
    state[9] = 0 - angle if letter == negative else angle
    return True


@micropython.viper
def day_ms(state: ptr32, field: int) -> int:
    """hhmmss.sss -> ms of the day, or UNKNOWN. Second 60, a leap second, reads 59.999."""
    word = 10 + 3 * field
    whole = int(state[word])
    if field > int(state[1]) or whole > 235960 or int(state[word + 2]) != 0:
        return 0x3FFFFFFF
    second = whole % 100
    minute = whole // 100 % 100
    fraction = int(state[word + 1])
    while fraction >= 2000:
        fraction //= 10
    while fraction < 1000:
        fraction *= 10
    if minute > 59 or second > 60:
        return 0x3FFFFFFF
    if second == 60:
        second = 59
        fraction = 1999
    return ((whole // 10000 * 60 + minute) * 60 + second) * 1000 + fraction - 1000


@micropython.viper
def text_of(state: ptr32, field: int) -> int:
    """The characters of a field that are no digits, packed as `code` does; 0 if it has none."""
    return 0 if field > int(state[1]) else int(state[12 + 3 * field])


@micropython.viper
def rest_of(state: ptr32, field: int) -> int:
    """The sixth to the tenth letter of a field that holds letters alone; 0 if it has fewer."""
    if field > int(state[1]) or int(state[12 + 3 * field]) < 16777216:
        return 0
    return int(state[10 + 3 * field])

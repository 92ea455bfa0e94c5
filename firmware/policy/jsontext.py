"""Json: reads JSON (RFC 8259) as a stream, value by value, in a few hundred bytes of memory.

It builds no tree: the reader asks for the value that has to come next. Every error names
the place: "policy: zones[3].polygon[7]: latitude 913 is not from -90 to 90". Decimals become
integers without a float: 13.0827 read with 7 decimals is 130827000.
"""

import json

from micropython import const

from firmware.policy.error import PolicyError
from firmware.policy.position_scan import scan
from firmware.utf8 import is_utf8, paired

_BLOCK = const(512)  # bytes read at once; no string or number is longer
_SPACE = b" \t\r\n"
_BACKSLASH = const(92)
_NUMBER = b"+-.0123456789Ee"


class Json:
    """file: anything with read(n) -> bytes. name: str, the first word of every error.

    digest: its update(bytes) gets every byte that is read, as hashlib's does; or None.
    Every method raises PolicyError if the text holds something else.
    """

    def __init__(self, file, name, digest=None):
        self._file = file
        self._name = name
        self._digest = digest
        self._buf = b""
        self._at = 0
        self._path = []

    def fail(self, text):
        """Raises PolicyError with the place that is being read."""
        place = ""
        for step in self._path:
            place += "[%d]" % step if isinstance(step, int) else "." + step if place else step
        raise PolicyError("%s: %s%s" % (self._name, place + ": " if place else "", text))

    def fields(self):
        """Generator: the keys of an object. Read each value before asking for the next key."""
        self._take(b"{", "an object { }")
        seen = []
        if self._look() == b"}":
            self._at += 1
            return
        while True:
            key = self.text(64)
            if key in seen:
                self.fail('"%s" appears twice' % key)
            seen.append(key)
            self._take(b":", 'a ":"')
            self._path.append(key)
            yield key
            self._path.pop()
            if self._is_last(b"}"):
                return

    def items(self):
        """Generator: the indexes of an array. Read each value before asking for the next index."""
        self._take(b"[", "a list [ ]")
        if self._look() == b"]":
            self._at += 1
            return
        index = 0
        while True:
            self._path.append(index)
            yield index
            self._path.pop()
            index += 1
            if self._is_last(b"]"):
                return

    def positions(self, out):
        """Generator: a list of [latitude, longitude] in degrees -> how many are in `out` now.

        out: array('i') of 2 n + 1, for n positions at once: latitude and longitude in turn,
        1e-7 degree.
        """
        self._take(b"[", "a list [ ]")
        if self._look() == b"]":
            self._at += 1
            return
        most = len(out) // 2
        self._path.append(0)
        while True:
            self._fill()
            n = self._scan(self._buf, out, most)
            if n:
                yield n
                self._path[-1] += n
                continue
            out[0], out[1] = self.position()
            yield 1
            if self._is_last(b"]"):
                break
            self._path[-1] += 1
        self._path.pop()

    def _scan(self, buf, out, most):
        n = scan(buf, self._at, len(buf), out, most)
        self._at = out[2 * most]
        return n

    def position(self):
        """[latitude, longitude] in degrees -> both in 1e-7 degree."""
        self._take(b"[", "a position [latitude, longitude]")
        lat = self.number(7, -90, 90, "latitude")
        self._take(b",", "a position [latitude, longitude]")
        lon = self.number(7, -180, 180, "longitude")
        self._take(b"]", "a position [latitude, longitude]")
        return lat, lon

    def text(self, longest):
        """-> str. longest: the number of characters that it may have."""
        self._take(b'"', "a text in quotation marks")
        self._fill()
        buf, start = self._buf, self._at
        at = start
        while True:
            at = buf.find(b'"', at)
            if at < 0 or at - start > _BLOCK - 8:
                self.fail("this text has no end or is too long")
            slashes = at
            while slashes > start and buf[slashes - 1] == _BACKSLASH:
                slashes -= 1
            if (at - slashes) & 1 == 0:
                break
            at += 1
        self._at = at + 1
        value = None
        if is_utf8(buf, start, at) and _has_known_escapes(buf[start:at]):
            try:
                value = json.loads(b'"' + paired(buf[start:at]) + b'"')
            except ValueError:
                pass
        if value is None:
            self.fail("this text is not valid JSON or UTF-8")
        if len(value) > longest:
            self.fail("this text is longer than %d characters" % longest)
        return value

    def number(self, decimals, low, high, what="the number"):
        """-> int, the number times 10 ** decimals, rounded. low, high: int, in whole units."""
        raw = self._word(_NUMBER)
        digits = raw[1:] if raw[:1] == b"-" else raw
        whole, part = _split(digits)
        if not whole.isdigit() or (part is not None and not part.isdigit()):
            self.fail("a number without an exponent was expected")
        if len(whole) > 1 and whole[:1] == b"0":
            self.fail("this number has a leading zero")
        if part is not None and not decimals:
            self.fail("%s has to be whole" % what)
        part = part or b""
        value = int(whole + part[:decimals] + b"0" * (decimals - len(part)))
        if part[decimals : decimals + 1] >= b"5":
            value += 1
        if raw[:1] == b"-":
            value = -value
        scale = 10**decimals
        if not low * scale <= value <= high * scale:
            self.fail("%s %s is not from %d to %d" % (what, raw.decode(), low, high))
        return value

    def value(self):
        """-> None, bool, int, str, or a list of these (no list in a list)."""
        if self._look() == b"[":
            return [self._scalar() for _ in self.items()]
        return self._scalar()

    def end(self):
        """Nothing but space may follow."""
        if self._look():
            self.fail("there is more text after the end")

    def _scalar(self):
        first = self._look()
        if first == b'"':
            return self.text(64)
        if first in (b"t", b"f", b"n"):
            word = self._word(b"truefalsn")
            for name, value in ((b"true", True), (b"false", False), (b"null", None)):
                if word == name:
                    return value
        return self.number(0, -1000000000, 1000000000)

    def _fill(self):
        """Fills the buffer with at least one word and its end, if the file has that much."""
        if len(self._buf) - self._at < _BLOCK:
            block = self._file.read(_BLOCK)
            if block:
                if self._digest is not None:
                    self._digest.update(block)
                self._buf = self._buf[self._at :] + block
                self._at = 0

    def _look(self):
        """-> the next byte that is no space, without taking it; b"" at the end."""
        while True:
            self._fill()
            buf, at = self._buf, self._at
            while at < len(buf) and buf[at] in _SPACE:
                at += 1
            self._at = at
            if at < len(buf) or not buf:
                return buf[at : at + 1]
            self._buf = b""
            self._at = 0

    def _take(self, wanted, what):
        if self._look() != wanted:
            self.fail("%s was expected" % what)
        self._at += 1

    def _is_last(self, end):
        """Takes the comma or the end after a value -> bool: that value was the last one."""
        found = self._look()
        if found not in (b",", end) or not found:
            self.fail('a "," or "%s" was expected' % end.decode())
        self._at += 1
        return found == end

    def _word(self, letters):
        self._look()
        buf, at = self._buf, self._at
        start = at
        while at < len(buf) and at - start < 64 and buf[at] in letters:
            at += 1
        self._at = at
        return buf[start:at]


def _has_known_escapes(raw):
    """bool: every escape is one of JSON's. MicroPython's json accepts any."""
    at = raw.find(b"\\")
    while at >= 0:
        if raw[at + 1 : at + 2] not in b'"\\/bfnrtu':
            return False
        at = raw.find(b"\\", at + 2)
    return True


def _split(digits):
    """b"13.08" -> (b"13", b"08"); without a dot (b"13", None)."""
    at = digits.find(b".")
    if at < 0:
        return digits, None
    return digits[:at], digits[at + 1 :]

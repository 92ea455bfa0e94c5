"""MQTT 3.1.1 control packets, written and read without waiting, each in one fixed buffer.

Source: OASIS Standard "MQTT Version 3.1.1"; clause numbers in brackets.
"""

from micropython import const

PUBLISH = const(0x30)
PUBACK = const(0x40)
SUBACK = const(0x90)
PINGRESP = const(0xD0)

_SUBSCRIBE = const(0x82)  # its reserved flags are 0010 [MQTT-3.8.1-1]
_PINGREQ = const(0xC0)
_DISCONNECT = const(0xE0)
_DUP = const(0x08)
_QOS_1 = const(0x02)
_RETAIN = const(0x01)
_ANSWER_MAX = const(3)  # bytes: of a SUBACK, the longest that is no PUBLISH
_SKIPPED_MAX = const(65536)  # bytes of a message that is read only to throw it away
_SMALL_ROOM = const(64)  # small packets that wait behind a half-written one


class PacketWriter:
    """Writes packets into a socket that takes them whole, in pieces, or not now.

    It takes one large packet (PUBLISH, SUBSCRIBE) at a time, when is_empty, and writes it at
    once if the socket takes it. Small ones (PUBACK, PINGREQ) may be added while not
    is_crowded; they follow it. Bytes that the socket did not take are offered again
    unchanged, as TLS requires.
    """

    def __init__(self, size):
        self._buf = bytearray(size)
        self._view = memoryview(self._buf)
        self._small = bytearray(_SMALL_ROOM)
        self.clear()

    def clear(self):
        self._at = 0
        self._end = 0
        self._waiting = 0  # bytes in _small
        self.is_empty = True

    @property
    def is_crowded(self):
        """bool: there is no room for one more PUBACK and a PINGREQ."""
        return self._waiting + 6 > _SMALL_ROOM

    def publish(self, topic, payload, packet_id, retain, dup):
        """QoS 1 -> bool: False, and nothing is written, if it is longer than the buffer."""
        self._start(
            PUBLISH | _QOS_1 | (_RETAIN if retain else 0) | (_DUP if dup else 0),
            4 + len(topic) + len(payload),
        )
        if self._end + 4 + len(topic) + len(payload) > len(self._buf):
            self._end = 0
            return False
        self._text(topic)
        self._number(packet_id)
        self._bytes(payload)
        self.is_empty = False
        return True

    def subscribe(self, topic, packet_id):
        """One topic filter, QoS 1."""
        self._start(_SUBSCRIBE, 5 + len(topic))
        self._number(packet_id)
        self._text(topic)
        self._bytes(b"\x01")
        self.is_empty = False

    def puback(self, packet_id):
        at = self._waiting
        self._small[at] = PUBACK
        self._small[at + 1] = 2
        self._small[at + 2] = packet_id >> 8
        self._small[at + 3] = packet_id & 0xFF
        self._waiting = at + 4
        self.is_empty = False

    def pingreq(self):
        self._put(_PINGREQ)

    def disconnect(self):
        self._put(_DISCONNECT)

    def _put(self, kind):
        at = self._waiting
        self._small[at] = kind
        self._small[at + 1] = 0
        self._waiting = at + 2
        self.is_empty = False

    def flush(self, sock):
        """Gives the socket what it takes -> int, bytes. Raises the socket's OSError."""
        sent = 0
        while True:
            while self._at < self._end:
                n = sock.write(self._view[self._at : self._end])
                if not n:
                    return sent
                self._at += n
                sent += n
            self._at = 0
            self._end = self._waiting
            if not self._end:
                self.is_empty = True
                return sent
            self._buf[: self._end] = self._small[: self._end]
            self._waiting = 0

    def _start(self, first, length):
        self._buf[0] = first
        at = 1
        while length > 0x7F:
            self._buf[at] = length & 0x7F | 0x80
            length >>= 7
            at += 1
        self._buf[at] = length
        self._end = at + 1

    def _number(self, value):
        self._buf[self._end] = value >> 8
        self._buf[self._end + 1] = value & 0xFF
        self._end += 2

    def _text(self, text):
        self._number(len(text))
        self._bytes(text)

    def _bytes(self, data):
        self._view[self._end : self._end + len(data)] = data
        self._end += len(data)


class PacketReader:
    """Finds the packets in a stream that arrives in pieces of any size."""

    def __init__(self, size):
        self.buf = bytearray(size)
        self._view = memoryview(self.buf)
        self.clear()

    def clear(self):
        self.start = 0  # the body of the packet from next_packet() is buf[start:end]
        self.end = 0
        self.too_long = False  # only its first bytes are there; the rest is skipped
        self.is_absurd = False  # so long that the link has to end: only what has come is there
        self._next = 0
        self._have = 0
        self._skip = 0

    def fill(self, sock):
        """Reads what is there -> bool: there are bytes for next_packet(). OSError: the end."""
        if self._next:
            left = self._have - self._next
            if left:
                self.buf[:left] = self.buf[self._next : self._have]
            self._next = 0
            self._have = left
        if self._have == len(self.buf):
            return True
        n = sock.readinto(self._view[self._have :] if self._have else self.buf)
        if n is None:
            return self._have > 0
        if n == 0:
            raise OSError("the broker closed the connection")
        self._have += n
        return True

    def next_packet(self):
        """-> the first byte of the next packet that is complete, or None.

        Of a length that no bus can take, only the topic and the packet id are waited for: None
        and is_absurd. Raises OSError if the bytes are no MQTT packet.
        """
        self.is_absurd = False
        if self._skip:
            step = min(self._skip, self._have - self._next)
            self._skip -= step
            self._next += step
        at = self._next
        length = 0
        shift = 0
        body = at + 1
        while True:
            if body >= self._have:
                return None
            byte = self.buf[body]
            body += 1
            length |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift > 21:
                raise OSError("malformed remaining length [MQTT 2.2.3]")
        first = self.buf[at]
        if length > _ANSWER_MAX and first & 0xF0 != PUBLISH:
            raise OSError("unexpected packet 0x%02x of %d bytes" % (first, length))
        self.start = body
        self.end = body + length
        self.is_absurd = length > _SKIPPED_MAX
        if self.is_absurd:
            self.end = self._have
            return first if self._has_head(body) else None
        self.too_long = self.end - at > len(self.buf)
        if self.too_long:
            if self._have - at < len(self.buf):
                return None  # wait until the buffer is full of it
            self._skip = self.end - self._have
            self.end = self._have
        elif self.end > self._have:
            return None
        self._next = self.end
        return first

    def _has_head(self, body):
        """bool: the topic of a PUBLISH and its packet id are there, or never will be."""
        if self._next == 0 and self._have == len(self.buf):
            return True
        return self._have >= body + 2 and self._have >= body + 4 + self.number(body)

    def number(self, at):
        """-> the 16-bit number at this index of buf."""
        return self.buf[at] << 8 | self.buf[at + 1]

    def bytes(self, start, end):
        return bytes(self._view[start:end])

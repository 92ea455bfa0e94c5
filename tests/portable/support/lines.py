"""A line to a broker without a network: sockets and a dialer in MicroPython shape, in memory."""

from firmware.uplink.link import Link

ACCEPTED = b"\x20\x02\x00\x00"

BROKER = {
    "host": "broker.example",
    "port": 1883,
    "tls": False,
    "keepalive_s": 60,
    "window": 8,
    "window_bytes": 8192,
    "connect_timeout_s": 20,
    "ack_timeout_s": 20,
    "backoff_max_s": 60,
}


class Line:
    """takes: bytes that the next writes accept, None: all. piece: most bytes that one read gives.

    acks: answers every packet that is written whole. breaks: the next write raises OSError.
    """

    def __init__(self, arrived=b""):
        self.arrived = arrived
        self.sent = b""
        self.writes = 0
        self.takes = None
        self.acks = False
        self.breaks = False
        self.piece = 1 << 20
        self.ended = False
        self.blocks = True
        self.is_closed = False

    def write(self, data):
        assert not self.blocks
        if self.breaks:
            raise OSError("reset by the peer")
        data = bytes(data)
        if self.takes is not None:
            data = data[: self.takes]
            self.takes -= len(data)
        if not data:
            return None
        self.writes += 1
        self.sent += data
        if self.acks:
            self._answer(data)
        return len(data)

    def _answer(self, data):
        ((first, body),) = packets(data)
        if first == 0xC0:
            self.arrived += b"\xd0\x00"
        elif first == 0x82:
            self.arrived += b"\x90\x03" + body[:2] + b"\x01"
        elif first & 0xF0 == 0x30:
            end = 2 + (body[0] << 8 | body[1])
            self.arrived += b"\x40\x02" + body[end : end + 2]

    def readinto(self, buf):
        assert not self.blocks
        n = min(len(self.arrived), len(buf), self.piece)
        if not n:
            return 0 if self.ended else None
        buf[:n] = self.arrived[:n]
        self.arrived = self.arrived[n:]
        return n

    def setblocking(self, on):
        self.blocks = on

    def close(self):
        self.is_closed = True


class Dialer:
    """answers: what each dial brings, in turn: a Line, an OSError, or None: nothing ever."""

    def __init__(self, *answers):
        self._answers = list(answers)
        self.started = 0
        self.abandoned = 0

    def start(self, connect):
        self.started += 1
        self._answer = self._answers.pop(0)

    def poll(self, now_ms):
        answer, self._answer = self._answer, None
        if isinstance(answer, OSError):
            raise answer
        return answer

    def abandon(self):
        self.abandoned += 1


class Radio:
    def __init__(self, is_on=True):
        self.is_on = is_on
        self.calls = []

    def up(self):
        self.calls.append("up")

    def down(self):
        self.calls.append("down")

    def is_off(self):
        return self.calls[-1:] == ["down"]

    def restart(self):
        self.calls.append("restart")

    def is_up(self):
        return self.is_on


def packets(stream):
    """Bytes -> [(first byte, body)]; AssertionError if they end inside a packet."""
    found = []
    at = 0
    while at < len(stream):
        first = stream[at]
        length = shift = 0
        while True:
            at += 1
            length |= (stream[at] & 0x7F) << shift
            shift += 7
            if stream[at] < 0x80:
                break
        at += 1
        assert at + length <= len(stream)
        found.append((first, stream[at : at + length]))
        at += length
    return found


def puback(packet_id):
    return b"\x40\x02" + packet_id.to_bytes(2, "big")


class Ears:
    """Acknowledges at once whatever comes. too_long: messages without their payload."""

    def __init__(self):
        self.acks = []
        self.messages = []
        self.flags = []
        self.too_long = 0
        self.link = None

    def acked(self, packet_id, now_ms):
        self.acks.append(packet_id)

    def message(self, topic, payload, packet_id, flags):
        if payload is None:
            self.too_long += 1
        else:
            self.messages.append((topic, payload))
            self.flags.append(flags)
        if packet_id is not None:
            self.link.acknowledge(packet_id, 0)


def opened(line):
    link = Link(BROKER, "f-b", b"schoolbus/f/b/status", b"{}", Dialer(line))
    ears = Ears()
    ears.link = link
    link.on_ack = ears.acked
    link.on_message = ears.message
    link.connect(0)
    link.turn(0)
    assert link.is_open
    return link, ears

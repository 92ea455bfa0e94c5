"""Inbox: commands that have come and are not done yet. The broker's window is their queue.

A command is acknowledged when it has been done, in the order of arrival [MQTT-4.6.0-2]. Until then
it stays with the broker, which sends it again on the next connection. What finds no room here is
not acknowledged, and neither is anything behind it: has_more asks for another connection.
"""

from binascii import crc32

from micropython import const

_DUP = const(8)
_RETAIN = const(1)
_MOST = const(16)
_MOST_BYTES = const(2048)
_DONE = const(32)  # commands whose PUBACK the broker may have missed
LATER = ()  # in place of a reply


class Inbox:
    """is_waiting: bool. has_more: the broker holds commands that it sends only once more."""

    def __init__(self, prefix):
        """prefix: bytes, of the topics of commands; the name of the command follows it."""
        self._prefix = prefix
        self._done = []  # check values, the newest last
        self.clear()

    def clear(self):
        """A new connection: what was not acknowledged comes again."""
        self._waiting = []  # (packet id, name, payload, is_retained); the id is None at QoS 0
        self._size = 0
        self.is_waiting = False
        self.has_more = False

    def put(self, topic, payload, packet_id, flags):
        """A message of the broker, as Link.on_message gets it.

        One that is no command, empty (somebody clears a retained one) or too long is only
        acknowledged. A command that was answered before the connection broke, and comes again, is
        not answered again. A broker that repeats what still waits gets one
        PUBACK.
        """
        if packet_id is not None:
            for waiting in self._waiting:
                if waiting[0] == packet_id:
                    return
        name = None
        if payload and topic.startswith(self._prefix):
            name = topic[len(self._prefix) :].decode()
        size = len(payload) if name is not None else 0
        is_full = len(self._waiting) >= _MOST or self._size + size > _MOST_BYTES
        if self.has_more or (self._waiting and is_full):
            self.has_more = self.has_more or packet_id is not None
            return
        is_retained = bool(flags & _RETAIN)
        may_be_known = name is not None and flags & (_DUP | _RETAIN)
        if may_be_known and _check(name, payload, packet_id, is_retained) in self._done:
            name, size = None, 0
        self._waiting.append((packet_id, name, payload, is_retained))
        self._size += size
        self.is_waiting = True

    def do_first(self, command, link, now_ms):
        """Does the one that has waited longest, then acknowledges it -> bytes: the reply; or None.

        command(name, payload, is_retained) -> bytes or None, or LATER: it is not known yet whether
        it may be done, and it goes on waiting. Itself None: nothing is done.
        """
        packet_id, name, payload, is_retained = self._waiting[0]
        reply = None
        if name is not None and command is not None:
            reply = command(name, payload, is_retained)
            if reply is LATER:
                return LATER
        self._waiting.pop(0)
        self.is_waiting = bool(self._waiting)
        if name is not None:
            self._size -= len(payload)
            if packet_id is not None:
                self._remember(_check(name, payload, packet_id, is_retained))
        if packet_id is not None:
            link.acknowledge(packet_id, now_ms)
        return reply

    def _remember(self, check):
        self._done.append(check)
        if len(self._done) > _DONE:
            self._done.pop(0)


def _check(name, payload, packet_id, is_retained):
    """The same message comes again with the same id [MQTT-4.4.0-1], but a retained one with another
    each time. The same text with another id is another request."""
    return crc32(payload, crc32(name.encode(), 0 if is_retained else packet_id))

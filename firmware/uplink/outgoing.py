"""Outgoing: messages on their way to the broker, until it has acknowledged them.

The window remembers which records a message carries, and not the message itself: after a break
the journal is read again. What the city has without a gap, the journal may drop.
"""

from micropython import const

from firmware.journal.cells import Refused
from firmware.uplink.backlog import UNREAD

_HEAD_BYTES = const(7)  # of a PUBLISH, without its topic


class Outgoing:
    """The counters are for tests and a console."""

    def __init__(self, topics, window, link, journal, backlog, seal=None):
        """topics: name -> bytes. seal: Seal, for every message; None: the bus has no identity."""
        self._topics = topics
        self._window = window
        self._link = link
        self._journal = journal
        self._backlog = backlog
        self._seal = seal
        self.sent = 0  # messages, those sent again included
        self.resent = 0
        self.acked = 0
        self.strays = 0  # PUBACKs that were for nothing in flight

    def send(self, name, payload, now_ms, retain=False):
        """Sends a message that is not from the journal."""
        slot = self._window.add(self._topics[name], None, None, None, payload, retain)
        self._publish(slot, payload, False, now_ms)

    def send_records(self, message, now_ms):
        """message: of the Backlog."""
        topic = self._topics[message.name]
        slot = self._window.add(topic, message.lane, message.first, message.last)
        self._publish(slot, message.payload, False, now_ms)

    def send_again(self, now_ms):
        """The next message that was in flight when the connection broke, with its packet id and
        DUP [MQTT-3.3.1-1, -4.4.0-1] -> bool: there was one, or a part of it has been read.

        What the flash refuses to read is asked for again later, and stops no other lane.
        """
        refused = ()
        while True:
            slot = self._window.unsent(refused)
            if slot is None:
                return False
            try:
                self._send_slot_again(slot, now_ms)
                return True
            except Refused:
                self._backlog.is_refused = True
                refused += (slot.lane,)

    def _send_slot_again(self, slot, now_ms):
        payload = slot.payload
        if payload is None:
            message = self._backlog.read_again(slot.lane, slot.first, slot.last)
            if message == UNREAD:
                return
            if message is None:  # dropped from a full lane in the meantime
                slot.is_acked = True
                self._settle(slot.lane)
                return
            if message.last < slot.last:  # a record in the middle cannot be read any more
                self._window.split(slot, message.last + 1)
            payload = message.payload
        self.resent += 1
        self._publish(slot, payload, True, now_ms)

    def acknowledged(self, packet_id):
        """A PUBACK has come -> the Slot of its message; None if it was for nothing in flight."""
        slot = self._window.acknowledged(packet_id)
        if slot is None:
            self.strays += 1
            return None
        self.acked += 1
        self._settle(slot.lane)
        return slot

    def carries(self, name):
        """bool: a message on this topic is on its way."""
        return self._window.carries(self._topics[name])

    def _publish(self, slot, payload, dup, now_ms):
        if self._seal is not None:
            payload = self._seal.sealed(slot.topic, payload)
        slot.size = len(payload) + len(slot.topic) + _HEAD_BYTES
        slot.sent_ms = now_ms
        self.sent += 1
        self._link.publish(slot.topic, payload, slot.packet_id, slot.retain, dup, now_ms)

    def _settle(self, lane):
        """The journal may drop what the city now has without a gap."""
        upto = self._window.settle(lane)
        if upto is not None:
            self._journal.ack(lane, upto)

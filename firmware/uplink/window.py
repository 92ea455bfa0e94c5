"""Window: the messages that were published and are not acknowledged yet."""

from micropython import const

_IDS = const(65535)


class Slot:
    """One message in flight. It outlives the connection, and keeps its packet id.

    lane: of the journal: the message carries its records first..last, and payload is None. Or
    None: the payload is kept here. sent_ms: None if the message has to be sent, or sent again.
    """

    def __init__(self, packet_id, topic, lane, first, last, payload, retain):
        self.packet_id = packet_id
        self.topic = topic
        self.lane = lane
        self.first = first
        self.last = last
        self.payload = payload
        self.retain = retain
        self.size = 0
        self.sent_ms = None
        self.is_acked = False


class Window:
    """Slots in the order of their first sending."""

    def __init__(self, messages, size):
        """messages: at most so many. size: no further message once they hold so many bytes."""
        self._limit = messages
        self._size = size
        self._last_id = 0
        self.slots = []

    def has_room(self, reserve=0):
        """-> bool: for one more message. reserve: so many messages, and their share of the
        bytes, are kept free.

        What has to be sent again does not count. It goes before any new message, unless the
        flash refuses to read it, and then it must not hold up the other lanes.
        """
        usable = self._limit - reserve
        sizes = [slot.size for slot in self.slots if slot.sent_ms is not None or slot.is_acked]
        return len(sizes) < usable and sum(sizes) < self._size * usable // self._limit

    def add(self, topic, lane, first, last, payload=None, retain=False):
        slot = Slot(self.next_id(), topic, lane, first, last, payload, retain)
        self.slots.append(slot)
        return slot

    def split(self, slot, first):
        """slot ends before the record `first`; a new slot after it gets the other records."""
        others = Slot(self.next_id(), slot.topic, slot.lane, first, slot.last, None, slot.retain)
        self.slots.insert(self.slots.index(slot) + 1, others)
        slot.last = first - 1

    def next_id(self):
        """-> a packet id that no message in flight has, 1..65535 [MQTT-2.3.1-2]."""
        while True:
            self._last_id = self._last_id % _IDS + 1
            for slot in self.slots:
                if slot.packet_id == self._last_id:
                    break
            else:
                return self._last_id

    def acknowledged(self, packet_id):
        """Marks the slot of this PUBACK -> Slot; None if none was sent on this connection."""
        for slot in self.slots:
            if slot.packet_id == packet_id:
                if slot.sent_ms is None or slot.is_acked:
                    return None
                slot.is_acked = True
                return slot
        return None

    def settle(self, lane):
        """Removes what is acknowledged, of a lane only in its order -> seq up to which the city
        now has everything, or None if nothing was removed."""
        upto = None
        held = False
        in_order = lane is not None
        at = 0
        while at < len(self.slots):
            slot = self.slots[at]
            if slot.lane == lane:
                if slot.is_acked and not held:
                    upto = slot.last
                    self.slots.pop(at)
                    continue
                held = in_order
            at += 1
        return upto

    def unsend(self):
        """The connection broke: what is not acknowledged has to be sent again."""
        for slot in self.slots:
            slot.sent_ms = None

    def unsent(self, but=()):
        """-> the next slot to send again, or None. but: lanes that are left out."""
        for slot in self.slots:
            if slot.sent_ms is None and not slot.is_acked and slot.lane not in but:
                return slot
        return None

    def owes(self, lane):
        """bool: a message of this lane has to be sent again, before any new one."""
        for slot in self.slots:
            if slot.sent_ms is None and not slot.is_acked and slot.lane == lane:
                return True
        return False

    def oldest_ms(self):
        """-> when the message that has waited longest for its PUBACK was sent, or None."""
        waiting = [slot for slot in self.slots if slot.sent_ms is not None and not slot.is_acked]
        return min([slot.sent_ms for slot in waiting]) if waiting else None

    def bytes_of(self, lane):
        """int, bytes of a lane that are not acknowledged."""
        return sum([slot.size for slot in self.slots if slot.lane == lane and not slot.is_acked])

    def last_of(self, lane):
        """int, the highest seq of a lane in flight; 0 if there is none."""
        return max([slot.last for slot in self.slots if slot.lane == lane] + [0])

    def carries(self, topic):
        """bool: a message on this topic is in flight."""
        for slot in self.slots:
            if slot.topic is topic:
                return True
        return False

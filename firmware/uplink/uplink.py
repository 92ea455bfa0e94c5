"""Uplink: journal -> broker. A record stays until the broker has acknowledged it.

The order: messages that were in flight when the last connection broke, the status, alarms,
warnings, replies, then the track; the newest state whenever one is offered. Alarms never wait
for warnings or positions (promise P3): a part of the window is never filled with them, and
no more positions are on their way than the link carries in about a second. What the flash
refuses to read is not sent; the uplink waits and tries again.
"""

from binascii import crc32

from micropython import const

from firmware import messages
from firmware.journal.cells import Refused
from firmware.journal.journal import ALARM, TRACK, WARNING
from firmware.uplink.backlog import Backlog
from firmware.uplink.link import Link
from firmware.uplink.pace import Pace
from firmware.uplink.reconnect import Reconnect
from firmware.uplink.window import Window

_TRACK_BYTES = const(4000)  # may be in flight, whatever the link
_HEAD_BYTES = const(7)  # of a PUBLISH, without its topic
_LOOK_MS = const(500)
_REFUSED_MS = const(200)  # until the flash is asked again
_TURN_STEPS = const(4)  # a turn is short: the next tick is waiting
_REPLIES = const(4)
_NEVER_MS = const(1 << 60)


class Uplink:
    """on_command(name: str, payload: bytes) -> bytes to publish on `reply`; None: reply() follows.

    The counters are for tests and a console.
    """

    def __init__(self, config, journal, radio, dialer, status):
        """status() -> bytes, published retained on every connect."""
        broker = config["broker"]
        client_id = config["fleet"] + "-" + config["bus"]
        self._topics = {}
        for name in ("status", "state", "event", "track", "reply", "cmd/#"):
            self._topics[name] = messages.topic(config, name)
        self._host = broker["host"]
        self._answer_ms = broker["ack_timeout_s"] * 1000
        self._journal = journal
        self._status = status
        self._link = Link(broker, client_id, self._topics["status"], messages.WILL, dialer)
        self._link.on_ack = self._acked
        self._link.on_message = self._message
        seed = crc32(client_id.encode())
        self._reconnect = Reconnect(radio, self._link, broker["backoff_max_s"], seed)
        self._window = Window(broker["window"], broker["window_bytes"])
        self._last_slot = 1 if broker["window"] > 1 else 0  # kept free for the state
        self._reserve = broker["window"] // 4  # messages, never used for warnings or the track
        self._pace = Pace(_TRACK_BYTES, broker["window_bytes"] * 3 // 4)
        self._backlog = Backlog(journal)
        self._replies = []
        self._was_open = False
        self._idle_until_ms = 0
        self._now_ms = 0
        self.on_command = None
        self.sent = 0  # messages, those sent again included
        self.resent = 0
        self.acked = 0
        self.strays = 0  # PUBACKs that were for nothing in flight
        self.breaks = 0
        self.refused = 0  # commands

    @property
    def connected(self):
        return self._link.is_open

    @property
    def is_drained(self):
        """bool: the city has every record, and an answer to every command."""
        return (
            self._link.is_open
            and not self._greetings
            and not self._window.slots
            and not self._replies
            and self._journal.is_delivered
        )

    @property
    def is_off(self):
        """bool: the link sleeps and the radio is off; nothing is lost if the board sleeps."""
        return self._reconnect.is_off

    @property
    def failure(self):
        """str: why the last connection or attempt ended; "" if none has."""
        return self._link.failure

    @property
    def attempts(self):
        """int: to connect, since the start."""
        return self._link.attempts

    @property
    def attempts_failed(self):
        return self._reconnect.attempts_failed

    def turn(self, now_ms):
        """Sends and reads without waiting -> bool: there is more to do, if there is time."""
        self._now_ms = now_ms
        link = self._link
        if link.is_open:
            link.turn(now_ms)
            if now_ms >= self._look_ms:
                self._look(now_ms)
        if not link.is_open and not self._open(now_ms):
            return False
        if self._backlog.has_news():
            self._idle_until_ms = 0
        if now_ms < self._idle_until_ms:
            return False
        for _ in range(_TURN_STEPS):
            if not link.can_send:
                return False
            if not self._tries_step(now_ms):
                due_ms = self._backlog.due_ms
                self._idle_until_ms = _NEVER_MS if due_ms is None else due_ms
                if self._backlog.is_refused:
                    self._idle_until_ms = now_ms + _REFUSED_MS
                return False
        return True

    def sleep(self, now_ms, is_asleep=True):
        """Disconnects and then switches the radio off; is_asleep False: connects again."""
        if is_asleep and not self._reconnect.is_asleep:
            self._link.leave("the bus sleeps")
            self._reconnect.sleep(now_ms)
        elif not is_asleep and self._reconnect.is_asleep:
            self._reconnect.wake(now_ms)

    def wants_state(self, now_ms):
        """bool: a state offered now is sent now; otherwise it is skipped, never queued."""
        return (
            self._link.can_send
            and not self._greetings
            and self._window.has_room()
            and not self._window.carries(self._topics["state"])
        )

    def offer_state(self, payload):
        """Publishes the newest state (bytes), retained. Ignored unless wants_state()."""
        if self.wants_state(self._now_ms):
            self._send("state", payload, True)

    def renew_status(self):
        """Publishes status() again, because it has changed; without a connection, the next
        connect does."""
        if self._was_open and "status" not in self._greetings:
            self._greetings.append("status")
            self._idle_until_ms = 0

    def reply(self, payload):
        """Publishes on `reply` (bytes), now or with the next connection."""
        self._replies.append(payload)
        self._idle_until_ms = 0

    def _open(self, now_ms):
        """Works on the next connection -> bool: the link is open now."""
        if self._was_open:
            self._was_open = False
            self.breaks += 1
            self._window.unsend()
            self._reconnect.lost(now_ms)
        if self._host or self._reconnect.is_asleep:
            self._reconnect.turn(now_ms)
        if not self._link.is_open:
            return False
        self._was_open = True
        self._greetings = ["cmd/#", "status"]
        self._look_ms = now_ms + _LOOK_MS
        self._pace.start()
        window = self._window
        self._backlog.start([window.last_of(lane) for lane in (ALARM, WARNING, TRACK)])
        self._idle_until_ms = 0
        return True

    def _look(self, now_ms):
        self._look_ms = now_ms + _LOOK_MS
        oldest_ms = self._window.oldest_ms()
        if oldest_ms is not None and now_ms - oldest_ms >= self._answer_ms:
            self._link.close("no PUBACK came")
        elif self._reconnect.radio_is_lost():
            self._link.close("the radio lost its network")

    def _tries_step(self, now_ms):
        self._backlog.is_refused = False
        try:
            return self._step(now_ms)
        except Refused:
            self._backlog.is_refused = True
            return False

    def _step(self, now_ms):
        """Does the most urgent thing that can be done -> bool: there was one."""
        slot = self._window.unsent()
        if slot is not None:
            self._send_again(slot)
            return True
        if not self._window.has_room():
            return False
        if self._greetings:
            self._greet(self._greetings.pop())
            return True
        is_known = self._backlog.is_known
        if is_known and (
            self._sends_event(ALARM, self._last_slot)
            or self._sends_event(WARNING, max(self._last_slot, self._reserve))
        ):
            return True
        if self._replies:
            self._send("reply", self._replies.pop(0), False)
            return True
        return is_known and (self._backlog.gather(now_ms) or self._send_track(now_ms))

    def _sends_event(self, lane, reserve):
        if not self._window.has_room(reserve):
            return False
        message = self._backlog.take_event(lane)
        if message is None:
            return False
        self._send_records(message)
        return True

    def _send_again(self, slot):
        """The same message, with its packet id and DUP [MQTT-3.3.1-1, -4.4.0-1]."""
        payload = slot.payload
        if payload is None:
            message = self._backlog.read_again(slot.lane, slot.first, slot.last)
            if message is None:  # dropped from a full lane in the meantime
                slot.is_acked = True
                self._settle(slot.lane)
                return
            if message.last < slot.last:  # a record in the middle cannot be read any more
                self._window.split(slot, message.last + 1)
            payload = message.payload
        self.resent += 1
        self._publish(slot, payload, True)

    def _greet(self, name):
        if name == "status":
            self._send(name, self._status(), True)
        else:
            self._link.subscribe(self._topics[name], self._window.next_id(), self._now_ms)

    def _send_track(self, now_ms):
        if (
            not self._backlog.is_track_due(now_ms)
            or not self._window.has_room(self._reserve)
            or not self._pace.allows(self._window.bytes_of(TRACK))
        ):
            return False
        message = self._backlog.take_track()
        if message is not None:
            self._send_records(message)
        return True

    def _send_records(self, message):
        topic = self._topics[message.name]
        slot = self._window.add(topic, message.lane, message.first, message.last)
        self._publish(slot, message.payload, False)

    def _send(self, name, payload, retain):
        """Sends a message that is not from the journal."""
        slot = self._window.add(self._topics[name], None, None, None, payload, retain)
        self._publish(slot, payload, False)

    def _publish(self, slot, payload, dup):
        slot.size = len(payload) + len(slot.topic) + _HEAD_BYTES
        slot.sent_ms = self._now_ms
        self.sent += 1
        self._link.publish(slot.topic, payload, slot.packet_id, slot.retain, dup, self._now_ms)

    def _acked(self, packet_id, now_ms):
        slot = self._window.acknowledged(packet_id)
        if slot is None:
            self.strays += 1
            return
        self.acked += 1
        self._idle_until_ms = 0
        if slot.lane == TRACK:
            self._pace.acknowledged(now_ms - slot.sent_ms, slot.size)
        self._reconnect.proven(now_ms)
        self._settle(slot.lane)

    def _settle(self, lane):
        """The journal may drop what the city now has without a gap."""
        upto = self._window.settle(lane)
        if upto is not None:
            self._journal.ack(lane, upto)

    def _message(self, topic, payload):
        """A message of the city. Commands are refused while four replies are queued."""
        prefix = self._topics["cmd/#"][:-1]
        if self.on_command is None or not topic.startswith(prefix):
            return
        if len(self._replies) >= _REPLIES:
            self.refused += 1
            return
        try:
            name = topic[len(prefix) :].decode()
        except UnicodeError:
            return
        reply = self.on_command(name, payload)
        if reply is not None:
            self.reply(reply)

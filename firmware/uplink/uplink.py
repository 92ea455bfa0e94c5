"""Uplink: journal -> broker. A record stays until the broker has acknowledged it.

The order: messages that were in flight when the last connection broke, the status, alarms,
warnings, replies, then the track; the newest state whenever one is offered. Alarms never wait for
warnings, replies or positions (promise P3): a part of the window is never filled with them, and
no more positions are on their way than the link carries in about a second. What the flash
refuses to read is not sent; the uplink waits and tries again.
"""

from binascii import crc32

from micropython import const

from firmware import messages
from firmware.journal.cells import Refused
from firmware.journal.journal import ALARM, TRACK, WARNING
from firmware.uplink.backlog import Backlog
from firmware.uplink.connect import no_clock
from firmware.uplink.inbox import LATER, Inbox
from firmware.uplink.link import Link
from firmware.uplink.outgoing import Outgoing
from firmware.uplink.pace import Pace
from firmware.uplink.reconnect import Reconnect
from firmware.uplink.seal import Seal
from firmware.uplink.window import Window

_TRACK_BYTES = const(4000)  # may be in flight, whatever the link
_LOOK_MS = const(500)
_REFUSED_MS = const(200)  # until the flash is asked again
_TURN_STEPS = const(4)  # a turn is short: the next tick is waiting
_REPLIES = const(4)
_NEVER_MS = const(1 << 60)


class Uplink:
    """on_command(name: str, payload: bytes, is_retained: bool) -> bytes to publish on `reply`;
    None: reply() follows. inbox.LATER: not yet; it is called again in a later turn, after wake().

    breaks: how many connections broke; for tests and a console.
    """

    def __init__(self, config, journal, radio, dialer, status, boot=0, utc_ms=no_clock):
        """status() -> bytes, published retained on every connect. boot: number of this start.
        utc_ms(now_ms): int, the time that TLS goes by."""
        broker, identity = config["broker"], config.get("identity")
        client_id = config["fleet"] + "-" + config["bus"]
        seal = None
        if identity is not None:
            client_id, seal = identity.client_id, Seal(identity.mac_key)
        topics = {}
        for name in ("status", "state", "event", "track", "reply", "fetch", "cmd/#"):
            topics[name] = messages.topic(config, name)
        self._commands = topics["cmd/#"]
        self._host = broker["host"]
        self._answer_ms = broker["ack_timeout_s"] * 1000
        self._journal = journal
        self._status = status
        will = messages.will(boot)
        if seal is not None:
            will = seal.sealed(topics["status"], will)
        self._link = Link(broker, client_id, topics["status"], will, dialer, identity, utc_ms)
        self._link.on_ack = self._acked
        self._link.on_message = self._message
        seed = crc32(client_id.encode())
        self._reconnect = Reconnect(radio, self._link, broker["backoff_max_s"], seed)
        self._window = Window(broker["window"], broker["window_bytes"])
        self._last_slot = 1 if broker["window"] > 1 else 0  # kept free for the state
        # Messages that only alarms and the state use. Anybody who may publish gets replies.
        self._reserve = max(self._last_slot, broker["window"] // 4)
        self._pace = Pace(_TRACK_BYTES, broker["window_bytes"] * 3 // 4)
        self._backlog = Backlog(journal)
        self._inbox = Inbox(self._commands[:-1])
        self.outgoing = Outgoing(topics, self._window, self._link, journal, self._backlog, seal)
        self._replies = []
        self._was_open = False
        self._idle_until_ms = self._now_ms = 0
        self.on_command = None
        self.breaks = 0

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
            and self._is_answered()
            and not self._inbox.has_more
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
        self._has_asked = False
        for _ in range(_TURN_STEPS):  # one command a turn: to read one may cost 30 ms
            if self._has_asked or not link.can_send:
                return link.can_send
            if not self._tries_step(now_ms):
                if self._inbox.has_more and self._is_answered():
                    self._leave(now_ms)
                    return True
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

    def takes(self, name):
        """bool: a `state` or `fetch` offered now is sent now; else it is skipped, never queued."""
        return (
            self._link.can_send
            and not self._greetings
            and self._window.has_room(0 if name == "state" else self._reserve)
            and not self.outgoing.carries(name)
        )

    def offer(self, name, payload):
        """Publishes the newest one (bytes), a state retained. Ignored unless takes(name)."""
        if self.takes(name):
            self.outgoing.send(name, payload, self._now_ms, name == "state")

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

    def wake(self):
        """The command that waits may be done now, or refused."""
        self._idle_until_ms = 0

    def _is_answered(self):
        """bool: every command that came is done, and the broker has its reply."""
        waiting = self._inbox.is_waiting or self._replies
        return not waiting and not self.outgoing.carries("reply")

    def _open(self, now_ms):
        """Works on the next connection -> bool: the link is open now."""
        if self._was_open:
            self._closed()
            self._reconnect.lost(now_ms)
        if self._host or self._reconnect.is_asleep:
            self._reconnect.turn(now_ms)
        if not self._link.is_open:
            return False
        self._was_open = True
        self._greetings = ["cmd/#", "status"]
        self._inbox.clear()
        self._look_ms = now_ms + _LOOK_MS
        self._pace.start()
        window = self._window
        self._backlog.start([window.last_of(lane) for lane in (ALARM, WARNING, TRACK)])
        self._idle_until_ms = 0
        return True

    def _leave(self, now_ms):
        """Only on another connection does the broker send what it holds."""
        self._link.leave("the broker holds more commands")
        self._closed()
        self._reconnect.left(now_ms)

    def _closed(self):
        self._was_open = False
        self.breaks += 1
        self._window.unsend()

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
        if self._inbox.is_waiting and len(self._replies) < _REPLIES:
            reply = self._inbox.do_first(self.on_command, self._link, now_ms)
            if reply is not LATER:
                self._has_asked = True
                if reply is not None:
                    self._replies.append(reply)
                return True
        if self.outgoing.send_again(now_ms):
            return True
        if not self._window.has_room():
            return False
        if self._greetings:
            self._greet(self._greetings.pop(), now_ms)
            return True
        is_known = self._backlog.is_known
        if is_known and (
            self._sends_event(ALARM, self._last_slot, now_ms)
            or self._sends_event(WARNING, self._reserve, now_ms)
        ):
            return True
        if self._replies and self._window.has_room(self._reserve):
            self.outgoing.send("reply", self._replies.pop(0), now_ms)
            return True
        if not is_known or self._window.owes(TRACK):
            return False
        return self._backlog.gather(now_ms) or self._send_track(now_ms)

    def _sends_event(self, lane, reserve, now_ms):
        if not self._window.has_room(reserve) or self._window.owes(lane):
            return False
        message = self._backlog.take_event(lane)
        if message is None:
            return False
        self.outgoing.send_records(message, now_ms)
        return True

    def _greet(self, name, now_ms):
        if name == "status":
            self.outgoing.send(name, self._status(), now_ms, True)
        else:
            self._link.subscribe(self._commands, self._window.next_id(), now_ms)

    def _send_track(self, now_ms):
        if (
            not self._backlog.is_track_due(now_ms)
            or not self._window.has_room(self._reserve)
            or not self._pace.allows(self._window.bytes_of(TRACK))
        ):
            return False
        message = self._backlog.take_track()
        if message is not None:
            self.outgoing.send_records(message, now_ms)
        return True

    def _acked(self, packet_id, now_ms):
        slot = self.outgoing.acknowledged(packet_id)
        if slot is None:
            return
        self._idle_until_ms = 0
        if slot.lane == TRACK:
            self._pace.acknowledged(now_ms - slot.sent_ms, slot.size)
        self._reconnect.proven(now_ms)

    def _message(self, topic, payload, packet_id, flags):
        self._inbox.put(topic, payload, packet_id, flags)
        self._idle_until_ms = 0

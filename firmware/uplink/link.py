"""Link: one MQTT 3.1.1 connection with many messages in flight, which never waits.

umqtt.simple waits for each PUBACK; at 100 ms round trip that is ten messages a
second. Link lets it do the CONNECT (firmware/uplink/connect.py) and takes the socket from
there. Every failure, of the network or of the protocol, ends the same way: the link
is closed and `failure` says why. The caller has to send messages again.
"""

from micropython import const

from firmware.uplink.connect import Connect, no_clock
from firmware.uplink.packets import PINGRESP, PUBACK, PUBLISH, SUBACK, PacketReader, PacketWriter
from firmware.utf8 import is_utf8

PACKET_MAX = const(3072)  # bytes, the longest packet that can be sent
_RECEIVED_MAX = const(1024)  # bytes, the longest packet that can be received
_REFUSED = const(0x80)  # return code of a SUBACK
_NOT_IN_A_TOPIC = b"\x00+#"
_LOOK_MS = const(500)  # how often deadlines are looked at
_HEAD_MS = const(3000)

_CLOSED = const(0)
_CONNECTING = const(1)
_OPEN = const(2)


class Link:
    """No method raises a network error. `now_ms` never wraps.

    on_ack(packet_id, now_ms): a PUBACK came, perhaps with an id that is not in use.
    on_message(topic, payload, packet_id, flags): bytes, or None if it is too long, and of a PUBLISH
    the id, None at QoS 0, and the flags. acknowledge() every id, in the order of arrival.
    failure: str, why the last connection or attempt ended. attempts: int, to connect.
    """

    def __init__(self, broker, client_id, will_topic, will, dialer, identity=None, utc_ms=no_clock):
        """broker: config["broker"]; client_id: str; will_topic, will: bytes; dialer: see
        drivers/radio/dial.py. identity, utc_ms: see Connect."""
        self._connect = Connect(broker, client_id, will_topic, will, identity, utc_ms)
        self._dialer = dialer
        self._connect_ms = broker["connect_timeout_s"] * 1000
        self._answer_ms = broker["ack_timeout_s"] * 1000
        # Half of the keepalive: the broker closes after one and a half [MQTT-3.1.2-24].
        self._idle_ms = broker["keepalive_s"] * 500
        self._out = PacketWriter(PACKET_MAX)
        self._in = PacketReader(_RECEIVED_MAX)
        self._state = _CLOSED
        self._sock = None
        self.on_ack = None
        self.on_message = None
        self.failure = ""
        self.attempts = 0
        self._absurd_ms = None  # since then the head of a message is awaited that is far too long
        self.too_long = 0  # inbound messages that did not fit and were skipped

    @property
    def is_open(self):
        return self._state == _OPEN

    @property
    def is_connecting(self):
        return self._state == _CONNECTING

    @property
    def can_send(self):
        """bool: no packet waits for the socket."""
        return self._state == _OPEN and self._out.is_empty

    def connect(self, now_ms):
        """Begins to connect; turn() finishes it."""
        self.attempts += 1
        self._state = _CONNECTING
        self._due_ms = now_ms + self._connect_ms
        self._connect.now_ms = now_ms
        try:
            self._dialer.start(self._connect)
        except OSError as error:
            self._fail(error)

    def close(self, reason):
        """Closes the link without DISCONNECT: the broker then publishes the will."""
        if self._state == _CONNECTING:
            self._dialer.abandon()
        self._state = _CLOSED
        self.failure = reason
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def leave(self, reason):
        """Closes the link with DISCONNECT, if the socket takes it: the broker drops the will."""
        if self.can_send:
            self._out.disconnect()
            try:
                self._out.flush(self._sock)
            except OSError:
                pass  # the connection was gone already
        self.close(reason)

    def turn(self, now_ms):
        """Reads and writes what is possible without waiting."""
        try:
            if self._state == _OPEN:
                self._converse(now_ms)
            elif self._state == _CONNECTING:
                self._await(now_ms)
        except OSError as error:
            self._fail(error)

    def publish(self, topic, payload, packet_id, retain, dup, now_ms):
        """QoS 1 -> bool: False, not now (see can_send). ValueError: longer than PACKET_MAX."""
        if not self.can_send:
            return False
        if not self._out.publish(topic, payload, packet_id, retain, dup):
            raise ValueError("message longer than PACKET_MAX")
        self._push(now_ms)
        return True

    def subscribe(self, topic, packet_id, now_ms):
        """One filter, QoS 1 -> bool: False, not now. Without a SUBACK in time the link fails."""
        if not self.can_send:
            return False
        self._out.subscribe(topic, packet_id)
        self._suback_id = packet_id
        self._suback_due_ms = now_ms + self._answer_ms
        self._push(now_ms)
        return True

    def acknowledge(self, packet_id, now_ms):
        """PUBACK of a message that came -> bool: False, not now."""
        if self._state != _OPEN or self._out.is_crowded:
            return False
        self._out.puback(packet_id)
        self._push(now_ms)
        return True

    def _await(self, now_ms):
        sock = self._dialer.poll(now_ms)
        if sock is not None:
            sock.setblocking(False)
            self._sock = sock
            self._out.clear()
            self._in.clear()
            self._suback_id = 0
            self._ping_ms = self._absurd_ms = None
            self._sent_ms = now_ms
            self._look_ms = now_ms + _LOOK_MS
            self._state = _OPEN
        elif now_ms >= self._due_ms:
            self.close("no connection within %d s" % (self._connect_ms // 1000))

    def _converse(self, now_ms):
        if not self._out.is_crowded and self._in.fill(self._sock):
            self._receive(now_ms)
            if self._state != _OPEN:
                return  # a callback closed it
        if not self._out.is_empty:
            self._flush(now_ms)
        if now_ms >= self._look_ms:
            self._look(now_ms)

    def _push(self, now_ms):
        try:
            self._flush(now_ms)
        except OSError as error:
            self._fail(error)

    def _flush(self, now_ms):
        if self._out.flush(self._sock):
            self._sent_ms = now_ms

    def _fail(self, error):
        self.close(str(error))

    def _look(self, now_ms):
        self._look_ms = now_ms + _LOOK_MS
        if self._suback_id and now_ms >= self._suback_due_ms:
            raise OSError("no SUBACK came")
        if self._ping_ms is not None:
            if now_ms - self._ping_ms >= self._answer_ms:
                raise OSError("no PINGRESP came")
        elif now_ms - self._sent_ms >= self._idle_ms:
            self._ping_ms = now_ms
            if not self._out.is_crowded:  # else nothing moves, and no answer will come either
                self._out.pingreq()
                self._flush(now_ms)

    def _receive(self, now_ms):
        packets = self._in
        while self._state == _OPEN and not self._out.is_crowded:
            first = packets.next_packet()
            if first is None:
                self._await_head(now_ms)
                return
            length = packets.end - packets.start
            if first & 0xF0 == PUBLISH:
                self._message(first)
            elif first == PUBACK and length == 2:
                self.on_ack(self._id(packets.start), now_ms)
            elif first == SUBACK and length == 3:
                self._subscribed()
            elif first == PINGRESP and length == 0:
                self._ping_ms = None
            else:
                raise OSError("unexpected packet 0x%02x of %d bytes" % (first, length))

    def _await_head(self, now_ms):
        """Of a message that is far too long its packet id has to come soon, to be acknowledged."""
        if not self._in.is_absurd:
            self._absurd_ms = None
        elif self._absurd_ms is None:
            self._absurd_ms = now_ms
        elif now_ms - self._absurd_ms >= _HEAD_MS:
            raise OSError("PUBLISH longer than a bus can take")

    def _subscribed(self):
        """A refusal (0x80) is no failure: without commands the alarms still go out."""
        packet = self._in
        if self._id(packet.start) != self._suback_id:
            raise OSError("SUBACK for a SUBSCRIBE that was never sent")
        granted = packet.buf[packet.start + 2]
        if granted > 1 and granted != _REFUSED:
            raise OSError("SUBACK with the code 0x%02x [MQTT-3.9.3-2]" % granted)
        self._suback_id = 0

    def _message(self, first):
        qos = first >> 1 & 3
        if qos > 1 or first & 0x0F == 0x08:
            raise OSError("PUBLISH with wrong flags 0x%02x [MQTT-3.3.1-2, -4]" % first)
        packet = self._in
        topic = packet.start + 2
        has_length = packet.end - packet.start >= 2
        body = topic + (packet.number(packet.start) if has_length else 0xFFFF)
        payload = body + 2 * qos
        is_whole = not packet.too_long and not packet.is_absurd
        if payload > packet.end:
            if is_whole:
                raise OSError("PUBLISH shorter than its topic")
            if packet.is_absurd:
                raise OSError("PUBLISH longer than a bus can take")
            self.too_long += 1  # not even its topic fits: it stays with the broker
            return
        packet_id = self._id(body) if qos else None
        self._check_topic(topic, body)
        if not is_whole:
            self.too_long += 1
        if packet.is_absurd:
            if qos:
                self._out.puback(packet_id)  # else the broker would send it again and again
                self._out.flush(self._sock)
            raise OSError("PUBLISH longer than a bus can take")
        content = packet.bytes(payload, packet.end) if is_whole else None
        self.on_message(packet.bytes(topic, body), content, packet_id, first & 0x0F)

    def _id(self, at):
        packet_id = self._in.number(at)
        if packet_id == 0:
            raise OSError("packet id 0 [MQTT-2.3.1-1]")
        return packet_id

    def _check_topic(self, at, end):
        """Raises OSError if a PUBLISH must not have this topic."""
        buf = self._in.buf
        if at == end:
            raise OSError("PUBLISH with an empty topic [MQTT-4.7.3-1]")
        if not is_utf8(buf, at, end):
            raise OSError("PUBLISH with a topic that is no UTF-8 [MQTT-1.5.3-1]")
        for index in range(at, end):
            if buf[index] in _NOT_IN_A_TOPIC:
                raise OSError("PUBLISH with U+0000 or a wildcard [MQTT-1.5.3-2, 3.3.2-2]")

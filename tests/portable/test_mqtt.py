"""Link: packets byte for byte, deadlines, and every way in which a broker may be wrong."""

from lines import BROKER, Dialer, Line, packets, puback

from firmware.mqtt import Link
from firmware.packets import Inbox, Outbox

TOPIC = b"schoolbus/f/b/event"


class Ears:
    def __init__(self):
        self.acks = []
        self.messages = []

    def acked(self, packet_id, now_ms):
        self.acks.append(packet_id)

    def message(self, topic, payload):
        self.messages.append((topic, payload))


def opened(line):
    link = Link(BROKER, "f-b", b"schoolbus/f/b/status", b"{}", Dialer(line))
    ears = Ears()
    link.on_ack = ears.acked
    link.on_message = ears.message
    link.dial(0)
    link.turn(0)
    assert link.is_open
    return link, ears


def test_publish_is_one_write_of_exactly_these_bytes():
    line = Line()
    link, _ = opened(line)
    assert link.publish(b"a/b", b"hello", 0x1234, False, False, 0)
    assert line.sent == b"\x32\x0c\x00\x03a/b\x12\x34hello"
    assert line.writes == 1


def test_retain_and_dup_are_the_flags_of_the_standard():
    line = Line()
    link, _ = opened(line)
    for retain, dup, first in ((True, False, 0x33), (False, True, 0x3A), (True, True, 0x3B)):
        line.sent = b""
        link.publish(b"a", b"", 1, retain, dup, 0)
        assert line.sent[0] == first


def test_remaining_length_takes_one_byte_up_to_127_and_two_beyond():
    for payload, head in ((122, b"\x32\x7f"), (123, b"\x32\x80\x01"), (2000, b"\x32\xd5\x0f")):
        line = Line()
        link, _ = opened(line)
        link.publish(b"a", bytes(payload), 1, False, False, 0)
        assert line.sent[: len(head)] == head
        assert packets(line.sent)[0][1] == b"\x00\x01a\x00\x01" + bytes(payload)


def test_a_packet_leaves_in_pieces_and_the_next_one_waits_for_its_end():
    line = Line()
    link, _ = opened(line)
    line.takes = 5
    assert link.publish(b"a/b", b"hello", 1, False, False, 0)
    assert not link.can_send
    assert not link.publish(b"a/b", b"later", 2, False, False, 0)
    line.takes = 3
    link.turn(100)
    line.takes = None
    link.turn(200)
    assert packets(line.sent) == [(0x32, b"\x00\x03a/b\x00\x01hello")]
    assert link.can_send


def test_what_is_longer_than_the_buffer_is_refused_and_leaves_nothing_behind():
    line = Line()
    link, _ = opened(line)
    try:
        link.publish(b"a", bytes(4000), 1, False, False, 0)
        raise AssertionError("taken")
    except ValueError:
        pass
    link.turn(30000)
    assert line.sent == b"\xc0\x00"
    link.publish(b"a", b"x", 2, False, False, 30000)
    assert packets(line.sent) == [(0xC0, b""), (0x32, b"\x00\x01a\x00\x02x")]


def test_the_outbox_holds_a_packet_of_exactly_its_size():
    box = Outbox(20)
    assert box.publish(b"a", bytes(13), 1, False, False)
    box.clear()
    assert not box.publish(b"a", bytes(14), 1, False, False)


def test_new_boxes_are_empty():
    assert Outbox(20).is_empty and Inbox(20).take() is None


def test_an_outbox_is_crowded_when_not_both_a_puback_and_a_ping_fit():
    line = Line()
    line.setblocking(False)
    box = Outbox(64)
    for n in range(14):
        box.puback(n)
    box.pingreq()
    assert not box.is_crowded
    box.puback(0x1234)
    assert box.is_crowded
    box.pingreq()
    assert box.flush(line) == 15 * 4 + 2 * 2 and box.is_empty
    assert line.sent[14 * 4 :] == b"\xc0\x00\x40\x02\x12\x34\xc0\x00"
    line.takes = 3
    box.puback(1)
    assert box.flush(line) == 3 and not box.is_empty
    line.takes = None
    assert box.flush(line) == 1 and box.is_empty


def test_subscribe_asks_for_qos_1():
    line = Line()
    link, _ = opened(line)
    assert link.subscribe(b"cmd/#", 7, 0)
    assert line.sent == b"\x82\x0a\x00\x07\x00\x05cmd/#\x01"


STREAM = (
    puback(3)
    + b"\x32\x0a\x00\x03c/x\x00\x09abc"
    + b"\xd0\x00"
    + puback(0xFFFF)
    + b"\x30\x06\x00\x03c/yz"
)


def test_subscribe_waits_like_publish():
    line = Line()
    link, _ = opened(line)
    line.takes = 4
    link.publish(b"a/b", b"hello", 1, False, False, 0)
    assert not link.subscribe(b"cmd/#", 7, 0)
    line.takes = None
    link.turn(1)
    assert packets(line.sent) == [(0x32, b"\x00\x03a/b\x00\x01hello")]


def test_nothing_overtakes_half_a_subscribe_or_half_a_ping():
    for begin, whole in (
        (lambda link: link.subscribe(b"c", 7, 0), (0x82, b"\x00\x07\x00\x01c\x01")),
        (lambda link: link.turn(30000), (0xC0, b"")),
    ):
        line = Line()
        link, _ = opened(line)
        line.takes = 1
        begin(link)
        assert not link.publish(b"a", b"x", 1, False, False, 0)
        line.takes = None
        link.turn(1)
        assert link.publish(b"a", b"x", 1, False, False, 2)
        assert packets(line.sent) == [whole, (0x32, b"\x00\x01a\x00\x01x")]


def test_a_write_that_breaks_fails_the_link():
    line = Line()
    link, _ = opened(line)
    line.breaks = True
    link.publish(b"a", b"x", 1, False, False, 0)
    assert not link.is_open and "reset" in link.failure and line.is_closed


def test_a_stream_cut_into_any_pieces_reads_the_same():
    for piece in range(1, len(STREAM) + 1):
        line = Line(STREAM)
        line.piece = piece
        link, ears = opened(line)
        for now_ms in range(len(STREAM) + 1):
            link.turn(now_ms)
        assert link.is_open, link.failure
        assert ears.acks == [3, 0xFFFF]
        assert ears.messages == [(b"c/x", b"abc"), (b"c/y", b"z")]
        assert line.sent == puback(9)


def test_retained_and_repeated_messages_are_messages_too():
    for first in (0x30, 0x31, 0x32, 0x33, 0x3A, 0x3B):
        qos = first >> 1 & 1
        body = b"\x00\x01c" + b"\x00\x05" * qos + b"hi"
        link, ears = opened(Line(bytes([first, len(body)]) + body))
        link.turn(0)
        assert link.is_open and ears.messages == [(b"c", b"hi")], link.failure


def test_an_empty_topic_harms_nobody():
    link, ears = opened(Line(b"\x30\x02\x00\x00" + puback(3)))
    link.turn(0)
    assert link.is_open and ears.acks == [3]


def test_two_inbound_messages_are_acknowledged_in_their_order():
    line = Line(b"\x32\x05\x00\x01c\x00\x05" + b"\x3a\x05\x00\x01c\x00\x04")
    link, _ = opened(line)
    link.turn(0)
    assert line.sent == puback(5) + puback(4)


def test_pubacks_wait_behind_half_a_packet_and_a_flood_waits_in_the_socket():
    flood = b"".join([b"\x32\x05\x00\x01c" + n.to_bytes(2, "big") for n in range(1, 41)])
    line = Line(flood)
    link, ears = opened(line)
    line.takes = 4
    link.publish(b"a/b", b"hello", 1, False, False, 0)
    link.turn(0)
    link.turn(1)
    assert 10 <= len(ears.messages) < 20
    line.takes = None
    for now_ms in range(2, 9):
        link.turn(now_ms)
    assert link.is_open, link.failure
    answers = packets(line.sent)
    assert answers[0][0] == 0x32
    assert [int.from_bytes(body, "big") for _, body in answers[1:]] == list(range(1, 41))


def test_a_message_longer_than_the_inbox_is_skipped_and_acknowledged():
    body = b"\x00\x03c/x\x00\x09" + bytes(5000)
    for piece in (1 << 20, 700, 64):
        line = Line(b"\x32\x8f\x27" + body + puback(3))
        line.piece = piece
        link, ears = opened(line)
        for now_ms in range(100):
            link.turn(now_ms)
        assert link.is_open, link.failure
        assert ears.messages == [] and ears.acks == [3] and link.too_long == 1
        assert line.sent == puback(9)


def test_the_longest_message_that_is_taken_fills_the_inbox():
    for payload, taken in ((1013, True), (1014, True), (1015, False), (1016, False)):
        length = 7 + payload
        head = bytes([0x32, length & 0x7F | 0x80, length >> 7])
        for piece in (1 << 20, 512, 100):
            line = Line(head + b"\x00\x03c/x\x12\x34" + bytes(payload) + puback(3))
            line.piece = piece
            link, ears = opened(line)
            for now_ms in range(30):
                link.turn(now_ms)
            assert link.is_open, link.failure
            assert ears.messages == ([(b"c/x", bytes(payload))] if taken else [])
            assert ears.acks == [3] and line.sent == puback(0x1234)


def test_a_topic_longer_than_the_inbox_is_skipped():
    line = Line(b"\x32\x90\x27" + b"\x13\x86" + bytes(4998) + b"\x00\x09x" + bytes(5) + puback(3))
    link, ears = opened(line)
    for now_ms in range(100):
        link.turn(now_ms)
    assert link.is_open, link.failure
    assert ears.acks == [3] and link.too_long == 1 and line.sent == b""


WRONG = (
    (b"\x00\x00", "unexpected"),
    (b"\x20\x02\x00\x00", "unexpected"),  # a CONNACK long after the first
    (b"\x40\x03\x00\x01\x00", "unexpected"),
    (b"\x41\x02\x00\x01", "unexpected"),
    (b"\x50\x02\x00\x01", "unexpected"),
    (b"\xd0\x01\x00", "unexpected"),
    (b"\x90\x03\x00\x09\x01", "SUBACK"),
    (b"\x34\x05\x00\x01c\x00\x01", "flags"),  # QoS 2, never granted
    (b"\x36\x05\x00\x01c\x00\x01", "flags"),
    (b"\x38\x03\x00\x01c", "flags"),  # DUP with QoS 0
    (b"\x32\x05\x00\x01c\x00\x00", "packet id 0"),
    (b"\x32\x04\x00\x01c\x00", "shorter"),
    (b"\x30\x01\x00", "shorter"),
    (b"\x30\x00", "shorter"),
    (b"\x30\xff\xff\xff\xff\x01", "remaining length"),
)


def test_whatever_is_no_mqtt_fails_the_link_and_says_so():
    for stream, why in WRONG:
        line = Line(stream)
        link, ears = opened(line)
        link.turn(0)
        assert not link.is_open, stream
        assert why in link.failure, (stream, link.failure)
        assert line.is_closed and ears.messages == []


def test_the_end_of_the_stream_fails_the_link_wherever_it_comes():
    for n in range(len(STREAM)):
        line = Line(STREAM[:n])
        link, _ = opened(line)
        link.turn(0)
        assert link.is_open
        line.ended = True
        link.turn(1)
        assert not link.is_open and "closed" in link.failure


def test_any_bytes_either_fail_the_link_or_leave_it_open_but_never_raise():
    state = 12345
    for _ in range(300):
        noise = bytearray()
        for _ in range(60):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            noise.append(state >> 16 & 0xFF)
        line = Line(bytes(noise))
        link, _ = opened(line)
        for now_ms in range(5):
            link.turn(now_ms)


def test_a_ping_goes_out_after_half_the_keepalive_and_its_answer_is_waited_for():
    line = Line()
    link, _ = opened(line)
    link.turn(29999)
    assert line.sent == b""
    link.turn(30500)
    assert line.sent == b"\xc0\x00"
    line.arrived = b"\xd0\x00"
    link.turn(31000)
    link.turn(60000)
    assert line.sent == b"\xc0\x00"
    link.turn(61000)
    assert line.sent == b"\xc0\x00\xc0\x00"
    link.turn(80500)
    assert link.is_open
    link.turn(81000)
    assert not link.is_open and "PINGRESP" in link.failure


def test_the_ping_is_due_at_half_the_keepalive_exactly():
    for now_ms, sent in ((29999, b""), (30000, b"\xc0\x00")):
        line = Line()
        link, _ = opened(line)
        link.turn(now_ms)
        assert line.sent == sent


def test_whatever_is_sent_puts_the_ping_off():
    line = Line()
    link, _ = opened(line)
    link.publish(TOPIC, b"x", 1, False, False, 20000)
    line.sent = b""
    link.turn(49900)
    assert line.sent == b""
    link.turn(50400)
    assert line.sent == b"\xc0\x00"


def test_a_socket_that_takes_nothing_more_is_given_up():
    line = Line(b"".join([b"\x32\x05\x00\x01c" + n.to_bytes(2, "big") for n in range(1, 41)]))
    link, _ = opened(line)
    line.takes = 0
    for now_ms in range(0, 50000, 500):
        link.turn(now_ms)
    assert link.is_open
    link.turn(50000)
    assert not link.is_open and "PINGRESP" in link.failure


def test_a_suback_that_does_not_come_fails_the_link_and_a_refusal_does_not():
    for now_ms in (19999, 20000):
        link, _ = opened(Line())
        link.subscribe(b"cmd/#", 7, 0)
        link.turn(now_ms)
        assert link.is_open == (now_ms < 20000)
    assert "SUBACK" in link.failure
    line = Line()
    link, _ = opened(line)
    link.subscribe(b"cmd/#", 7, 0)
    line.arrived = b"\x90\x03\x00\x07\x80"
    link.turn(100)
    link.turn(25000)
    assert link.is_open


def test_a_dial_that_brings_nothing_is_abandoned():
    dialer = Dialer(None, OSError("no route"), Line())
    link = Link(BROKER, "f-b", b"s", b"{}", dialer)
    link.dial(0)
    link.turn(19999)
    assert link.is_dialling
    link.turn(20000)
    assert not link.is_dialling and dialer.abandoned == 1 and "20 s" in link.failure
    link.dial(21000)
    link.turn(21000)
    assert not link.is_dialling and link.failure == "no route"
    link.dial(22000)
    link.turn(22000)
    assert link.is_open and link.dials == 3


def test_nothing_of_a_connection_reaches_the_next():
    first, second = Line(), Line()
    link = Link(BROKER, "f-b", b"s", b"{}", Dialer(first, second))
    ears = Ears()
    link.on_ack = ears.acked
    link.dial(0)
    link.turn(0)
    link.subscribe(b"c", 7, 0)
    first.takes = 1
    link.publish(b"a", b"x", 1, False, False, 19000)
    first.arrived = b"\x40\x02\x00"
    link.turn(19500)
    assert link.is_open and not link.can_send
    link.close("enough")
    link.dial(20000)
    link.turn(20000)
    second.arrived = puback(3)
    link.turn(20100)
    assert ears.acks == [3] and second.sent == b"" and link.can_send
    link.turn(49000)
    assert link.is_open, link.failure


def test_a_ping_without_an_answer_is_forgotten_with_its_connection():
    first, second = Line(), Line()
    link = Link(BROKER, "f-b", b"s", b"{}", Dialer(first, second))
    link.dial(0)
    link.turn(0)
    link.turn(30000)
    assert first.sent == b"\xc0\x00"
    link.close("enough")
    link.dial(31000)
    link.turn(31000)
    link.turn(55000)
    assert link.is_open and second.sent == b""


def test_a_ping_after_a_puback_is_a_whole_ping():
    line = Line(b"\x32\x05\x00\x01c\x00\x05")
    link, _ = opened(line)
    link.turn(0)
    link.turn(30000)
    assert line.sent == puback(5) + b"\xc0\x00"


def test_a_dialer_without_a_thread_to_spare_is_a_failed_dial():
    class Busy:
        def start(self, connect):
            raise OSError("earlier dials still hang")

        def abandon(self):
            pass

    link = Link(BROKER, "f-b", b"s", b"{}", Busy())
    link.dial(0)
    assert not link.is_dialling and not link.is_open and "hang" in link.failure


def test_a_length_is_waited_for_to_its_end():
    line = Line(b"\x30\x80")
    link, _ = opened(line)
    link.turn(0)
    line.arrived = b"\x01" + b"\x00\x01c" + bytes(124)
    link.turn(1)
    assert link.is_open
    line.arrived = b"\x00" + puback(3)
    link.turn(2)
    assert link.is_open, link.failure

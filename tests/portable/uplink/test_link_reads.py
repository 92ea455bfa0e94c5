"""What a Link reads, in pieces of any size, and every error that a broker can make."""

from lines import Line, opened, packets, puback

STREAM = (
    puback(3)
    + b"\x32\x0a\x00\x03c/x\x00\x09abc"
    + b"\xd0\x00"
    + puback(0xFFFF)
    + b"\x30\x06\x00\x03c/yz"
)


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


def test_an_empty_topic_does_no_harm():
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


def test_two_messages_in_one_read_are_taken_at_one_turn():
    one = b"\x30\xf4\x03\x00\x01c" + bytes(497)
    link, ears = opened(Line(one + one))
    link.turn(0)
    assert ears.messages == [(b"c", bytes(497))] * 2


def test_a_message_too_long_is_acknowledged_wherever_in_a_read_it_begins():
    body = b"\x00\x03c/x\x00\x09" + bytes(5000)
    line = Line(puback(3) * 254 + b"\x32\x8f\x27" + body + puback(4))
    link, ears = opened(line)
    for now_ms in range(20):
        link.turn(now_ms)
    assert ears.acks[253:] == [3, 4] and line.sent == puback(9) and link.too_long == 1


def test_half_a_topic_length_at_the_end_of_the_inbox_is_not_read_beyond_it():
    link, ears = opened(Line(puback(3) * 254 + b"\x30\x03\x00\x01c" + b"\x30\x01\x00"))
    link.turn(0)
    assert len(ears.acks) == 254 and "shorter" in link.failure


def test_a_remaining_length_may_have_four_bytes():
    link, _ = opened(Line(b"\x30\x80\x80\x80\x01"))
    link.turn(0)
    assert link.is_open, link.failure


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

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
        assert ears.flags == [first & 0x0F]


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
        assert ears.messages == [] and ears.acks == [3] and link.too_long == ears.too_long == 1
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
    (b"\x90\x03\x00\x00\x01", "packet id 0"),  # for id 0, while none is waited for
    (b"\x32\x05\x00\x01c\x00\x00", "packet id 0"),
    (b"\x40\x02\x00\x00", "packet id 0"),
    (b"\x32\x04\x00\x01c\x00", "shorter"),
    (b"\x30\x01\x00", "shorter"),
    (b"\x30\x00", "shorter"),
    (b"\x30\xff\xff\xff\xff\x01", "remaining length"),
    # Nothing but a PUBLISH is longer than three bytes: its header is enough.
    (b"\x40\x04", "unexpected"),
    (b"\x40\xff\xff\xff\x7f", "unexpected"),
    (b"\x90\xff\xff\xff\x7f", "unexpected"),
    (b"\x00\xff\xff\xff\x7f", "unexpected"),
    (b"\xf0\x80\x01", "unexpected"),
    # Types that only a client sends, and those of QoS 2.
    (b"\x10\x02\x00\x00", "unexpected"),
    (b"\x50\x02\x00\x01", "unexpected"),
    (b"\x62\x02\x00\x01", "unexpected"),
    (b"\x70\x02\x00\x01", "unexpected"),
    (b"\x82\x03\x00\x01c", "unexpected"),
    (b"\xa2\x03\x00\x01c", "unexpected"),
    (b"\xb0\x02\x00\x01", "unexpected"),
    (b"\xc0\x00", "unexpected"),
    (b"\xe0\x00", "unexpected"),
    (b"\x91\x03\x00\x01\x01", "unexpected"),
    (b"\xd1\x00", "unexpected"),
    (b"\x30\x02\x00\x00", "4.7.3-1"),
    (b"\x32\x04\x00\x00\x00\x01", "4.7.3-1"),
)

WRONG_TOPICS = (
    (b"a\x00b", "1.5.3-2"),
    (b"\x00", "1.5.3-2"),
    (b"cmd/#", "3.3.2-2"),
    (b"cmd/+/x", "3.3.2-2"),
    (b"\xff", "1.5.3-1"),
    (b"\xc0\x80", "1.5.3-1"),  # U+0000 in two bytes
    (b"cmd/\xed\xa0\x80", "1.5.3-1"),  # a surrogate
    (b"cmd/\xe0\xb8", "1.5.3-1"),  # two thirds of a Thai letter
    (b"\xf4\x90\x80\x80", "1.5.3-1"),
)


def message(topic, first=0x30):
    """A PUBLISH with the payload "hi"."""
    body = len(topic).to_bytes(2, "big") + topic + (b"\x00\x05" if first & 2 else b"") + b"hi"
    return bytes([first, len(body)]) + body


def test_a_topic_that_no_publish_may_have_fails_the_link():
    for topic, why in WRONG_TOPICS:
        for first in (0x30, 0x31, 0x32, 0x3B):
            line = Line(message(topic, first))
            link, ears = opened(line)
            link.turn(0)
            assert not link.is_open and why in link.failure, (topic, link.failure)
            assert ears.messages == [] and line.sent == b"", topic


def test_a_topic_in_any_script_is_a_topic():
    for topic in ("cmd/ก", "é", "😀/x", " ", "$SYS", "/"):
        link, ears = opened(Line(message(topic.encode())))
        link.turn(0)
        assert link.is_open and ears.messages == [(topic.encode(), b"hi")], link.failure


def test_codes_of_a_suback():
    for code, is_open in ((0, True), (1, True), (0x80, True), (2, False), (3, False), (0x81, False),
                          (0xFF, False)):  # fmt: skip
        line = Line()
        link, _ = opened(line)
        link.subscribe(b"cmd/#", 7, 0)
        line.arrived = b"\x90\x03\x00\x07" + bytes([code])
        link.turn(1)
        assert link.is_open is is_open, (code, link.failure)
        assert is_open or "3.9.3-2" in link.failure


def test_a_length_that_no_bus_can_take_ends_the_link_at_its_header():
    for length in (b"\x81\x80\x04", b"\xff\xff\xff\x7f", b"\x80\x80\x80\x01"):
        for first in (0x30, 0x31, 0x32, 0x3B):
            line = Line(bytes([first]) + length)
            link, ears = opened(line)
            link.turn(0)
            link.turn(2999)
            assert link.is_open, "its packet id may be on its way"
            link.turn(3000)
            assert not link.is_open and "longer" in link.failure, link.failure
            assert line.sent == b"" and ears.too_long == 0


def test_such_a_message_is_acknowledged_if_possible_or_it_would_end_every_link():
    body = b"\x00\x03c/x\x00\x09" + bytes(500)
    for first, answer in ((0x32, puback(9)), (0x3B, puback(9)), (0x30, b"")):
        line = Line(bytes([first]) + b"\xff\xff\xff\x7f" + body)
        link, ears = opened(line)
        link.turn(0)
        assert not link.is_open and line.sent == answer, link.failure
        assert ears.messages == []


def test_it_is_acknowledged_wherever_a_read_ends():
    whole = b"\x32\xff\xff\xff\x7f\x00\x03c/x\x00\x09" + bytes(500)
    for cut in range(1, 20):
        line = Line(puback(3) + whole[:cut])
        link, ears = opened(line)
        link.turn(0)
        line.arrived += whole[cut:]
        link.turn(100)
        assert not link.is_open and line.sent == puback(9), cut
        assert ears.acks == [3] and ears.messages == []


def test_the_longest_message_that_is_skipped():
    for length, is_open in ((65536, True), (65537, False)):
        head = bytes([0x32, length & 0x7F | 0x80, length >> 7 & 0x7F | 0x80, length >> 14])
        line = Line(head + b"\x00\x03c/x\x00\x09" + bytes(length - 7) + puback(3))
        link, ears = opened(line)
        for now_ms in range(100):
            link.turn(now_ms)
        assert link.is_open is is_open and ears.acks == ([3] if is_open else [])
        assert line.sent == puback(9)


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

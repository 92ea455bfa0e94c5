"""What a Link and its packet buffers write, byte for byte."""

from lines import Line, opened, packets, puback

from firmware.uplink.packets import PacketReader, PacketWriter

TOPIC = b"schoolbus/f/b/event"


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


def test_a_writer_holds_a_packet_of_exactly_its_size():
    writer = PacketWriter(20)
    assert writer.publish(b"a", bytes(13), 1, False, False)
    writer.clear()
    assert not writer.publish(b"a", bytes(14), 1, False, False)


def test_a_new_writer_and_a_new_reader_are_empty():
    assert PacketWriter(20).is_empty and PacketReader(20).next_packet() is None


def test_a_writer_is_crowded_when_not_both_a_puback_and_a_ping_fit():
    line = Line()
    line.setblocking(False)
    writer = PacketWriter(64)
    for n in range(14):
        writer.puback(n)
    writer.pingreq()
    assert not writer.is_crowded
    writer.puback(0x1234)
    assert writer.is_crowded
    writer.pingreq()
    assert writer.flush(line) == 15 * 4 + 2 * 2 and writer.is_empty
    assert line.sent[14 * 4 :] == b"\xc0\x00\x40\x02\x12\x34\xc0\x00"
    line.takes = 3
    writer.puback(1)
    assert writer.flush(line) == 3 and not writer.is_empty
    line.takes = None
    assert writer.flush(line) == 1 and writer.is_empty


def test_a_reader_says_whether_it_has_bytes():
    line = Line()
    line.setblocking(False)
    reader = PacketReader(8)
    assert not reader.fill(line)
    line.arrived = b"\x40"
    assert reader.fill(line) and reader.fill(line) and reader.next_packet() is None
    line.arrived = puback(3)[1:] + puback(4) + puback(5)
    assert reader.fill(line) and reader.fill(line)  # full: nothing more is read
    assert line.arrived == puback(5)
    assert reader.next_packet() == 0x40 and reader.number(reader.start) == 3


def test_the_longest_packet_is_3072_bytes():
    line = Line()
    link, _ = opened(line)
    assert link.failure == "" and link.publish(b"a", bytes(3064), 1, False, False, 0)
    assert len(line.sent) == 3072
    try:
        link.publish(b"a", bytes(3065), 2, False, False, 0)
        raise AssertionError("taken")
    except ValueError:
        pass


def test_subscribe_asks_for_qos_1():
    line = Line()
    link, _ = opened(line)
    assert link.subscribe(b"cmd/#", 7, 0)
    assert line.sent == b"\x82\x0a\x00\x07\x00\x05cmd/#\x01"


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

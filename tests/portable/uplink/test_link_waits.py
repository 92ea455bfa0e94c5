"""Deadlines of a Link: pings, answers that do not come, attempts that bring nothing."""

from lines import BROKER, Dialer, Ears, Line, opened, puback

from firmware.uplink.link import Link

TOPIC = b"schoolbus/f/b/event"


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


def test_an_attempt_that_brings_nothing_is_abandoned():
    dialer = Dialer(None, OSError("no route"), Line())
    link = Link(BROKER, "f-b", b"s", b"{}", dialer)
    link.connect(0)
    link.turn(19999)
    assert link.is_connecting
    link.turn(20000)
    assert not link.is_connecting and dialer.abandoned == 1 and "20 s" in link.failure
    link.connect(21000)
    link.turn(21000)
    assert not link.is_connecting and link.failure == "no route"
    link.connect(22000)
    link.turn(22000)
    assert link.is_open and link.attempts == 3


def test_nothing_of_a_connection_reaches_the_next():
    first, second = Line(), Line()
    link = Link(BROKER, "f-b", b"s", b"{}", Dialer(first, second))
    ears = Ears()
    link.on_ack = ears.acked
    link.connect(0)
    link.turn(0)
    link.subscribe(b"c", 7, 0)
    first.takes = 1
    link.publish(b"a", b"x", 1, False, False, 19000)
    first.arrived = b"\x40\x02\x00"
    link.turn(19500)
    assert link.is_open and not link.can_send
    link.close("enough")
    link.connect(20000)
    link.turn(20000)
    second.arrived = puback(3)
    link.turn(20100)
    assert ears.acks == [3] and second.sent == b"" and link.can_send
    link.turn(49000)
    assert link.is_open, link.failure


def test_a_ping_without_an_answer_is_forgotten_with_its_connection():
    first, second = Line(), Line()
    link = Link(BROKER, "f-b", b"s", b"{}", Dialer(first, second))
    link.connect(0)
    link.turn(0)
    link.turn(30000)
    assert first.sent == b"\xc0\x00"
    link.close("enough")
    link.connect(31000)
    link.turn(31000)
    link.turn(55000)
    assert link.is_open and second.sent == b""


def test_a_ping_after_a_puback_is_a_whole_ping():
    line = Line(b"\x32\x05\x00\x01c\x00\x05")
    link, _ = opened(line)
    link.turn(0)
    link.turn(30000)
    assert line.sent == puback(5) + b"\xc0\x00"


def test_a_dialer_without_a_free_thread_is_a_failed_attempt():
    class Busy:
        def start(self, connect):
            raise OSError("earlier attempts still hang")

        def abandon(self):
            pass

    link = Link(BROKER, "f-b", b"s", b"{}", Busy())
    link.connect(0)
    assert not link.is_connecting and not link.is_open and "hang" in link.failure


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

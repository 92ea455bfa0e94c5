"""Every command is done once and answered once, however many wait and however slow the bus is."""

from lines import Line, packets, puback
from uplinks import Bench, names, published

from firmware.uplink.inbox import LATER

TOPIC = b"schoolbus/f/b/cmd/"


def command(packet_id, payload=b"{}", name=b"ping", first=0x32):
    """A PUBLISH of the broker; packet_id None: QoS 0."""
    topic = TOPIC + name
    number = b"" if packet_id is None else packet_id.to_bytes(2, "big")
    body = len(topic).to_bytes(2, "big") + topic + number + payload
    if packet_id is None:
        first &= 0xF9
    length = len(body)
    head = bytes([length]) if length < 128 else bytes([length & 0x7F | 0x80, length >> 7])
    return bytes([first]) + head + body


class City(Bench):
    """A bus that notes what it is asked for."""

    def __init__(self, *lines, **broker):
        super().__init__(*lines, **broker)
        self.asked = []
        self.uplink.on_command = self.answer

    def answer(self, name, payload, is_retained):
        self.asked.append((name, payload, is_retained))
        return b'{"re":' + payload + b"}"


def answers(line):
    return [payload["re"] for name, _, payload, _ in published(line) if name == "reply"]


def pubacks(line):
    return [int.from_bytes(body, "big") for first, body in packets(line.sent) if first == 0x40]


def test_a_command_is_done_then_acknowledged_and_answered():
    line = Line()
    line.acks = True
    bench = City(line)
    bench.run()
    line.arrived += command(7, b"1")
    bench.run()
    assert bench.asked == [("ping", b"1", False)]
    assert pubacks(line) == [7] and answers(line) == [1]
    assert bench.uplink.is_drained


def test_twelve_that_waited_are_all_done_in_their_order():
    line = Line()
    line.acks = True
    bench = City(line)
    bench.run()
    line.arrived += b"".join([command(n, b"%d" % n) for n in range(1, 13)])
    bench.run()
    assert answers(line) == pubacks(line) == list(range(1, 13))
    assert bench.uplink.breaks == 0 and bench.uplink.is_drained


def test_what_finds_no_room_stays_with_the_broker_and_is_fetched_by_another_connection():
    first, others = Line(), [Line() for _ in range(5)]
    for line in others:
        line.acks = True
    bench = City(first, *others)
    bench.run()
    payloads = [b'"%d' % n + b"x" * 200 + b'"' for n in range(1, 31)]
    first.arrived += b"".join([command(n + 1, payloads[n]) for n in range(30)])
    bench.run(1000)
    assert 0 < len(pubacks(first)) < 20, "the broker is slow, and the window full"
    assert not bench.uplink.is_drained
    first.arrived += b"".join([puback(number) for _, number, _, _ in published(first)])
    first.acks = True
    bench.run(100)
    assert packets(first.sent)[-1] == (0xE0, b""), "it takes its leave: no last will"
    done = len(pubacks(first))
    assert 0 < done < 30 and len(answers(first)) == done and not bench.uplink.is_drained
    bench.run(200)
    assert others[0].sent, "it is back at once: it has failed in nothing, and an alarm may wait"
    # The broker sends again what was not acknowledged, in order.
    lines = [first]
    for line in others:
        left = range(sum([len(pubacks(line)) for line in lines]), 30)
        line.arrived += b"".join([command(n + 1, payloads[n], first=0x3A) for n in left])
        bench.run(1000)
        lines.append(line)
        if packets(line.sent)[-1] != (0xE0, b""):
            break
    assert sum([pubacks(line) for line in lines], []) == list(range(1, 31))
    assert [payload for _, payload, _ in bench.asked] == payloads
    assert sum([len(answers(line)) for line in lines]) == 30
    assert bench.uplink.is_drained and bench.uplink.breaks == len(lines) - 1


def test_nothing_behind_one_that_stays_with_the_broker_is_acknowledged():
    line = Line()
    bench = City(line, Line())
    line.piece = 1 << 20
    bench.run()
    line.arrived += puback(1) + b"\x90\x03\x00\x02\x01"
    line.takes = 0  # nothing leaves: no command is done
    bench.event()
    bench.run(300)
    for n in range(1, 12):
        line.arrived += command(n, b'"' + b"x" * 200 + b'"')
        bench.run(100)
    line.arrived += command(12, b"{}")  # it would find room
    bench.run(100)
    line.takes = None
    bench.run(500)
    assert pubacks(line) == list(range(1, len(pubacks(line)) + 1))
    assert 0 < len(pubacks(line)) < 11 and len(bench.asked) == len(pubacks(line))


def test_while_replies_find_no_room_in_the_window_commands_wait():
    line = Line()
    bench = City(line, window=2)
    bench.run()
    for _ in range(3):
        bench.event()
    bench.run()
    line.arrived += b"".join([command(n, b"%d" % n) for n in range(1, 13)])
    bench.run()
    assert 4 <= len(bench.asked) == len(pubacks(line)) < 8, "as many as replies may wait"
    line.acks = True
    line.arrived += b"".join([puback(number) for _, number, _, _ in published(line)])
    bench.run(5000)  # one at a time: the other place is the alarms'
    assert answers(line) == pubacks(line) == list(range(1, 13))


def test_a_command_that_was_done_before_the_break_is_only_acknowledged():
    first, second = Line(), Line()
    first.acks = second.acks = True
    bench = City(first, second)
    bench.run()
    first.arrived += command(1, b"1") + command(2, b"2")
    bench.run()
    first.ended = True
    second.arrived += command(1, b"1", first=0x3A) + command(2, b"2", first=0x3A)
    second.arrived += command(3, b"3", first=0x3A)  # this one was lost on its way
    bench.run(3000)
    assert [payload for _, payload, _ in bench.asked] == [b"1", b"2", b"3"]
    assert pubacks(second) == [1, 2, 3] and answers(second) == [3]


def test_the_same_request_again_is_another_request():
    line = Line()
    line.acks = True
    bench = City(line)
    bench.run()
    line.arrived += command(1, b"1")
    bench.run()
    line.arrived += command(2, b"1") + command(3, b"1", name=b"drill", first=0x3A)
    bench.run()
    assert [name for name, _, _ in bench.asked] == ["ping", "ping", "drill"]
    assert pubacks(line) == [1, 2, 3] and answers(line) == [1, 1, 1]


def test_one_that_waits_and_comes_again_is_acknowledged_once():
    line = Line()
    bench = City(line)
    bench.run()
    line.takes = 0
    bench.event()
    bench.run(200)
    line.arrived += command(5, b"5")
    bench.run(200)
    line.arrived += command(5, b"5", first=0x3A)
    bench.run(200)
    line.takes = None
    line.acks = False
    bench.run()
    assert pubacks(line) == [5] and len(bench.asked) == 1


def test_what_was_waiting_when_the_link_broke_is_done_when_it_comes_again():
    first, second = Line(), Line()
    bench = City(first, second)
    bench.run()
    first.takes = 0
    bench.event()
    bench.run(200)
    first.arrived += command(5, b"5")
    bench.run(200)
    assert bench.asked == []
    first.ended = True
    second.acks = True
    second.arrived += command(5, b"5", first=0x3A)
    bench.run(3000)
    assert len(bench.asked) == 1 and pubacks(second) == [5] and answers(second) == [5]


def test_at_qos_0_a_command_is_answered_and_cannot_wait_with_the_broker():
    line = Line()
    line.acks = True
    bench = City(line)
    bench.run()
    line.arrived += command(None, b"1") + command(None, b"2")
    bench.run()
    assert answers(line) == [1, 2] and pubacks(line) == []
    line.takes = 0
    bench.event()
    bench.run(200)
    for n in range(20):
        line.arrived += command(None, b"%d" % n)
        bench.run(100)
    line.takes = None
    line.acks = False
    bench.run()
    assert bench.uplink.connected and bench.uplink.breaks == 0


def test_other_topics_and_long_messages_are_acknowledged_in_their_turn():
    line = Line()
    line.acks = True
    bench = City(line)
    bench.run()
    line.takes = 0
    bench.event()
    bench.run(200)
    other = command(2, b"2").replace(b"cmd/", b"cmx/")
    line.arrived += command(1, b"1") + other
    bench.run(200)
    line.arrived += command(3, bytes(1500))
    bench.run(500)
    line.takes = None
    line.acks = False
    bench.run()
    assert pubacks(line) == [1, 2, 3] and answers(line) == [1]


def test_a_retained_command_is_named_as_such():
    line = Line()
    line.acks = True
    bench = City(line)
    bench.run()
    line.arrived += command(9, b"1", first=0x33) + command(None, b"2", first=0x31)
    bench.run()
    assert bench.asked == [("ping", b"1", True), ("ping", b"2", True)]
    assert pubacks(line) == [9]


def test_a_flood_of_commands_is_bounded_in_memory():
    line = Line()
    bench = City(line, Line())
    bench.run()
    line.takes = 0
    bench.event()
    bench.run(200)
    for n in range(1, 40):
        line.arrived += command(n, b"%d" % n)
        bench.run(100)
    inbox = bench.uplink._inbox
    assert len(inbox._waiting) == 16 and inbox.has_more
    assert sum([len(payload) for _, _, payload, _ in inbox._waiting]) <= 2048


def test_a_retained_command_is_refused_once_not_at_every_connection():
    lines = [Line() for _ in range(3)]
    bench = City(*lines)
    for line in lines:
        line.acks = True
        while not bench.uplink.connected:
            bench.run(100)
        bench.run()
        line.arrived += command(7, b"1", first=0x33)
        bench.run()
        assert pubacks(line) == [7] and answers(line) == ([1] if line is lines[0] else [])
        line.ended = line is not lines[-1]
        bench.run(200)
    assert bench.asked == [("ping", b"1", True)]


def test_an_empty_message_that_clears_a_retained_command_is_no_request():
    line = Line()
    line.acks = True
    bench = City(line)
    bench.run()
    line.arrived += command(7, b"")
    bench.run()
    assert pubacks(line) == [7] and answers(line) == [] and bench.asked == []


def test_the_same_request_sent_twice_is_two_requests():
    first, second = Line(), Line()
    second.acks = True
    bench = City(first, second)
    bench.run()
    first.arrived += command(7, b"1")
    bench.run()
    first.ended = True
    while not bench.uplink.connected or bench.uplink._link._sock is not second:
        bench.run(100)
    second.arrived += command(7, b"1", first=0x3A) + command(8, b"1", first=0x3A)
    bench.run()
    assert pubacks(second) == [7, 8] and answers(second) == [1, 1]
    assert bench.asked == [("ping", b"1", False)] * 2


def test_of_what_was_done_only_the_last_32_are_remembered():
    line = Line()
    line.acks = True
    bench = City(line)
    bench.run()
    for n in range(1, 41):
        line.arrived += command(n, b"%d" % n)
        bench.run(100)
    assert len(bench.asked) == 40
    assert len(bench.uplink._inbox._done) == 32


class Examining(City):
    """A bus that does not know yet what it may do."""

    knows = False

    def answer(self, name, payload, is_retained):
        return City.answer(self, name, payload, is_retained) if self.knows else LATER

    def knows_now(self):
        self.knows = True
        self.uplink.wake()


def test_a_command_that_is_examined_waits_and_everything_else_goes_on():
    line = Line()
    line.acks = True
    bench = Examining(line)
    bench.run()
    line.arrived += command(7, b"1") + command(8, b"2")
    bench.run()
    bench.event()
    bench.run()
    assert names(line)[-1] == "event", "an alarm waits for no command"
    assert bench.asked == pubacks(line) == answers(line) == []
    assert not bench.uplink.is_drained, "a bus that sleeps would never know"
    bench.knows_now()
    bench.run()
    assert [payload for _, payload, _ in bench.asked] == [b"1", b"2"]
    assert pubacks(line) == [7, 8] and answers(line) == [1, 2]
    assert bench.uplink.is_drained


def test_a_command_that_is_examined_when_the_connection_breaks_comes_again():
    first, second = Line(), Line()
    first.acks = second.acks = True
    bench = Examining(first, second)
    bench.run()
    first.arrived += command(5, b"5")
    bench.run()
    first.ended = True
    bench.run(8000)
    bench.knows_now()
    bench.run()
    assert bench.asked == [], "it is the broker's again"
    second.arrived += command(5, b"5", first=0x3A)
    bench.run()
    assert len(bench.asked) == 1 and pubacks(second) == [5]

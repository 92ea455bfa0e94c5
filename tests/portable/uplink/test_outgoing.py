"""Messages that were in flight at a break, over a flash that refuses to read one lane. P2, P3."""

from lines import Line, puback
from nor import later
from uplinks import Bench, published

from firmware.journal.journal import ALARM, TRACK, WARNING

_DUP = 8


def refuse(bench, *lanes):
    """The flash refuses to read these lanes, and no others, until it is told to answer."""
    bench.flash.refuses_reads = set()
    for lane in lanes:
        blocks = bench.journal._book.lanes[lane].ring.blocks
        bench.flash.refuses_reads |= {blocks.first + n for n in range(blocks.count)}


def seqs(line, name="event"):
    return [payload["seq"] for topic, _, payload, _ in published(line) if topic == name]


def rows(line):
    """Numbers of the positions, in the order of arrival."""
    found = []
    for topic, _, payload, _ in published(line):
        if topic == "track":
            found += range(payload["seq"], payload["seq"] + payload["n"])
    return found


def in_flight(records, **broker):
    """records() -> a Bench whose first connection has broken before any PUBACK for them, and the
    lines before and after."""
    first, second = Line(), Line()
    second.acks = True
    bench = Bench(first, second, None, **broker)
    wanted = records(bench)
    bench.run(500)
    first.arrived += puback(1)  # the status
    bench.run(3000)
    first.ended = True
    return bench, first, second, wanted


def delivered(bench):
    for _ in range(5):
        bench.run(1000)
        later(bench.journal, 1)
    return bench.uplink.is_drained and bench.journal.is_delivered


def test_of_three_lanes_in_flight_those_that_can_be_read_are_sent_again():
    lanes = (ALARM, WARNING, TRACK)
    for refused in lanes:
        bench, first, second, wanted = in_flight(
            lambda bench: {lane: [bench.event(lane) for _ in range(2)] for lane in lanes}, window=16
        )
        assert sorted(seqs(first)) == sorted(sum(wanted.values(), []))
        refuse(bench, refused)
        bench.run(3000)
        others = [seq for lane in lanes if lane != refused for seq in wanted[lane]]
        assert seqs(second) == others, refused
        new = [bench.event(lane) for lane in lanes if lane != refused]
        bench.run(70000)
        assert seqs(second) == others + new, refused
        bench.flash.answer()
        assert delivered(bench), refused
        assert seqs(second) == others + new + wanted[refused], refused


def test_a_full_window_that_cannot_be_read_again_leaves_room_for_the_other_lanes():
    for refused, others in ((ALARM, (WARNING, TRACK)), (WARNING, (ALARM, TRACK))):
        bench, first, second, wanted = in_flight(
            lambda bench, lane=refused: [bench.event(lane) for _ in range(40)], window=4
        )
        held = len(seqs(first))
        assert held == 3
        refuse(bench, refused)
        new = [bench.event(lane) for lane in others for _ in range(10)]
        bench.position()
        bench.run(70000)
        assert seqs(second) == new and len(rows(second)) == 1, refused
        bench.flash.answer()
        assert delivered(bench)
        assert seqs(second) == new + wanted, refused


def test_no_new_event_overtakes_one_of_its_lane_that_has_to_be_sent_again():
    for lane in (ALARM, WARNING, TRACK):
        for refusals in range(1, 12):
            bench, _, second, wanted = in_flight(
                lambda bench, lane=lane: [bench.event(lane) for _ in range(3)]
            )
            wanted.append(bench.event(lane))
            bench.flash.refusals = refusals
            assert delivered(bench)
            assert seqs(second) == wanted, (lane, refusals)


def test_a_track_message_that_is_half_read_when_another_lane_is_refused_goes_on():
    def records(bench):
        alarm = bench.event()
        for _ in range(60):
            bench.position()
        return alarm

    for steps in (1, 2, 3):
        bench, first, second, alarm = in_flight(records, window=16)
        numbers = rows(first)
        assert len(numbers) == 60 and seqs(first) == [alarm]
        refuse(bench, ALARM)
        uplink = bench.uplink
        uplink._link.turn(bench.now_ms)
        while not uplink._open(bench.now_ms):
            bench.now_ms += 100
        for _ in range(steps):
            assert uplink._tries_step(bench.now_ms)
        assert rows(second) == [] and uplink._backlog._batch.n == 16 * steps, steps
        if steps == 2:
            bench.flash.answer()
        bench.run(3000)
        assert rows(second) == numbers, steps
        bench.flash.answer()
        assert delivered(bench)
        assert rows(second) == numbers and seqs(second) == [alarm], steps


def test_a_half_read_track_message_that_is_refused_is_read_from_its_beginning():
    def records(bench):
        for _ in range(60):
            bench.position()

    for reads in range(1, 60, 7):
        bench, first, second, _ = in_flight(records, window=16)
        numbers = rows(first)
        left = [reads]

        def refuses(block, left=left):
            left[0] -= 1
            return left[0] < 0

        answers, bench.flash._refuses_to_read = bench.flash._refuses_to_read, refuses
        bench.run(2000)
        bench.flash._refuses_to_read = answers
        assert delivered(bench)
        assert rows(second) == numbers, reads
        assert len(seqs(second, "track")) == len(seqs(first, "track")), reads


def test_what_a_full_lane_dropped_while_it_was_in_flight_is_not_waited_for():
    for lane in (ALARM, WARNING):
        bench, first, second, gone = in_flight(
            lambda bench, lane=lane: [bench.event(lane) for _ in range(3)]
        )
        assert seqs(first) == gone
        kept = [bench.event(lane, 200) for _ in range(120)]
        assert bench.journal.backlog(lane) < 100
        delivered(bench)
        assert bench.journal.backlog(lane) == 0 and not bench.uplink._window.slots, lane
        told = seqs(second)
        assert told == kept[-len(told) :] and len(told) > 30, lane


def test_what_is_sent_again_has_its_packet_id_and_dup_even_after_refusals():
    bench, first, second, wanted = in_flight(lambda bench: [bench.event() for _ in range(3)])
    was = [(number, payload) for topic, number, payload, _ in published(first) if topic == "event"]
    refuse(bench, ALARM)
    bench.run(2000)
    bench.flash.answer()
    assert delivered(bench)
    again = [p for p in published(second) if p[0] == "event"]
    assert [(number, payload) for _, number, payload, _ in again] == was
    assert [bool(first & _DUP) for _, _, _, first in again] == [True] * 3
    assert bench.uplink.outgoing.resent == 3


def test_a_lane_that_cannot_be_read_again_does_not_hide_a_silent_broker():
    bench, _, second, _ = in_flight(lambda bench: [bench.event()], ack_timeout_s=20)
    second.acks = False
    refuse(bench, ALARM)
    bench.run(19000)
    bench.event(WARNING)
    bench.run(1000)
    assert bench.uplink.connected, "the status waits since the connection"
    bench.run(3000)
    assert not bench.uplink.connected and bench.uplink.failure == "no PUBACK came"


def test_a_puback_for_a_message_that_waits_to_be_sent_again_counts_for_nothing():
    bench, first, second, wanted = in_flight(lambda bench: [bench.event()])
    ((number, _),) = [(n, p) for topic, n, p, _ in published(first) if topic == "event"]
    refuse(bench, ALARM)
    bench.run(1000)
    second.arrived += puback(number)
    bench.run(1000)
    assert bench.uplink.outgoing.strays == 1 and bench.journal.backlog(ALARM) == 1
    bench.flash.answer()
    assert delivered(bench)
    assert seqs(second) == wanted


def test_refused_at_every_break_nothing_is_lost_and_the_window_does_not_grow():
    lines = [Line() for _ in range(12)]
    for line in lines[3::4]:
        line.acks = True
    bench = Bench(*lines, window=4)
    wanted = {lane: [bench.event(lane) for _ in range(12)] for lane in (ALARM, WARNING, TRACK)}
    for at, line in enumerate(lines[:-1]):
        refuse(bench, *((ALARM,), (WARNING, TRACK), (ALARM, WARNING), ())[at % 4])
        bench.run(400 if line.acks else 3000)
        assert len(bench.uplink._window.slots) <= 3 * 4
        line.ended = True
        while bench.uplink.breaks <= at or not bench.uplink.connected:
            bench.run(100)
        later(bench.journal, 1)
    bench.flash.answer()
    assert delivered(bench)
    for lane, numbers in wanted.items():
        heard = []
        for line in lines:
            heard += [seq for seq in seqs(line) if seq in numbers and seq not in heard]
        assert heard == numbers, lane

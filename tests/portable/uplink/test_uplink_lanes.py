"""Three lanes to the broker, over a flash that may refuse to be read. P2, P3."""

from lines import Line, puback
from nor import later
from uplinks import Bench, published

from firmware.journal.journal import ALARM, TRACK, WARNING


def seqs(line, name="event"):
    return [payload["seq"] for topic, _, payload, _ in published(line) if topic == name]


def test_alarms_come_before_warnings_and_warnings_before_the_track():
    line = Line()
    line.acks = True
    bench = Bench(line, window=4)
    order = {TRACK: [], WARNING: [], ALARM: []}
    for lane in (TRACK, WARNING, ALARM):
        for _ in range(12):
            order[lane].append(bench.event(lane))
    bench.run(5000)
    assert seqs(line) == order[ALARM] + order[WARNING] + order[TRACK]
    assert bench.uplink.is_drained and bench.journal.is_delivered


def test_an_alarm_finds_room_in_a_window_full_of_warnings():
    for window in (1, 2, 4, 8, 16):
        line = Line()
        bench = Bench(line, window=window)
        for _ in range(40):
            bench.event(WARNING)
        bench.run()
        line.sent = b""
        alarm = bench.event(ALARM)
        bench.run()
        assert (alarm in seqs(line)) == (window >= 8), window
        line.acks = True
        for number in range(1, 65):
            line.arrived += puback(number)
        bench.run()
        assert seqs(line)[0] == alarm, "before any other warning"


def test_an_alarm_finds_room_in_a_window_full_of_replies():
    """Anybody who may publish gets replies to his pings."""
    for window in (1, 2, 4, 8, 16):
        line = Line()
        bench = Bench(line, window=window)
        for _ in range(40):
            bench.uplink.reply(b"{}")
        bench.run()
        line.sent = b""
        alarm = bench.event(ALARM)
        bench.run()
        assert (alarm in seqs(line)) == (window >= 8), window


def test_a_refused_read_is_waited_for_and_nothing_is_passed_over():
    for refusals in range(1, 40):
        line = Line()
        line.acks = True
        bench = Bench(line)
        wanted = [bench.event(lane) for lane in (ALARM, WARNING, TRACK) for _ in range(5)]
        bench.run(200)
        wanted += [bench.event(lane, 100) for lane in (ALARM, WARNING, TRACK) for _ in range(5)]
        for _ in range(20):
            bench.position()
        bench.flash.refusals = refusals
        for _ in range(80):
            bench.run(1000)
            later(bench.journal, 1)
        assert bench.flash.refusals == 0
        assert sorted(seqs(line)) == sorted(wanted), refusals
        assert bench.journal.is_delivered and bench.journal.damaged == 0


def test_what_was_in_flight_is_not_counted_as_heard_because_it_cannot_be_read():
    for refusals in (1, 2, 3, 5, 8, 13):
        first, second = Line(), Line()
        second.acks = True
        bench = Bench(first, second, window=100, window_bytes=16000)
        wanted = [bench.event() for _ in range(10)]
        for _ in range(50):
            bench.position()
        bench.run(3000)
        assert seqs(first, "track")
        first.ended = True
        bench.flash.refusals = refusals
        bench.run(500)
        assert bench.journal.backlog(ALARM) == 10 and bench.journal.backlog(TRACK) == 50
        bench.run(90000)
        later(bench.journal, 2)
        assert seqs(second) == wanted, refusals
        rows = sum([payload["n"] for topic, _, payload, _ in published(second) if topic == "track"])
        assert rows == 50 and bench.journal.is_delivered


def test_a_lane_that_cannot_be_read_holds_up_no_other():
    line = Line()
    line.acks = True
    bench = Bench(line)
    alarm, warning = bench.event(ALARM), bench.event(WARNING)
    ring = bench.journal._book.lanes[ALARM].ring
    bench.flash.refuses_reads = {ring.blocks.block(ring.newest)}
    bench.run(2000)
    assert seqs(line) == [warning] and bench.journal.refuses
    bench.flash.answer()
    bench.run(2000)
    assert seqs(line) == [warning, alarm]


def test_while_the_journal_is_not_known_the_status_goes_out_and_nothing_else():
    line = Line()
    line.acks = True
    bench = Bench(line)
    wanted = bench.event()
    bench.flash.refuses_one_in = 1
    bench.reboot()
    bench.run(2000)
    assert bench.journal.epoch is None and not bench.uplink.is_drained
    assert [topic for topic, _, _, _ in published(line)] == ["status"]
    assert bench.uplink.takes("state")
    bench.flash.answer()
    later(bench.journal, 5)
    bench.run(2000)
    assert seqs(line) == [wanted]


def test_what_was_dropped_after_it_was_read_is_not_sent():
    line = Line()
    bench = Bench(line, window=1)
    for _ in range(5):
        bench.event(TRACK, 100)
    bench.run()
    assert seqs(line) == [], "the window holds the status"
    backlog = bench.uplink._backlog
    assert backlog._lanes[TRACK].peek_new() and backlog._lanes[TRACK].reader.seq == 1
    for _ in range(1200):
        bench.event(TRACK, 100)
    (loss,) = bench.journal._book.losses._losses
    line.acks = True
    line.arrived = puback(published(line)[0][1])
    bench.run(2000)
    assert seqs(line)[0] == loss.last + 1


def test_a_renewed_journal_is_read_anew():
    line = Line()
    line.acks = True
    bench = Bench(line)
    bench.event()
    bench.run(2000)
    bench.journal._sizes = (32, 8, 8)
    assert bench.journal.is_outdated
    bench.journal.renew()
    bench.journal.prepare(bench.now_ms)
    again = bench.event()
    bench.run(2000)
    assert seqs(line)[-1] == again and bench.uplink.is_drained

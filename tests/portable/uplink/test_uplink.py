"""The uplink on a line in memory."""

from lines import Line, packets, puback
from uplinks import Bench, names, published

from firmware import messages
from firmware.journal.journal import ALARM, TRACK, WARNING


def test_status_first_then_alarms_then_the_track():
    line = Line()
    bench = Bench(line)
    bench.position()
    bench.event()
    bench.run()
    assert names(line) == ["status", "event", "track"]
    assert packets(line.sent)[1][0] == 0x82
    assert [first for _, _, _, first in published(line)] == [0x33, 0x32, 0x32]
    assert bench.uplink.outgoing.sent == 3 and bench.uplink.outgoing.resent == 0


def test_a_turn_does_four_things_and_says_whether_there_is_more():
    line = Line()
    bench = Bench(line)
    for _ in range(4):
        bench.event()
    assert not bench.uplink.turn(0) and not bench.uplink.connected
    assert bench.uplink.turn(100)
    assert len(packets(line.sent)) == 4  # status, SUBSCRIBE, two events
    assert not bench.uplink.turn(100)
    assert len(packets(line.sent)) == 6
    bench.event()
    line.takes = 5
    assert not bench.uplink.turn(200)  # half of it, and the socket is full
    line.takes = None
    assert not bench.uplink.turn(300)
    assert names(line) == ["status"] + ["event"] * 5


def test_news_goes_out_at_the_next_turn():
    line = Line()
    line.acks = True
    bench = Bench(line)
    bench.event()
    bench.run()
    assert bench.uplink.outgoing.acked == 2
    bench.event()
    assert not bench.uplink.turn(bench.now_ms + 100)
    assert names(line) == ["status", "event", "event"]


def test_the_last_place_of_a_window_is_kept_for_the_state():
    for window, events in ((1, 1), (2, 1), (3, 2)):
        line = Line()
        line.acks = True
        bench = Bench(line, window=window)
        bench.run()
        line.acks = False
        for _ in range(4):
            bench.event()
        bench.run()
        assert names(line).count("event") == events
        assert bench.uplink.takes("state") == (window > 1)


def test_the_window_counts_the_bytes_of_a_message():
    whole = 7 + len(b"schoolbus/f/b/status") + len(b'{"v":1}')
    for window_bytes, room in ((whole, False), (whole + 1, True)):
        bench = Bench(Line(), window_bytes=window_bytes)
        bench.run()
        assert bench.uplink.takes("state") == room


def test_what_may_be_in_flight_grows_with_each_puback_and_starts_over_after_a_break():
    for breaks, least in ((False, 12000), (True, 4000)):
        first, second = Line(), Line()
        first.acks = True
        bench = Bench(first, second, window=100, window_bytes=16000)
        for _ in range(2):
            for _ in range(60):
                bench.event(TRACK, 200)
            bench.run(3000)
        assert bench.journal.backlog(TRACK) == 0
        first.acks = False
        first.ended = breaks
        bench.run(3000)
        line = second if breaks else first
        line.sent = b""
        for _ in range(60):
            bench.event(TRACK, 200)
        bench.run()
        sent = sum([3 + len(body) for _, body in packets(line.sent)])
        assert least <= sent < least + 300, (breaks, sent)


def test_a_record_is_forgotten_when_its_puback_is_there_and_not_before():
    line = Line()
    bench = Bench(line)
    bench.event()
    bench.run()
    assert bench.journal.backlog(ALARM) == 1
    (event,) = [p for p in published(line) if p[0] == "event"]
    line.arrived = puback(event[1] + 1)
    bench.run()
    assert bench.journal.backlog(ALARM) == 1 and bench.uplink.outgoing.strays == 1
    line.arrived = puback(event[1])
    bench.run()
    assert bench.journal.backlog(ALARM) == 0


def test_after_a_break_the_window_is_sent_again_as_it_was_with_dup():
    first, second = Line(), Line()
    bench = Bench(first, second)
    for _ in range(3):
        bench.event()
    bench.run()
    before = published(first)
    first.ended = True
    bench.run(3000)
    after = published(second)
    again = after[: len(before)]
    assert [(n, i, p, f | 8) for n, i, p, f in before] == again
    assert names(second)[len(before) :] == ["status"]
    assert bench.uplink.breaks == 1 and bench.uplink.outgoing.resent == 4


def test_what_was_acknowledged_out_of_order_is_not_sent_again():
    first, second = Line(), Line()
    bench = Bench(first, second)
    seqs = [bench.event() for _ in range(3)]
    bench.run()
    ids = [number for name, number, _, _ in published(first) if name == "event"]
    first.arrived = puback(ids[2]) + puback(ids[1])
    first.ended = True
    bench.run(3000)
    events = [payload["seq"] for name, _, payload, _ in published(second) if name == "event"]
    assert events == seqs[:1]
    second.arrived = puback(ids[0])
    bench.run()
    assert bench.journal.backlog(ALARM) == 0


def test_positions_wait_for_company_but_not_in_the_way_of_an_event():
    line = Line()
    line.acks = True
    bench = Bench(line)
    bench.run()
    bench.position()
    bench.position()
    bench.run(59000)
    assert "track" not in names(line)
    bench.event(TRACK)
    bench.run()
    assert names(line)[-2:] == ["track", "event"]
    assert published(line)[-2][2]["n"] == 2


def test_a_batch_of_positions_starts_over_after_a_break():
    first, second = Line(), Line()
    first.acks = second.acks = True
    bench = Bench(first, second)
    bench.run()
    bench.position()
    bench.position()
    bench.run()
    first.ended = True
    bench.run(3000)
    tracks = [payload for name, _, payload, _ in published(second) if name == "track"]
    assert [(track["seq"], track["n"]) for track in tracks] == [(1, 2)]
    assert names(first) == ["status"]


def test_a_track_message_holds_many_positions_and_is_sent_again_with_the_same():
    first, second = Line(), Line()
    bench = Bench(first, second)
    for _ in range(40):
        bench.position()
    bench.run()
    assert published(first)[1][2]["n"] == 40
    for _ in range(3):
        bench.position()
    bench.run()
    first.ended = True
    bench.run(3000)
    tracks = [payload for name, _, payload, _ in published(second) if name == "track"]
    assert tracks[0] == published(first)[1][2]
    assert [(track["seq"], track["n"]) for track in tracks[1:]] == [(41, 3)]


def test_a_puback_of_positions_forgets_these_and_no_more():
    line = Line()
    bench = Bench(line)
    for _ in range(3):
        bench.position()
    bench.event(TRACK)
    bench.event(TRACK)
    bench.run()
    assert names(line) == ["status", "track", "event", "event"]
    line.arrived = puback(published(line)[1][1])
    bench.run()
    assert bench.journal.backlog(TRACK) == 2


def test_positions_do_not_wait_longer_than_a_minute():
    line = Line()
    line.acks = True
    bench = Bench(line)
    bench.run()
    bench.position()
    bench.run(60000)
    assert "track" not in names(line)
    bench.run(100)
    assert names(line)[-1] == "track"


def test_a_window_full_of_positions_has_room_for_an_alarm():
    line, again = Line(), Line()
    bench = Bench(line, again)
    for _ in range(6):
        bench.event(TRACK)
        bench.event(TRACK)
    bench.run()
    assert len(published(line)) == 6  # status and five: two of eight are kept free
    bench.event()
    bench.event()
    bench.run()
    assert names(line)[6:] == ["event"]  # and the last is for the state
    assert bench.uplink.takes("state")
    line.ended = True
    again.acks = True
    bench.run(3000)
    seqs = [payload["seq"] for name, _, payload, _ in published(again) if name == "event"]
    assert seqs == [1, 2, 3, 4, 5, 13, 14, 6, 7, 8, 9, 10, 11, 12]
    assert bench.journal.backlog(TRACK) == bench.journal.backlog(ALARM) == 0


def test_an_event_that_was_held_back_when_the_connection_broke_is_read_again():
    first, second = Line(), Line()
    first.acks = second.acks = True
    bench = Bench(first, second)
    bench.event(TRACK)
    bench.run()
    assert bench.journal.backlog(TRACK) == 0
    first.acks = False
    for _ in range(6):
        bench.event()
    bench.event(TRACK)
    bench.run()
    first.ended = True
    bench.run(3000)
    seqs = [payload["seq"] for name, _, payload, _ in published(second) if name == "event"]
    assert seqs == [2, 3, 4, 5, 6, 7, 8]


def test_a_silent_broker_is_left_after_the_ack_timeout():
    line = Line()
    line.acks = True
    bench = Bench(line, None)
    bench.run(60000)
    line.acks = False
    bench.event()
    bench.run(20000)
    assert bench.uplink.connected
    bench.run(1000)
    assert not bench.uplink.connected and "PUBACK" in bench.uplink.failure and line.is_closed


def test_state_is_taken_once_at_a_time_and_never_queued():
    line = Line()
    bench = Bench(line)
    assert not bench.uplink.takes("state")
    bench.uplink.offer("state", b'{"old":1}')
    bench.run()
    assert bench.uplink.takes("state")
    bench.uplink.offer("state", b'{"new":1}')
    assert not bench.uplink.takes("state")
    bench.uplink.offer("state", b'{"more":1}')
    bench.run()
    states = [p for p in published(line) if p[0] == "state"]
    assert [p[2] for p in states] == [{"new": 1}] and states[0][3] == 0x33
    line.arrived = puback(states[0][1])
    bench.run()
    assert bench.uplink.takes("state")


def test_a_fetch_is_not_retained_and_takes_no_place_of_an_alarm():
    line = Line()
    bench = Bench(line, window=8)
    assert not bench.uplink.takes("fetch")
    bench.run()
    bench.uplink.offer("fetch", b'{"at":0}')
    assert not bench.uplink.takes("fetch") and bench.uplink.takes("state"), "one at a time"
    (asked,) = [p for p in published(line) if p[0] == "fetch"]
    assert asked[2] == {"at": 0} and asked[3] == 0x32
    line.arrived = puback(asked[1])
    bench.run()
    assert bench.uplink.takes("fetch")
    for _ in range(8):
        bench.event(WARNING)
    bench.run()
    assert not bench.uplink.takes("fetch"), "the rest of the window is for alarms and the state"
    assert bench.uplink.takes("state")


def test_a_status_that_changed_is_published_at_once_and_once():
    line, next_line = Line(), Line()
    line.acks = next_line.acks = True
    bench = Bench(line, next_line)
    bench.uplink.renew_status()  # before there is a connection: it will be published anyway
    bench.run()
    assert names(line) == ["status"]
    bench.uplink.renew_status()
    bench.uplink.renew_status()
    bench.run()
    assert names(line) == ["status", "status"]
    assert published(line)[1][3] & 1, "retained"
    line.ended = True
    bench.run(10000)
    assert names(next_line) == ["status"]


def test_without_a_host_there_is_no_attempt():
    bench = Bench(Line())
    bench.uplink._host = ""
    bench.run()
    assert bench.uplink.attempts == 0


def test_a_record_that_can_no_longer_be_read_splits_the_message_it_was_in():
    first, second = Line(), Line()
    bench = Bench(first, second)
    for _ in range(5):
        bench.position()
    bench.run()
    assert published(first)[1][2]["n"] == 5
    record = messages.position(1003, 3, -3, None, None)
    bench.flash.data[bytes(bench.flash.data).find(record)] ^= 1
    first.ended = True
    bench.run(5000)
    tracks = [p for p in published(second) if p[0] == "track"]
    assert [(p[2]["seq"], p[2]["n"]) for p in tracks] == [(1, 2), (4, 2)]
    assert tracks[0][1] == published(first)[1][1] != tracks[1][1]
    second.arrived = puback(tracks[0][1])
    bench.run()
    assert bench.journal.backlog(TRACK) == 3
    second.arrived = puback(tracks[1][1])
    bench.run()
    assert bench.journal.backlog(TRACK) == 0


def test_records_that_a_full_lane_dropped_in_the_meantime_are_not_waited_for():
    first, second = Line(), Line()
    bench = Bench(first, second)
    bench.position()
    bench.run()
    assert names(first) == ["status", "track"]
    first.ended = True
    bench.run(100)
    for _ in range(16 * 4096 // 32):  # more than the lane holds
        bench.position()
    bench.journal.housekeep(bench.now_ms)
    second.acks = True
    bench.run(70000)
    assert bench.journal.backlog(TRACK) == 0


def test_drained_is_when_the_city_has_all_and_was_answered():
    line = Line()
    line.acks = True
    bench = Bench(line, ack_timeout_s=120, keepalive_s=600)
    uplink = bench.uplink
    assert not uplink.is_drained, "there is no link"
    bench.run(3000)
    assert uplink.is_drained
    line.acks = False
    for add in (bench.event, bench.position, lambda: uplink.reply(b"{}")):
        add()
        assert not uplink.is_drained, "it has not been sent"
        bench.run(61000 if add == bench.position else 1000)
        assert not uplink.is_drained, "it has not been acknowledged"
        _, number, _, _ = published(line)[-1]
        line.arrived += puback(number)
        bench.run(300)
        assert uplink.is_drained
    uplink.renew_status()
    assert not uplink.is_drained


def test_a_bus_that_goes_to_sleep_disconnects_and_connects_again_when_it_wakes():
    asleep, awake = Line(), Line()
    asleep.acks = awake.acks = True
    bench = Bench(asleep, awake)
    bench.run(3000)
    assert bench.uplink.connected and not bench.uplink.is_off
    bench.uplink.sleep(bench.now_ms)
    assert packets(asleep.sent)[-1] == (0xE0, b"") and asleep.is_closed
    assert not bench.uplink.connected
    bench.run(30000)
    assert bench.uplink.is_off and bench.radio.calls == ["down"]
    bench.uplink.sleep(bench.now_ms)
    bench.run(30000)
    assert bench.uplink.is_off and bench.uplink.attempts == 1 and bench.radio.calls == ["down"]
    bench.uplink.sleep(bench.now_ms, False)
    bench.run(1000)
    assert bench.uplink.connected and bench.uplink.attempts == 2 and not awake.is_closed
    bench.uplink.sleep(bench.now_ms, False)
    bench.run(1000)
    assert bench.uplink.connected and bench.uplink.attempts == 2

"""What the uplink is made of: window, pace, redial; and the uplink on a line in memory."""

import json

from lines import BROKER, Dialer, Line, Radio, packets, puback
from nor import Flash, journal

from firmware import messages
from firmware.config import defaults
from firmware.journal import ALARM, KIND_EVENT, KIND_POSITION, TRACK
from firmware.mqtt import Link
from firmware.pace import Pace
from firmware.redial import Redial
from firmware.uplink import Uplink
from firmware.window import Window

# Window


def sent(window, n, lane=TRACK):
    slots = []
    for _ in range(n):
        seq = 1 + len(window.slots)
        slot = window.add(b"t", lane, seq, seq)
        slot.sent_ms = 0
        slot.size = 100
        slots.append(slot)
    return slots


def test_the_cursor_moves_only_past_what_is_acknowledged_without_a_gap():
    window = Window(8, 10000)
    a, b, c = sent(window, 3)
    assert window.acknowledged(b.packet_id) is b
    assert window.settle(TRACK) is None
    assert window.acknowledged(a.packet_id) is a
    assert window.settle(TRACK) == 2
    assert window.acknowledged(c.packet_id) is c
    assert window.settle(TRACK) == 3
    assert window.slots == []


def test_lanes_do_not_wait_for_each_other():
    window = Window(8, 10000)
    sent(window, 1, TRACK)
    (alarm,) = sent(window, 1, ALARM)
    window.acknowledged(alarm.packet_id)
    assert window.settle(ALARM) == alarm.last
    assert len(window.slots) == 1


def test_the_bytes_of_a_lane_are_those_not_acknowledged():
    window = Window(8, 10000)
    first, _ = sent(window, 2, TRACK)
    sent(window, 1, ALARM)
    window.acknowledged(first.packet_id)
    assert window.bytes_of(TRACK) == window.bytes_of(ALARM) == 100


def test_messages_of_no_lane_go_in_any_order():
    window = Window(8, 10000)
    first, second = sent(window, 2, None)
    window.acknowledged(second.packet_id)
    window.settle(None)
    assert window.slots == [first]


def test_a_puback_counts_once_and_only_for_what_was_sent_on_this_connection():
    window = Window(8, 10000)
    a, b = sent(window, 2)
    assert window.acknowledged(77) is None
    assert window.acknowledged(b.packet_id) is b
    assert window.acknowledged(b.packet_id) is None
    window.unsend()
    assert window.acknowledged(a.packet_id) is None
    assert window.unsent() is a
    a.sent_ms = 5
    assert window.unsent() is None


def test_packet_ids_wrap_at_65535_and_skip_those_in_flight():
    window = Window(8, 10000)
    (old,) = sent(window, 1)
    assert old.packet_id == 1
    for wanted in range(2, 65536):
        assert window.next_id() == wanted
    assert window.next_id() == 2


def test_the_window_is_bounded_in_messages_and_in_bytes():
    window = Window(4, 10000)
    sent(window, 2)
    assert window.has_room() and window.has_room(1) and not window.has_room(2)
    window = Window(100, 400)
    sent(window, 3)
    assert window.has_room() and window.has_room(20) and not window.has_room(25)
    sent(window, 1)
    assert not window.has_room()


def test_a_slot_splits_at_a_gap():
    window = Window(4, 10000)
    slot = window.add(b"t", TRACK, 1, 9)
    later = window.add(b"t", TRACK, 10, 12)
    window.split(slot, 6)
    first, rest, last = window.slots
    assert (first.first, first.last, rest.first, rest.last) == (1, 5, 6, 9)
    assert last is later
    assert len({first.packet_id, rest.packet_id, last.packet_id}) == 3


# Pace


def test_pace_grows_while_acknowledgements_are_prompt_and_shrinks_when_they_queue():
    pace = Pace(4000, 12000)
    assert pace.allows(3999) and not pace.allows(4000)
    for _ in range(10):
        pace.acknowledged(100, 2000)
    pace.acknowledged(1100, 2000)
    assert pace.allows(11999) and not pace.allows(12000)
    pace.acknowledged(1101, 2000)
    assert not pace.allows(9000) and pace.allows(8999)
    for _ in range(20):
        pace.acknowledged(2000, 2000)
    assert pace.allows(3999) and not pace.allows(4000)


def test_a_long_round_trip_is_no_queue():
    pace = Pace(4000, 12000)
    for _ in range(5):
        pace.acknowledged(3000, 2000)
    assert pace.allows(11999)


# Redial


def waits(seed, cap_s=60, n=12):
    """How long after each failed dial the next one begins."""
    dialer = Dialer(*[OSError("refused")] * 99)
    link = Link(BROKER, "f-b", b"s", b"{}", dialer)
    redial = Redial(Radio(), link, cap_s, seed)
    found: list[int] = []
    began = 0
    now_ms = 0
    while len(found) < n:
        before = dialer.started
        redial.turn(now_ms)
        if dialer.started > before:
            if before:
                found.append(now_ms - began)
            began = now_ms
        now_ms += 10
    return found


def test_waits_double_from_a_second_to_the_cap_each_from_its_upper_half():
    found = waits(7)
    for n, wait in enumerate(found):
        span = min(60000, 1000 << n)
        assert span // 2 <= wait <= span + 30, found


def test_two_buses_do_not_come_back_together_and_one_bus_is_always_the_same():
    assert waits(7) == waits(7)
    assert waits(7) != waits(8)


def wait_after_a_link_that_lasted(ms):
    """Six dials fail, then a link opens, is acknowledged something after so long, and breaks."""
    dialer = Dialer(*([OSError("refused")] * 6 + [Line(), Line()]))
    link = Link(BROKER, "f-b", b"s", b"{}", dialer)
    redial = Redial(Radio(), link, 60, 1)
    now_ms = 0
    while not link.is_open:
        now_ms += 10
        redial.turn(now_ms)
    now_ms += ms
    redial.proven(now_ms)
    link.close("broken")
    redial.lost(now_ms)
    began = now_ms
    while not link.is_open:
        now_ms += 10
        redial.turn(now_ms)
    return now_ms - began


def test_a_link_that_proved_itself_is_soon_dialled_again():
    assert 500 <= wait_after_a_link_that_lasted(10000) <= 1020
    assert 4000 <= wait_after_a_link_that_lasted(9990) <= 8020


def test_failed_dials_start_the_radio_anew_and_then_take_its_power():
    dialer = Dialer(*[OSError("refused")] * 20)
    radio = Radio()
    redial = Redial(radio, Link(BROKER, "f-b", b"s", b"{}", dialer), 1, 1)
    seen = {}
    for now_ms in range(0, 60000, 10):
        redial.turn(now_ms)
        if radio.calls and len(radio.calls) not in seen:
            seen[len(radio.calls)] = dialer.started
        if dialer.started == 20:
            break
    assert radio.calls[:5] == ["down", "up", "restart", "down", "up"]
    assert [seen[n] for n in (2, 3, 5)] == [5, 10, 15]


def test_what_the_broker_acknowledged_begins_the_count_anew():
    dialer = Dialer(*[OSError("refused")] * 13)
    radio = Radio()
    redial = Redial(radio, Link(BROKER, "f-b", b"s", b"{}", dialer), 1, 1)
    for now_ms in range(0, 60000, 10):
        if dialer.started == 4:
            redial.proven(now_ms)
        redial.turn(now_ms)
        if dialer.started == 13:
            break
    assert radio.calls == ["down", "up"]


def test_a_radio_restarted_by_us_does_not_shorten_the_waits():
    class Obedient(Radio):
        def up(self):
            self.is_on = True

        def down(self):
            self.is_on = False

    dialer = Dialer(*[OSError("refused")] * 9)
    redial = Redial(Obedient(), Link(BROKER, "f-b", b"s", b"{}", dialer), 60, 1)
    began: list[int] = []
    for now_ms in range(0, 120000, 10):
        redial.turn(now_ms)
        if dialer.started > len(began):
            began.append(now_ms)
    assert began[5] - began[4] >= 8000 and began[6] - began[5] >= 16000, began


def test_a_radio_that_went_by_itself_and_came_back_is_dialled_at_once():
    dialer = Dialer(*[OSError("refused")] * 9)
    radio = Radio(is_on=False)
    redial = Redial(radio, Link(BROKER, "f-b", b"s", b"{}", dialer), 60, 1)
    now_ms = 0

    def run(ms):
        nonlocal now_ms
        for _ in range(ms // 10):
            now_ms += 10
            redial.turn(now_ms)

    run(1000)
    radio.is_on = True
    while dialer.started < 4:
        run(10)
    radio.is_on = False
    run(1000)
    radio.is_on = True
    run(500)
    assert dialer.started == 5
    run(1000)
    assert dialer.started == 6  # as after a first failure


def test_a_dialer_that_has_no_thread_is_not_asked_all_the_time():
    class Busy(Dialer):
        def start(self, connect):
            self.started += 1
            raise OSError("earlier dials still hang")

    dialer = Busy()
    redial = Redial(Radio(), Link(BROKER, "f-b", b"s", b"{}", dialer), 60, 1)
    for now_ms in range(0, 15000, 10):
        redial.turn(now_ms)
    assert 3 <= dialer.started <= 5 and redial.dialled_in_vain == dialer.started


def test_a_radio_that_lost_its_network_takes_the_link_with_it():
    line = Line()
    bench = Bench(line, Line())
    bench.run()
    bench.radio.is_on = False
    bench.run(600)
    assert not bench.uplink.connected and "radio" in bench.uplink.failure and line.is_closed
    bench.run(5000)
    assert bench.uplink.dials == 1
    bench.radio.is_on = True
    bench.run(600)
    assert bench.uplink.connected


def test_after_a_break_the_next_dial_waits_half_a_second_or_more():
    first = Line()
    bench = Bench(first, Line())
    bench.run()
    first.ended = True
    bench.run(500)
    assert bench.uplink.dials == 1
    bench.run(1000)
    assert bench.uplink.dials == 2


def test_without_a_radio_nothing_is_dialled_and_the_radio_is_asked_once():
    radio = Radio(is_on=False)
    dialer = Dialer(Line())
    link = Link(BROKER, "f-b", b"s", b"{}", dialer)
    redial = Redial(radio, link, 60, 1)
    for now_ms in range(0, 29000, 100):
        redial.turn(now_ms)
    assert radio.calls == ["up"] and dialer.started == 0  # it tries again by itself
    radio.is_on = True
    redial.turn(29500)
    redial.turn(29500)
    assert link.is_open


# Uplink


class Bench:
    def __init__(self, *lines, **broker):
        config = defaults()
        config["fleet"] = "f"
        config["bus"] = "b"
        config["broker"] = dict(BROKER)
        config["broker"].update(broker)
        self.flash = Flash(16)
        self.journal = journal(self.flash)
        self.radio = Radio()
        self.uplink = Uplink(config, self.journal, self.radio, Dialer(*lines), lambda: b'{"v":1}')
        self.now_ms = 0

    def run(self, ms=1000):
        for _ in range(ms // 100):
            self.now_ms += 100
            while self.uplink.turn(self.now_ms):
                pass

    def position(self):
        n = self.journal.next_seq
        self.journal.append(TRACK, KIND_POSITION, messages.position(1000 + n, n, -n, None, None))

    def event(self, lane=ALARM, more=0):
        """more: bytes longer."""
        return self.journal.append(lane, KIND_EVENT, b'"kind":"x' + b"x" * more + b'"}')


def published(line):
    """[(topic's last level, packet id, payload as read, first byte)]"""
    found = []
    for first, body in packets(line.sent):
        if first & 0xF0 == 0x30:
            end = 2 + (body[0] << 8 | body[1])
            name = body[2:end].decode().split("/")[-1]
            number = body[end] << 8 | body[end + 1]
            found.append((name, number, json.loads(body[end + 2 :]), first))
    return found


def names(line):
    return [name for name, _, _, _ in published(line)]


def test_status_first_then_alarms_then_the_track():
    line = Line()
    bench = Bench(line)
    bench.position()
    bench.event()
    bench.run()
    assert names(line) == ["status", "event", "track"]
    assert packets(line.sent)[1][0] == 0x82
    assert [first for _, _, _, first in published(line)] == [0x33, 0x32, 0x32]
    assert bench.uplink.sent == 3 and bench.uplink.resent == 0


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
    assert bench.uplink.acked == 2
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
        assert bench.uplink.wants_state(bench.now_ms) == (window > 1)


def test_the_window_counts_the_bytes_of_a_message():
    whole = 7 + len(b"schoolbus/f/b/status") + len(b'{"v":1}')
    for window_bytes, room in ((whole, False), (whole + 1, True)):
        bench = Bench(Line(), window_bytes=window_bytes)
        bench.run()
        assert bench.uplink.wants_state(bench.now_ms) == room


def test_what_may_be_on_its_way_grows_with_each_puback_and_begins_anew_after_a_break():
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
    assert bench.journal.backlog(ALARM) == 1 and bench.uplink.strays == 1
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
    assert bench.uplink.breaks == 1 and bench.uplink.resent == 4


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


def test_positions_that_wait_for_company_begin_anew_after_a_break():
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
    assert bench.uplink.wants_state(bench.now_ms)
    line.ended = True
    again.acks = True
    bench.run(3000)
    seqs = [payload["seq"] for name, _, payload, _ in published(again) if name == "event"]
    assert seqs == [1, 2, 3, 4, 5, 13, 14, 6, 7, 8, 9, 10, 11, 12]
    assert bench.journal.backlog(TRACK) == bench.journal.backlog(ALARM) == 0


def test_an_event_that_was_held_back_when_the_connection_broke_is_read_anew():
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
    assert not bench.uplink.wants_state(0)
    bench.uplink.offer_state(b'{"old":1}')
    bench.run()
    assert bench.uplink.wants_state(bench.now_ms)
    bench.uplink.offer_state(b'{"new":1}')
    assert not bench.uplink.wants_state(bench.now_ms)
    bench.uplink.offer_state(b'{"more":1}')
    bench.run()
    states = [p for p in published(line) if p[0] == "state"]
    assert [p[2] for p in states] == [{"new": 1}] and states[0][3] == 0x33
    line.arrived = puback(states[0][1])
    bench.run()
    assert bench.uplink.wants_state(bench.now_ms)


def test_a_status_that_changed_is_told_at_once_and_once():
    line, next_line = Line(), Line()
    line.acks = next_line.acks = True
    bench = Bench(line, next_line)
    bench.uplink.renew_status()  # before there is a connection: it will be told anyway
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


def test_a_command_is_answered_and_a_flood_of_them_is_cut_short():
    line = Line()
    bench = Bench(line)
    asked = []

    def answer(name, payload):
        asked.append((name, payload))
        return b'{"id":1}'

    bench.uplink.on_command = answer
    bench.run()
    topic = b"schoolbus/f/b/cmd/ping"
    one = bytes([0x30, 2 + len(topic) + 2, 0, len(topic)]) + topic + b"{}"
    line.arrived = one
    bench.run()
    assert asked == [("ping", b"{}")]
    assert published(line)[-1][0] == "reply" and published(line)[-1][3] == 0x32
    line.arrived = one.replace(b"cmd/", b"cmx/")  # not for us
    bench.run()
    assert len(asked) == 1 and bench.uplink.connected
    line.arrived = one * 6
    bench.run()
    assert len(asked) == 5 and bench.uplink.refused == 2
    assert names(line).count("reply") == 5


def test_without_a_host_nothing_is_dialled():
    bench = Bench(Line())
    bench.uplink._host = ""
    bench.run()
    assert bench.uplink.dials == 0


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

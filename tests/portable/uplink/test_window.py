"""The window: messages that are published and not yet acknowledged."""

from firmware.journal.journal import ALARM, TRACK
from firmware.uplink.window import Window


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

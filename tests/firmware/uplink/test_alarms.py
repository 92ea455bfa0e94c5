"""P3 in virtual time: alarms first, and the current state at once, whatever else waits."""

from __future__ import annotations

import json

import pytest
from uplinked import ROOT, Uplinked

from firmware import messages
from firmware.journal.journal import ALARM, TRACK
from firmware.snapshot import Snapshot

STATE = messages.state(Snapshot(40), [], [200, 100, 15_000], 60, 17)


def arrival_ms(bus: Uplinked, seq: int) -> int:
    """When this record first reached the broker."""
    for at_ms, topic, payload in bus.peer.city:
        if topic == ROOT + "event" and b'"seq":%d,' % seq in payload:
            return at_ms
    raise AssertionError(f"{seq} never arrived")


def test_after_two_days_offline_the_newest_alarm_is_there_within_two_seconds():
    bus = Uplinked(window=16, blocks=512)
    bus.radio.has_signal = False
    for _ in range(200):
        bus.position(75)
        newest = bus.alarm()
    bus.now_ms = 2 * 24 * 3_600_000
    bus.run(1000)
    bus.radio.has_signal = True
    bus.run_until(lambda: bus.uplink.connected, 3000)
    link_ms = bus.now_ms
    bus.run_until(lambda: bus.uplink.takes("state"), 1000)
    bus.uplink.offer("state", STATE)
    bus.run(5000)
    (state_ms,) = [at for at, topic, _ in bus.peer.city if topic == ROOT + "state"]
    alarm_ms = arrival_ms(bus, newest) - link_ms
    print(f"newest of 200 alarms after {alarm_ms} ms of link, state after {state_ms - link_ms} ms")
    assert alarm_ms <= 2000
    assert state_ms - link_ms <= 300
    bus.run_until(bus.drained, 60_000)
    bus.check()


@pytest.mark.parametrize(
    ("bandwidth_bps", "limit_ms"), [(None, 300), (1_000_000, 600), (64_000, 2000), (20_000, 4000)]
)
def test_a_new_alarm_overtakes_the_positions_that_wait(bandwidth_bps, limit_ms):
    bus = Uplinked(50, bandwidth_bps, blocks=512, window=32, window_bytes=65536)
    bus.position(6000)
    bus.run_until(lambda: bus.uplink.outgoing.acked > 10, 10_000)
    waits = []
    for _ in range(20):
        bus.position(600)
        seq = bus.alarm()
        born_ms = bus.now_ms
        bus.run_until(lambda seq=seq: _has(bus, seq), 10_000)
        waits.append(arrival_ms(bus, seq) - born_ms)
        assert bus.journal.backlog(TRACK) > 100
        bus.run(70)
    print(f"{bandwidth_bps} bit/s: alarms wait {min(waits)}..{max(waits)} ms behind positions")
    assert max(waits) <= limit_ms


def _has(bus: Uplinked, seq: int) -> bool:
    return any(b'"seq":%d,' % seq in payload for _, _, payload in bus.peer.city[-40:])


def test_a_throttled_link_is_used_all_the_same():
    bus = Uplinked(50, 64_000, blocks=256)
    bus.position(20_000)
    bus.run(5000)
    before, bus.network.bytes_up = bus.network.bytes_up, 0
    bus.run(20_000)
    share = bus.network.bytes_up * 8 / (64_000 * 20)
    print(f"{share:.1%} of 64 kbit/s")
    assert before and not bus.drained()
    assert share >= 0.9


def test_a_fast_link_is_used_as_well():
    """Up to what the send buffer of the board lets out in a round trip of 100 ms."""
    bus = Uplinked(50, blocks=512)
    bus.position(15_000)
    bus.run(2000)
    left = bus.journal.backlog(TRACK)
    bus.run(1000)
    rate = left - bus.journal.backlog(TRACK)
    print(f"{rate} positions/s at 100 ms")
    assert bus.journal.backlog(TRACK) and rate >= 2400


@pytest.mark.parametrize("window", [1, 2, 3, 4])
def test_the_smallest_windows_deliver_everything(window):
    bus = Uplinked(50, window=window, window_bytes=2048)
    bus.alarm(5)
    bus.position(300)
    bus.info()
    bus.run_until(bus.drained, 10_000)
    assert bus.uplink.takes("state")
    bus.check()


def test_a_long_round_trip_after_a_short_one_is_not_taken_for_a_queue():
    bus = Uplinked(10, blocks=256)
    bus.position(2000)
    bus.run_until(bus.drained, 10_000)
    bus.network.reset()
    bus.network.delay_ms = 1500
    bus.position(12_000)
    bus.run(15_000)
    left = bus.journal.backlog(TRACK)
    bus.run(30_000)
    each_round_trip = (left - bus.journal.backlog(TRACK)) / 10
    print(f"{each_round_trip:.0f} positions a round trip of 3 s")
    assert each_round_trip > 220  # what the send buffer of the board holds is some 250


def test_the_track_is_sent_in_few_bytes():
    bus = Uplinked(50)
    bus.position(3000)
    bus.run_until(bus.drained, 60_000)
    bus.check()
    per_position = bus.network.bytes_up / 3000
    print(f"{per_position:.1f} B a position")
    assert per_position <= 14


def test_alarms_wait_for_nothing_that_the_city_does():
    """A flood of commands, and the alarm is out at the next turn; then each has its answer."""
    bus = Uplinked(50)
    asked: list[bytes] = []

    def answer(name, payload, is_retained):
        asked.append(payload)
        request = json.loads(payload)
        return messages.reply(request["id"], True, "a" * 800)

    bus.uplink.on_command = answer
    bus.run(3000)
    for n in range(60):
        bus.peer.publish(ROOT + "cmd/ping", b'{"v":1,"id":"%d"}' % n)
    bus.run(60)
    born_ms = bus.now_ms
    seq = bus.alarm()
    bus.run(5000)
    assert arrival_ms(bus, seq) - born_ms <= 300
    bus.run_until(lambda: bus.uplink.is_drained, 60_000)
    assert [json.loads(payload)["id"] for payload in asked] == [str(n) for n in range(60)]
    assert [reply["id"] for reply in bus.heard("reply")] == [str(n) for n in range(60)]
    bus.peer.check()


def test_both_lanes_drain_beside_each_other():
    bus = Uplinked(50, 64_000)
    bus.alarm(100)
    bus.position(500)
    bus.run_until(lambda: bus.journal.backlog(ALARM) == 0, 20_000)
    assert bus.journal.backlog(TRACK) > 0
    bus.run_until(bus.drained, 20_000)
    bus.check()

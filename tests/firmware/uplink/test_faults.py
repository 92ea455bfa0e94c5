"""P2 in virtual time: whatever network and broker do, nothing is lost, doubled or disordered.

Each fault strikes a bus that is draining a backlog while new records come, lasts a
while, and ends. The time from its end to the next record at the broker is printed
(pytest -rP) and bounded; so are the messages sent twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from uplinked import Uplinked

from sim.network import puback

CAP_S = 60
ROUND_TRIP_MS = 200
WINDOW = 16


class Fault(NamedTuple):
    name: str
    begins: Callable[[Uplinked], object]
    ends: Callable[[Uplinked], object] = lambda bus: None
    lasts_ms: int = 45_000
    breaks: bool = True
    """Whether the link is to break of it."""


def sets(target: str, name: str, value: object, normal: object, **more) -> Fault:
    """A fault that is an attribute of the network or the peer."""
    return Fault(
        f"{name} {value}".replace("_", " ") if value is not True else name.replace("_", " "),
        lambda bus: setattr(getattr(bus, target), name, value),
        lambda bus: setattr(getattr(bus, target), name, normal),
        **more,
    )


def refused(bus: Uplinked) -> None:
    bus.network.refuses = True
    bus.peer.restart()


def store_lost(bus: Uplinked) -> None:
    bus.network.refuses = True
    bus.peer.restart(keeps_sessions=False)


def listens(bus: Uplinked) -> None:
    bus.network.refuses = False


def then_reset(name: str, target: str, value: object, normal: object) -> Fault:
    """A fault that only new connections meet: it resets the others when it begins."""

    def begins(bus: Uplinked) -> None:
        setattr(getattr(bus, target), name, value)
        bus.network.reset()

    return Fault(
        name if value is True else f"{name} {value!r}",
        begins,
        lambda bus: setattr(getattr(bus, target), name, normal),
    )


def puback_fault(name: str, acks: puback.Acks, breaks: bool = True) -> Fault:
    return sets("peer", "acks", acks, puback.prompt, breaks=breaks)._replace(name=name)


def radio_off(bus: Uplinked) -> None:
    bus.radio.has_signal = False
    bus.network.is_silent = True


def radio_on(bus: Uplinked) -> None:
    bus.radio.has_signal = True
    bus.network.is_silent = False


def takeover(bus: Uplinked) -> None:
    """Another board with this one's client id: it connects every two seconds."""
    connect = b"\x10\x1d\x00\x04MQTT\x04\x00\x00\x3c\x00\x11laemchabang-bus-1"

    def comes() -> None:
        if bus.takeovers:
            bus.takeovers -= 1
            wire = bus.network.open_wire()
            bus.network.carry(0, wire, connect)
            bus.network.call_at(bus.network.now_ms + 2000, comes)

    bus.takeovers = 15
    comes()


def power_cut(bus: Uplinked) -> None:
    bus.boot()


FAULTS = [
    Fault("RST", lambda bus: bus.network.reset(), lasts_ms=0),
    Fault("RST again and again", lambda bus: [
        bus.network.call_at(bus.now_ms + ms, bus.network.reset) for ms in range(0, 30_000, 700)
    ], lasts_ms=30_000),
    *[sets("network", "cut_down_after", n, None, lasts_ms=2000) for n in (1, 2, 3, 5, 6, 7)],
    sets("network", "is_silent", True, False),
    sets("network", "is_silent", True, False, lasts_ms=3000, breaks=False),
    Fault("NAT forgets", lambda bus: bus.network.forget(), lasts_ms=0),
    sets("network", "jitter_ms", 900, 0, breaks=False),
    sets("network", "delay_ms", 4000, ROUND_TRIP_MS // 2, breaks=False),
    sets("network", "bandwidth_bps", 9600, None, breaks=False),
    then_reset("hangs_up", "peer", True, False),
    then_reset("is_mute", "peer", True, False),
    then_reset("is_mute", "peer", True, False)._replace(lasts_ms=600_000),
    then_reset("dns", "network", "fails", "answers"),
    then_reset("dns", "network", "hangs", "answers"),
    *[then_reset("connack", "peer", text, None) for text in (
        b"\x20\x02\x00\x03", b"\x20\x02\x00\x05", b"\x20\x02\x00\x99",
        b"\x20\x03\x00\x00\x00", b"\x20\x02\x02\x00", b"\x20\x02\x81\x00",
        b"\x40\x02\x00\x01", b"\x20", b"", b"\xff\xff\xff\xff\xff",
    )],
    puback_fault("every 7th PUBACK is lost", puback.lost(7)),
    puback_fault("all PUBACKs are lost", puback.lost(1)),
    puback_fault("PUBACKs come twice", puback.doubled, breaks=False),
    puback_fault("PUBACKs come out of order", puback.shuffled(1500), breaks=False),
    puback_fault("PUBACKs for unknown ids", puback.with_strangers, breaks=False),
    puback_fault("PUBACKs come late", puback.delayed(5000), breaks=False),
    Fault("broker restarts", refused, listens, 20_000),
    Fault("broker restarts without its store", store_lost, listens, 20_000),
    Fault("broker is away for long", refused, listens, 900_000),
    Fault("radio goes", radio_off, radio_on, 90_000),
    Fault("another client takes over", takeover, lasts_ms=30_000),
    Fault("power cut", power_cut, lasts_ms=0, breaks=False),
]  # fmt: skip


def bus_with_backlog(**broker) -> Uplinked:
    bus = Uplinked(ROUND_TRIP_MS // 2, window=WINDOW, backoff_max_s=CAP_S, **broker)
    bus.alarm(60)
    bus.position(2000)
    bus.run_until(lambda: len(bus.peer.publishes) >= 12, 10_000)
    return bus


def lives(bus: Uplinked, ms: int) -> None:
    """Time passes as on the road: an alarm every 5 s, a position a second."""
    for second in range(ms // 1000):
        bus.position()
        if second % 5 == 0:
            bus.alarm()
        bus.run(1000)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.name} {fault.lasts_ms} ms")
def test_nothing_is_lost_doubled_or_disordered(fault):
    bus = bus_with_backlog()
    fault.begins(bus)
    lives(bus, fault.lasts_ms)
    fault.ends(bus)
    ended_ms = bus.now_ms
    before = len(bus.peer.publishes)
    bus.alarm()
    bus.run_until(lambda: len(bus.peer.publishes) > before, 200_000)
    recovery_ms = bus.now_ms - ended_ms
    bus.run_until(bus.drained, 400_000)
    bus.check()
    uplink = bus.uplink
    print(
        f"{fault.name}: {fault.lasts_ms / 1000:g} s, recovered after {recovery_ms / 1000:.2f} s; "
        f"{uplink.breaks} breaks, {uplink.attempts_failed} attempts failed, "
        f"{uplink.outgoing.resent} messages and {bus.doubled()} records doubled"
    )
    assert recovery_ms <= CAP_S * 1000 + 2 * ROUND_TRIP_MS
    assert uplink.outgoing.resent <= uplink.breaks * WINDOW
    assert (uplink.breaks > 0) == fault.breaks
    if fault.name not in ("power cut", "broker restarts without its store"):
        assert bus.peer.forgotten == 0


def test_a_link_that_works_is_tried_again_at_once_however_long_it_was_away_before():
    bus = Uplinked(backoff_max_s=CAP_S)
    bus.network.refuses = True
    bus.run(300_000)
    bus.network.refuses = False
    bus.run_until(lambda: bus.uplink.connected, 61_000)
    bus.run(11_000)
    bus.alarm()
    bus.run(1000)
    bus.network.reset()
    bus.run(200)
    assert not bus.uplink.connected
    bus.run(1500)
    assert bus.uplink.connected


def test_tls_handshakes_that_stall_are_given_up():
    bus = Uplinked(tls=True)  # this network has no certificates
    bus.network.tls = "stalls"
    bus.alarm()
    bus.run(30_000)
    assert bus.uplink.attempts_failed == 1 and not bus.drained()
    bus.network.tls = "answers"
    bus.run_until(bus.drained, 25_000)
    bus.check()


def test_packet_ids_wrap_while_some_are_in_flight():
    bus = Uplinked(window=WINDOW)
    bus.uplink._window._last_id = 65_500
    bus.peer.acks = puback.shuffled(3000)
    bus.alarm(200)
    bus.run_until(bus.drained, 60_000)
    bus.check()
    ids = [message.packet_id for message in bus.peer.publishes]
    assert 65_535 in ids and 1 in ids and 0 not in ids


def test_a_puback_that_never_comes_for_the_first_of_many_holds_the_cursor():
    bus = Uplinked(window=WINDOW)
    first = bus.alarm()
    bus.alarm(9)
    bus.peer.acks = lambda packet_id: [] if packet_id == 3 else [(0, packet_id)]
    bus.run(10_000)
    assert bus.journal.backlog(0) == 10
    bus.peer.acks = puback.prompt
    bus.run_until(bus.drained, 30_000)
    assert bus.doubled() == 1
    assert [m["seq"] for m in bus.heard("event")].count(first) == 2


def test_the_power_cut_with_everything_in_flight_sends_it_again():
    bus = bus_with_backlog()
    bus.network.is_silent = True
    bus.run(1000)
    for _ in range(5):
        bus.boot()
        bus.run(3000)
    bus.network.is_silent = False
    bus.run_until(bus.drained, 120_000)
    bus.check()


def test_the_will_says_that_the_bus_is_gone_and_the_status_that_it_is_back():
    bus = Uplinked()
    bus.run(5000)
    bus.network.reset()
    bus.run(5000)
    assert [status["online"] for status in bus.heard("status")] == [True, False, True]

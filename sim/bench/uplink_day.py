"""Bytes of one bus's school day: all that it and the broker send each other, by kind.

The whole bus in virtual time, on a day without mischief, with its policy, on roads with dead spots.
The bytes are those of MQTT, both ways: a PUBLISH counts with its head and topic. What the city sees
of the bus has to stay as fresh: its changes and its promises are counted too.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from sim.bus.identities import identity_for
from sim.bus.rig import Rig, config_for
from sim.network.peer_link import packet_bytes
from sim.world.day import DAY_MS, school_day
from sim.world.town_policy import policy_for

_GOAL = 0.75
_HEADERS = 40  # bytes of IPv4 and TCP in front of each segment
_PUBLISH = 0x32


class Fresh(NamedTuple):
    changes: int
    """States that show another phase, mode, door or seat than the one before."""
    happened: int
    """Changes of these that the bus itself saw."""
    broken: int
    """Promises: the next state came later than next_s, as in a dead spot."""


class Day(NamedTuple):
    bytes: dict[str, int]
    messages: Counter[str]
    segments: int
    fresh: Fresh


NOVEMBER = {
    "state": 756_892,
    "overhead": 17_294,
    "event": 16_167,
    "track": 15_540,
    "status": 14_278,
}
"""The same day with the firmware of the end of November 2026 (commit 822c378)."""  # fmt: skip
NOVEMBER_FRESH = Fresh(921, 961, 2)


def day(is_sealed: bool = False) -> Day:
    world = school_day()
    config = config_for(world)
    identity = identity_for(config) if is_sealed else None
    rig = Rig(world, config, policy=policy_for(), identity=identity)
    happened = _watch(rig)
    rig.run_until(DAY_MS)
    rig.check()
    sizes = dict.fromkeys(NOVEMBER, 0)
    messages: Counter[str] = Counter()
    for message in rig.peer.publishes:
        name = message.topic.rsplit("/", 1)[1]
        body = len(message.topic.encode()) + len(message.payload) + 4
        sizes[name] += len(packet_bytes(_PUBLISH, bytes(body)))
        messages[name] += 1
    network = rig.network
    sizes["overhead"] = network.bytes_up + network.bytes_down - sum(sizes.values())
    return Day(sizes, messages, network.segments, _fresh(rig, happened))


def _watch(rig: Rig) -> Counter[str]:
    """Counts what changes on the bus, tick by tick."""
    bus, happened = rig.bus, Counter[str]()
    tick = bus.tick
    before: list[tuple] = [()]

    def counted(now_ms: int) -> None:
        tick(now_ms)
        s = bus.snapshot
        seats = s.seats.taken, s.seats.unknown, s.seats.unbelted
        seen = s.trip.phase, s.trip.mode, s.vehicle.front_door, s.vehicle.emergency_door, *seats
        happened["changes"] += seen != before[0]
        before[0] = seen

    bus.tick = counted
    return happened


def _fresh(rig: Rig, happened: Counter[str]) -> Fresh:
    changes = broken = 0
    before, before_ms = None, 0
    for at_ms, topic, payload in rig.peer.city:
        if topic.endswith("/state"):
            state = json.loads(payload)
            shown = [state.get(key) for key in ("phase", "mode", "doors", "seats")]
            if before is not None:
                changes += shown != before[0]
                broken += at_ms - before_ms > before[1] * 1000
            before, before_ms = (shown, state["next_s"]), at_ms
    return Fresh(changes, happened["changes"], broken)


def run(say: Callable[[str], None]) -> None:
    now = day()
    say("Bytes of one bus's school day of 16 h, MQTT both ways, beside November 2026's")
    for name, was in NOVEMBER.items():
        size, count = now.bytes[name], now.messages[name]
        what = f"{count:>5} messages of {size / count:>4.0f}" if count else "acks, connects, pings "
        say(f"  {name:<9} {size:>9,}  {what}  {size / was:>6.1%} of {was:,}")
    total, was = sum(now.bytes.values()), sum(NOVEMBER.values())
    say(f"  all       {total:>9,}  {total / was:>6.1%} of {was:,} (goal <= {_GOAL:.0%})")
    headers = now.segments * _HEADERS
    say(f"  IPv4 and TCP in front of it: {headers:,} in {now.segments:,} segments with data")
    fresh, was_fresh = now.fresh, NOVEMBER_FRESH
    say(f"  as fresh: {fresh.changes} of {fresh.happened} changes seen at once "
        f"({was_fresh.changes} of {was_fresh.happened} in November), "
        f"{fresh.broken} promises broken ({was_fresh.broken})")  # fmt: skip

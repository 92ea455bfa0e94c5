"""How a broker may acknowledge, well or badly: policies for Peer.acks.

Each takes a packet id and returns the PUBACKs to send: (delay in ms, packet id).
"""

from __future__ import annotations

import random
from collections.abc import Callable

Acks = Callable[[int], list[tuple[int, int]]]


def prompt(packet_id: int) -> list[tuple[int, int]]:
    """The one that is due, at once."""
    return [(0, packet_id)]


def delayed(delay_ms: int) -> Acks:
    return lambda packet_id: [(delay_ms, packet_id)]


def lost(every: int) -> Acks:
    """One in so many never comes."""
    count = 0

    def acks(packet_id: int) -> list[tuple[int, int]]:
        nonlocal count
        count += 1
        return [] if count % every == 0 else [(0, packet_id)]

    return acks


def doubled(packet_id: int) -> list[tuple[int, int]]:
    return [(0, packet_id), (3, packet_id)]


def shuffled(most_ms: int, seed: int = 1) -> Acks:
    """Each after a random time, so out of order."""
    rng = random.Random(seed)
    return lambda packet_id: [(rng.randrange(most_ms), packet_id)]


def with_strangers(packet_id: int) -> list[tuple[int, int]]:
    """Each together with one for an id that was never sent."""
    return [(0, packet_id), (0, (packet_id + 20_000) % 0xFFFF + 1)]

"""What rocks a parked bus reaches its accelerometer, and stays within what is said of it."""

import random

import pytest

from sim.world import rocking
from sim.world.world import World


def felt(script, minutes):
    """-> (bouts, the greatest mg across) of so many minutes; pauses of a second part bouts."""
    world, most, bouts, last_ms = World(), 0, 0, -2000
    world.run(script(world, random.Random(1)))
    for now_ms in range(0, minutes * 60_000, 100):
        world.advance(now_ms)
        across = sum(blow[1] for start, end, blow in world.blows if start <= now_ms < end)
        if across:
            most = max(most, abs(across))
            bouts += now_ms - last_ms > 1000
            last_ms = now_ms
    return bouts, most


@pytest.mark.parametrize(
    ("script", "bouts", "most_mg"),
    [
        (lambda world, rng: rocking.wind(world, rng, 5), (60, 200), 30),
        (lambda world, rng: rocking.lorries(world, rng, 60), (30, 90), rocking.LORRY_MG[1]),
        (rocking.child, (60, 240), rocking.CHILD_MG[1]),
    ],
    ids=["wind", "lorries", "child"],
)
def test_it_comes_in_bouts(script, bouts, most_mg):
    found, mg = felt(script, 60)
    assert bouts[0] <= found <= bouts[1]
    assert most_mg / 2 <= mg <= most_mg

"""What rocks a parked bus: wind, lorries that pass, and a child that moves in it.

A body on its springs sways at about 1.6 Hz. The figures are estimates for a van of 2.5 t: no
recording of a parked bus was at hand.
"""

from __future__ import annotations

import random

from sim.world.world import Script, World

_HALF_SWAY_MS = 310
_HOUR_MS = 3_600_000
LORRY_MG = (8, 35)
CHILD_MG = (6, 22)


def _sways(world: World, ms: int, mg: float) -> Script:
    for half in range(max(1, ms // _HALF_SWAY_MS)):
        push = mg if half % 2 else -mg
        world.blow(_HALF_SWAY_MS, right=push, up=push / 4)
        yield _HALF_SWAY_MS


def wind(world: World, rng: random.Random, mean_mg: float) -> Script:
    """Gusts of 2 to 12 s, 4 to 40 s apart; each as strong as it likes, around the mean."""
    while True:
        yield rng.randint(4000, 40_000)
        yield from _sways(world, rng.randint(2000, 12_000), rng.expovariate(1 / mean_mg))


def lorries(world: World, rng: random.Random, per_h: float) -> Script:
    """Each is felt for 1 to 3 s."""
    while True:
        yield max(1000, round(rng.expovariate(per_h / _HOUR_MS)))
        yield from _sways(world, rng.randint(1000, 3000), rng.uniform(*LORRY_MG))


def child(world: World, rng: random.Random) -> Script:
    """Awake on the floor: moves for 1 to 6 s, every 5 to 60 s."""
    while True:
        yield rng.randint(5000, 60_000)
        yield from _sways(world, rng.randint(1000, 6000), rng.uniform(*CHILD_MG))

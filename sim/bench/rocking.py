"""parked_rocking: false warnings a day by wind and lorries, and children felt, by its limit."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from sim.bus.rig import Rig, config_for
from sim.world import rocking
from sim.world.world import Script, World

_HOUR_MS = 3_600_000
_SETTLE_MS = 60_000
_CHILD_MS = 15 * 60_000
_PLACES: tuple[tuple[str, float, float], ...] = (  # name, mean gust in mg, lorries an hour
    ("calm yard", 1, 2),
    ("windy yard", 4, 2),
    ("roadside", 2, 40),
    ("storm", 10, 2),
)
_LIMITS = (10, 15, 20, 30)


def _parked(limit_mg: int, seed: int, scripts: Callable[[World, random.Random], Iterator[Script]],
            ms: int) -> int:  # fmt: skip
    """-> how often it was told in so long."""
    world, rng = World(), random.Random(seed)
    config = config_for(world)
    config["accelerometer"]["fitted"] = True
    config["broker"]["host"] = ""
    config["rules"]["rocking_mg"] = limit_mg
    rig = Rig(world, config, seed=seed)
    rig.run_for(_SETTLE_MS)
    world.check_button_pressed = True
    rig.run_for(1000)
    world.check_button_pressed = False
    rig.run_for(_SETTLE_MS)
    for script in scripts(world, rng):
        world.run(script)
    rig.run_for(ms)
    told = [happened.event for happened in rig.events]
    return sum(event.kind == "parked_rocking" and event.state == "raised" for event in told)


def run(say: Callable[[str], None], hours: int = 4, children: int = 10) -> None:
    say("parked_rocking, at 4 bouts within 2 min: false warnings a day of 20 parked hours, and")
    say("children on the floor of whom it told within 15 min")
    say(f"{'limit':>8}" + "".join(f"{name:>14}" for name, _, _ in _PLACES) + f"{'children':>12}")
    for limit_mg in _LIMITS:
        cells = ""
        for _, mean_mg, per_h in _PLACES:

            def weather(world, rng, mean_mg=mean_mg, per_h=per_h):  # fmt: skip
                yield rocking.wind(world, rng, mean_mg)
                yield rocking.lorries(world, rng, per_h)

            false = _parked(limit_mg, 1, weather, hours * _HOUR_MS)
            cells += f"{false * 20 / hours:>14.0f}"

        def stirs(world, rng):
            yield rocking.child(world, rng)
            yield rocking.wind(world, rng, 1)

        felt = sum(_parked(limit_mg, seed, stirs, _CHILD_MS) > 0 for seed in range(children))
        say(f"{limit_mg:>5} mg" + cells + f"{felt:>9} / {children}")

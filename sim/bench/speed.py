"""How fast the simulator is: a school day of 16 hours, 40 seats, in virtual time, on one core."""

from __future__ import annotations

import time
from collections.abc import Callable

from sim.bus.rig import Rig
from sim.world.day import DAY_MS, school_day

_GOAL_S = 5.0


def run(say: Callable[[str], None]) -> None:
    """Seconds of processor time; delivery is checked, so that nothing was left out."""
    say("Simulator: a school day of 16 hours, 40 seats, from the seat switches to the broker")
    rig = Rig(school_day(seed=1), seed=1)
    start_s = time.process_time()
    rig.run_until(DAY_MS)
    taken_s = time.process_time() - start_s
    rig.drain()
    rig.check()
    say(f"  processor time      {taken_s:8.1f} s    goal at most {_GOAL_S:g} s")
    say(f"  times life          {DAY_MS / 1000 / taken_s:8,.0f}")
    say(
        f"  records delivered   {len(rig.account.confirmed) - rig.missing():8,} "
        f"of {len(rig.account.confirmed):,} confirmed, in {len(rig.peer.city):,} messages"
    )

"""The soak of whole school days: `python -m sim soak --days 30 --seed S`. Promises P1 to P4.

Several buses share one broker. Faults of all kinds meet them at once: radio, broker,
power, sensors, clock. At the end of each day all is mended, and every record that a
journal confirmed has to be in the city: once, unchanged, in the order of its lane.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter

from sim.bus.rig import Rig, config_for
from sim.network.peer import Peer
from sim.progress import Progress
from sim.soak.fault_injection import FaultInjection
from sim.world import day
from sim.world.world import MISCHIEF

_STRIDE_MS = 600_000  # the buses of a fleet take turns
_A_DAY = 60.0  # troubles of one bus
_DRAIN_MS = 1_800_000
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_LATE_MS = 20  # P4


class Broken(AssertionError):
    """A promise was not kept."""


class Fleet:
    def __init__(self, buses: int, days: int, seed: int, seats: int = 40):
        self.peer = Peer()
        self.storms = []
        for index in range(buses):
            storm = FaultInjection(random.Random(f"{seed}/{index}"), _A_DAY)
            world = day.school_day(index, seed, seats, MISCHIEF, storm.air, days)
            config = config_for(world, bus=f"bus-{index + 1:02d}")
            storm.rig = Rig(world, config, seed=seed * 101 + index, peer=self.peer)
            self.storms.append(storm)

    @property
    def begun(self) -> Counter[str]:
        return sum((storm.begun for storm in self.storms), Counter())

    @property
    def confirmed(self) -> int:
        return sum(len(storm.rig.account.confirmed) for storm in self.storms)

    @property
    def boots(self) -> int:
        return sum(storm.rig.vehicle.boots for storm in self.storms)

    @property
    def latest_ms(self) -> int:
        """No tick began later after its time: what its flash took (Flash.busy_us) counts."""
        return max(storm.rig.vehicle.latest_ms for storm in self.storms)

    def repeats(self) -> int:
        """Records that the city dropped by their key."""
        return sum(storm.rig.account.repeats(self.peer.city) for storm in self.storms)

    def live(self, number: int) -> None:
        """One day, from five in the morning to five, then hold everything to its promise."""
        begin_ms, end_ms = number * _DAY_MS, (number + 1) * _DAY_MS
        progress = Progress(24, f"hours of day {number + 1}")
        for at_ms in range(begin_ms, end_ms, _STRIDE_MS):
            progress.show((at_ms - begin_ms) // _HOUR_MS)
            for storm in self.storms:
                # What the dice do to the power may take a rig past the others, never far.
                storm.pass_over(min(at_ms + _STRIDE_MS, end_ms - _DRAIN_MS))
        progress.clear()
        for storm in self.storms:
            storm.calm()
        for storm in self.storms:
            self._hold(storm.rig)
        self.peer.city[:] = [heard for heard in self.peer.city if _counts(heard[1])]
        self.peer.publishes.clear()

    def _hold(self, rig: Rig) -> None:
        rig.drain(_DRAIN_MS)
        rig.check()
        if rig.vehicle.latest_ms > _LATE_MS:
            raise Broken(f"{rig.config['bus']}: a tick began {rig.vehicle.latest_ms} ms late")
        if rig.missing():
            raise Broken(f"{rig.config['bus']}: {rig.missing()} confirmed records never came")
        for event in rig.heard():
            if event["kind"] == "records_lost":
                raise Broken(f"{rig.config['bus']}: {event['data']} although nothing was full")
            if event["kind"] == "started" and event["data"]["reset"] == "watchdog":
                raise Broken(f"{rig.config['bus']}: the watchdog starved at {event['at']}")


def _counts(topic: str) -> bool:
    return topic.endswith(("/event", "/track"))


def run(args: argparse.Namespace) -> int:
    """0 if every promise was kept; 1 if not, with the command that shows it again."""
    fleet = Fleet(args.buses, args.days, args.seed)
    print(f"{args.days} school days of {args.buses} buses, seed {args.seed}.", flush=True)
    start_s = time.monotonic()
    for number in range(args.days):
        try:
            fleet.live(number)
        except Exception as error:  # noqa: BLE001 - what breaks the firmware, too, is to be replayed
            print(f"BROKEN on day {number + 1}: {type(error).__name__}: {error}", file=sys.stderr)
            print(
                f"Once more: python -m sim soak --days {number + 1} "
                f"--seed {args.seed} --buses {args.buses}",
                file=sys.stderr,
            )
            return 1
        bus_days = (number + 1) * args.buses
        rate = bus_days / (time.monotonic() - start_s)
        print(
            f"day {number + 1}: {fleet.begun.total()} faults, {fleet.boots} boots, "
            f"{fleet.confirmed} records confirmed and delivered, {rate:.2f} bus-days/s",
            flush=True,
        )
    for name, count in sorted(fleet.begun.items()):
        print(f"  {name:24} {count:5}")
    print(f"Latest tick: {fleet.latest_ms} ms after its time.")
    print(f"Delivered twice and dropped by their key: {fleet.repeats()}. Lost: 0.")
    return 0

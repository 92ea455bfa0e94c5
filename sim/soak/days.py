"""The soak of whole school days: `python -m sim soak --days 30 --seed S`. Promises P1 to P4.

Several buses share one broker and suffer faults of all kinds at once: radio, broker, power,
sensors, clock. At the end of each day everything is mended, and the city has to have every record
that a journal confirmed: once, unchanged, in the order of its lane.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter

from sim import wording
from sim.bus.rig import Rig, config_for
from sim.network.peer import Peer
from sim.progress import Progress
from sim.soak.fault_injection import FaultInjection
from sim.soak.promise import need
from sim.world import day
from sim.world.world import MISCHIEF

_STRIDE_MS = 600_000  # the buses of a fleet take turns
_A_DAY = 60.0  # faults of one bus
_DRAIN_MS = 1_800_000
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_LATE_MS = 20  # P4


class Fleet:
    def __init__(self, buses: int, days: int, seed: int, seats: int = 40):
        self.peer = Peer()
        self.injections = []
        for index in range(buses):
            injection = FaultInjection(random.Random(f"{seed}/{index}"), _A_DAY)
            world = day.school_day(index, seed, seats, MISCHIEF, injection.air, days)
            config = config_for(world, bus=f"bus-{index + 1:02d}")
            injection.rig = Rig(world, config, seed=seed * 101 + index, peer=self.peer)
            self.injections.append(injection)

    @property
    def begun(self) -> Counter[str]:
        return sum((injection.begun for injection in self.injections), Counter())

    @property
    def confirmed(self) -> int:
        return sum(len(injection.rig.account.confirmed) for injection in self.injections)

    @property
    def boots(self) -> int:
        return sum(injection.rig.vehicle.boots for injection in self.injections)

    @property
    def latest_ms(self) -> int:
        """The most that a tick began after its time; what its flash took (Flash.busy_us) counts."""
        return max(injection.rig.vehicle.latest_ms for injection in self.injections)

    def repeats(self) -> int:
        """Records that the city received twice and took once."""
        return sum(injection.rig.account.repeats(self.peer.city) for injection in self.injections)

    def live(self, number: int) -> None:
        """One day, from five in the morning to five; then every promise is checked."""
        begin_ms, end_ms = number * _DAY_MS, (number + 1) * _DAY_MS
        progress = Progress(24, f"hours of day {number + 1}")
        for at_ms in range(begin_ms, end_ms, _STRIDE_MS):
            progress.show((at_ms - begin_ms) // _HOUR_MS)
            for injection in self.injections:
                # A power cut may take one rig a little past the others.
                injection.run_until(min(at_ms + _STRIDE_MS, end_ms - _DRAIN_MS))
        progress.clear()
        for injection in self.injections:
            injection.mend_all()
        for injection in self.injections:
            self._hold(injection.rig)
        self.peer.city[:] = [heard for heard in self.peer.city if _counts(heard[1])]
        self.peer.publishes.clear()

    def _hold(self, rig: Rig) -> None:
        rig.drain(_DRAIN_MS)
        rig.check()
        bus, late_ms, missing = rig.config["bus"], rig.vehicle.latest_ms, rig.missing()
        need(late_ms <= _LATE_MS, f"{bus}: a tick began {late_ms} ms late")
        need(not missing, f"{bus}: {missing} confirmed records never came")
        for event in rig.heard():
            kind, data = event["kind"], event["data"]
            # At a power cut the bus may report a record that was being written as perhaps lost.
            lost = kind == "records_lost" and data["exact"]
            need(not lost, f"{bus}: {data} although nothing was full")
            starved = kind == "started" and data["reset"] == "watchdog"
            need(not starved, f"{bus}: the watchdog starved at {event['at']}")


def _counts(topic: str) -> bool:
    return topic.endswith(("/event", "/track"))


def run(args: argparse.Namespace) -> int:
    """0 if every promise was kept; 1 if not, with the command that shows it again."""
    fleet = Fleet(args.buses, args.days, args.seed)
    print(
        f"{_count(args.days, 'school day')} of {_count(args.buses, 'bus', 'buses')}, "
        f"seed {args.seed}.",
        flush=True,
    )
    start_s = time.monotonic()
    for number in range(args.days):
        try:
            fleet.live(number)
        except Exception as error:  # noqa: BLE001 - what breaks the firmware, too, is to be replayed
            print(f"BROKEN on day {number + 1}: {type(error).__name__}: {error}", file=sys.stderr)
            print(
                f"The same again: python -m sim soak --days {number + 1} "
                f"--seed {args.seed} --buses {args.buses}",
                file=sys.stderr,
            )
            return 1
        bus_days = (number + 1) * args.buses
        rate = bus_days / (time.monotonic() - start_s)
        print(
            f"Day {number + 1}: {fleet.begun.total()} faults and {fleet.boots} starts so far, "
            f"{fleet.confirmed} records confirmed and delivered, "
            f"{wording.duration(1 / rate)} for a day of one bus.",
            flush=True,
        )
    for name, count in sorted(fleet.begun.items()):
        print(f"  {name:30} {count:5}")
    print(f"The latest tick began {fleet.latest_ms} ms after its time.")
    print(f"Records delivered twice and taken once: {fleet.repeats()}. Records lost: 0.")
    return 0


def _count(number: int, one: str, more: str = "") -> str:
    return f"{number} {one if number == 1 else more or one + 's'}"

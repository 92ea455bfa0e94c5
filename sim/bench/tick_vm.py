"""Runs in the MicroPython VM: what a tick costs in a bus that drives, without rules, with all of
them, and with a policy. Prints name, us a tick, bytes allocated a tick; then what places cost.

    micropython tick_vm.py POLICY
"""

import gc
import sys
import time

from bus_bench import Parts  # type: ignore[import-not-found]  # of tests/portable: hand-set parts
from nor import Flash  # type: ignore[import-not-found]
from packs import Memory  # type: ignore[import-not-found]
from parts import Nvs  # type: ignore[import-not-found]

from firmware.bus import Bus
from firmware.config.load import defaults
from firmware.policy.store import KEPT
from firmware.rules import engine
from firmware.rules.catalogue import RULES

_TICKS = 300  # half a minute
_ROUNDS = 7
_STEP = 0.0072  # minutes of latitude a second: 48 km/h


class Drive:
    """A bus of 40 seats, 25 of them taken, on its way north, ten ticks a second."""

    def __init__(self, rules, pack=None):
        engine.RULES = rules
        self.parts = Parts(Flash(64), Nvs({"unchecked": 0}))
        if pack is not None:
            self.parts.files = Memory()
            self.parts.files.content[KEPT] = pack
        config = defaults()
        config["seats"]["count"] = 40
        self.bus = Bus(config, self.parts, 0)
        self.parts.ignition.on = True
        self.now_ms = 0
        self.seconds = 0
        while pack is not None and self.bus.policy.hash is None:
            self.bus.turn(0)
        for number in range(6):
            self.parts.seats.banks[number].word = 0x1111 if number < 5 else 0
        self.told = []
        self.speak(60)
        self.run(_TICKS)

    def speak(self, seconds):
        """What the receiver will say, made before anything is measured."""
        for _ in range(seconds):
            self.seconds += 1
            at = self.seconds
            clock = f"{at // 3600:02d}{at // 60 % 60:02d}{at % 60:02d}.00"
            place = f"13{3 + at * _STEP:07.4f},N,10052.9980,E"
            rmc = f"GNRMC,{clock},A,{place},25.9,0.0,231126,,,A"
            gga = f"GNGGA,{clock},{place},1,12,0.8,12.0,M,0.0,M,,"
            self.told.append(_framed(rmc) + _framed(gga))

    def run(self, ticks):
        bus, parts = self.bus, self.parts
        for _ in range(ticks):
            if self.now_ms % 1000 == 0:
                parts.gnss.said = self.told.pop(0)
            bus.tick(self.now_ms)
            self.now_ms += 100

    def took_us(self):
        self.speak(_TICKS // 10)
        gc.collect()
        began = time.ticks_us()  # type: ignore[attr-defined]
        self.run(_TICKS)
        return time.ticks_diff(time.ticks_us(), began) / _TICKS  # type: ignore[attr-defined]

    def heap(self):
        self.speak(_TICKS // 10)
        gc.collect()
        gc.disable()
        used = gc.mem_alloc()  # type: ignore[attr-defined]
        self.run(_TICKS)
        used = gc.mem_alloc() - used  # type: ignore[attr-defined]
        gc.enable()
        return used / _TICKS


def _framed(body):
    check = 0
    for byte in body.encode():
        check ^= byte
    return f"${body}*{check:02X}\r\n".encode()


def place_us(drive):
    """A new position under the policy: zones, roads, stops."""
    places, s = drive.bus.policy._places, drive.bus.snapshot
    s.gnss.fix_new = True
    gc.collect()
    began = time.ticks_us()  # type: ignore[attr-defined]
    for _ in range(_TICKS):
        places.update(s)
    return time.ticks_diff(time.ticks_us(), began) / _TICKS  # type: ignore[attr-defined]


with open(sys.argv[1], "rb") as file:
    policy = file.read()
drives = (Drive(()), Drive(RULES), Drive(RULES, policy))
for drive in drives:
    assert drive.bus.snapshot.trip.phase == "driving", drive.bus.snapshot.trip.phase
    assert drive.bus.snapshot.gnss.lat_e7 is not None
assert drives[2].bus.snapshot.place.limit_kmh is not None
# In turn, so that a computer that is busy for a moment slows down all; the least of each.
times = [[drive.took_us() for drive in drives] for _ in range(_ROUNDS)]
for at, name in enumerate(("empty", "rules", "policy")):
    print(name, min(row[at] for row in times), drives[at].heap())
print("places", place_us(drives[2]))
print("count", len(RULES))

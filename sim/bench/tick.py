"""What a tick costs in the MicroPython VM, beside one without rules; how right geometry is."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from firmware import geo
from sim.bench import vm64
from sim.shim import LIBRARY
from sim.virtual.process import find
from sim.world.town_policy import Pack, policy_for

_ROOT = Path(__file__).resolve().parents[2]
SUPPORT = _ROOT / "tests" / "portable" / "support"
ZONES = 200
_PAIRS = 20_000


def crowded() -> Pack:
    """The town's policy, its zones filled up to 200 with polygons of twelve corners."""
    pack = policy_for(0)
    rng = random.Random(4)
    for number in range(ZONES - len(pack["zones"])):
        lat, lon = rng.uniform(13.0, 13.18), rng.uniform(100.84, 100.99)
        corners = [[lat + 0.002 * (n % 3), lon + 0.0005 * n] for n in range(6)]
        corners += [[corner[0] + 0.004, corner[1]] for corner in corners[::-1]]
        rounded = [[round(a, 7), round(b, 7)] for a, b in corners]
        zone = {"id": f"more-{number}", "kind": "speed", "limit_kmh": 50, "polygon": rounded}
        pack["zones"].append(zone)
    pack["zones"].append(
        {
            "id": "all",
            "kind": "speed",
            "limit_kmh": 60,
            "circle": {"at": [13.1, 100.9], "radius_m": 20000},
        }
    )
    return pack


def _tick(vm: str, say: Callable[[str], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "policy.json"
        path.write_text(json.dumps(crowded()))
        beside = (SUPPORT, LIBRARY)
        lines = vm64.told(vm, "tick_vm.py", str(path), heap="64m", beside=beside)
    told = {name: [float(n) for n in rest] for name, *rest in map(str.split, lines)}
    count = int(told["count"][0])
    names = {
        "empty": "no rules (empty)",
        "rules": f"{count} rules",
        "policy": f"{count} rules, {ZONES} zones",
    }
    for key, name in names.items():
        us, heap = told[key]
        say(f"  {name:22}{us:8.0f} us  {us / told['empty'][0]:5.2f} x  {heap:7.0f} B heap a tick")
    say(f"  places of a new position, {ZONES} zones: {told['places'][0]:.0f} us, once a second")


def _geometry(say: Callable[[str], None]) -> None:
    from geographiclib.geodesic import Geodesic

    rng = random.Random(5)
    worst = 0.0
    for _ in range(_PAIRS):
        lat, lon = rng.uniform(-60, 60), rng.uniform(-180, 180)
        there = Geodesic.WGS84.Direct(lat, lon, rng.uniform(0, 360), rng.uniform(0, 10_000))
        a = (round(lat * 1e7), round(lon * 1e7))
        b = (round(there["lat2"] * 1e7), round(there["lon2"] * 1e7))
        true = Geodesic.WGS84.Inverse(a[0] / 1e7, a[1] / 1e7, b[0] / 1e7, b[1] / 1e7)["s12"]
        worst = max(worst, abs(geo.distance_mm(*a, *b) / 1000 - true))
    say(
        f"  distance within 10 km, {_PAIRS:,} pairs up to 60 degrees: off by {worst:.3f} m at worst"
    )
    say("                                     (geographiclib is right; goal 0.1 m)")


def run(say: Callable[[str], None]) -> None:
    """Print the figures beside their goals."""
    say("Tick of a driving bus with 40 seats, in the MicroPython VM")
    if vm := find("micropython"):
        _tick(vm, say)
    else:
        say("  skipped: there is no MicroPython VM for this computer")
    _geometry(say)

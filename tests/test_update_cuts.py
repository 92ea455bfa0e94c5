"""The power is cut at every flash operation of an update: no state in which no code boots.

In the MicroPython VM, on a real littlefs over the NOR flash of sim/wires/flash.py, with boot.py and
firmware/update (tests/support/vm_cuts.py). The signatures are believed there, because Ed25519 takes
the VM longer than all the rest; tests/portable/update has them.
"""

import json
import random

import pytest
from vm import micropython

from sim.bus.releases import key
from sim.days.updates import SET
from sim.program.compiled import build
from sim.program.release import make_set, mpy_of


def cuts(release, tears, every, chains, seed=1, heap="64m"):
    """-> what the VM has counted: see tests/support/vm_cuts.py."""
    given = [str(one) for one in (release, tears, every, chains, seed)]
    done = micropython("tests/support/vm_cuts.py", *given, heap=heap)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    print(f"seed {seed}: {told}")
    return told


def test_the_power_fails_at_every_operation_of_an_update():
    """Of an update that proves itself and of one that is given up: each operation is torn in one of
    the six ways, the next one in another."""
    told = cuts("small", "turns", 1, 6)
    assert told["proven"]["operations"] > 80 and told["returned"]["operations"] > 90
    assert told["cuts"] == sum(told[how]["operations"] for how in ("proven", "returned"))
    assert told["chained"] > 20 and told["without_code"] == 0


def test_what_an_update_takes_of_the_flash():
    """Hardly more than it has to write: no block of a file is copied for the sake of another."""
    told = cuts("small", "0", 1000, 0)["proven"]
    assert told["bytes"] < 9000 and told["erases"] <= 14


@pytest.mark.soak
def test_every_operation_in_all_six_ways():
    told = cuts("small", "0,1,2,3,4,5", 1, 200, random.SystemRandom().getrandbits(31))
    assert told["cuts"] == 6 * sum(told[how]["operations"] for how in ("proven", "returned"))


@pytest.mark.soak
def test_the_whole_program_and_cuts_here_and_there(tmp_path):
    """From this tree to one in which every second module is another."""
    old = build(mpy_of(SET))
    new = {path: data + b"\0" * (n % 2) for n, (path, data) in enumerate(old.items())}
    for name, code in (("old", old), ("new", new)):
        (tmp_path / name).mkdir()
        for path, data in make_set(key(), "99.0.0", SET, code).items():
            (tmp_path / name / path).write_bytes(data)
    told = cuts(tmp_path, "turns", 331, 2, random.SystemRandom().getrandbits(31), heap="256m")
    assert told["cuts"] > 20

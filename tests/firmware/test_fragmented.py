"""A heap that has been in use for long: room, but only in small holes."""

import json

from vm import ROOT, micropython

from sim.bench.tick import crowded

VM = ROOT / "tests/support/vm_fragmented.py"


def test_a_policy_of_201_zones_loads_where_no_hole_is_larger_than_1_kb(tmp_path):
    (tmp_path / "policy.json").write_text(json.dumps(crowded()))
    done = micropython(str(VM), str(tmp_path / "policy.json"), heap="700k")
    told = done.stdout.splitlines()
    assert told[1:] == ["in pieces", "loaded 201 2478"], done.stdout + done.stderr
    assert int(told[0].split()[1]) > 100_000

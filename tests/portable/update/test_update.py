"""From the offer to the changeover: what comes over the air, what is copied, and the moment."""

import json
from binascii import hexlify
from hashlib import sha256

import small_release as releases
from update_bench import Bench, whole

from firmware.update.offer import read


def test_a_release_comes_and_takes_over():
    bench = Bench()
    assert bench.offered() == "The bus takes the offer of the release %s." % releases.short()
    assert bench.runs(), bench.uplink.said[-3:]
    assert whole(bench.content)
    assert bench.content["slot"] == b"b" and bench.start["trial"] == 1
    assert [what for what, _ in bench.told()] == ["taken", "ready", "changing"]
    assert dict(bench.events[-1].data)["version"] == "99.0.0"
    assert dict(bench.events[-1].data)["from"] == "1.2.3"
    lines = "".join(
        sorted(
            "%s %s\n" % (releases.hexed(bench.content["b/" + name]), name)
            for name in ("main.py", "packed.mpy", "program.pack")
        )
    )
    lines = "".join(sorted(lines.split("\n")[:-1], key=lambda line: line[65:]))
    text = json.loads(bench.content["b/manifest.json"])
    assert text["files"] == 3 and len(text["sha256"]) == 64 and len(lines) > 200


def test_the_manifest_of_the_slot_is_as_deploy_writes_it():
    bench = Bench(seals=False)
    bench.offered()
    assert bench.runs()
    lines = b""
    for name in ("main.py", "packed.mpy", "program.pack"):
        digest = hexlify(sha256(bench.content["b/" + name]).digest())
        lines += digest + b" " + name.encode() + b"\n"
    told = json.loads(bench.content["b/manifest.json"])
    assert told == {"files": 3, "sha256": hexlify(sha256(lines).digest()).decode()}


def test_only_what_differs_comes_over_the_air():
    bench = Bench(seals=False)
    bench.content["a/main.py"] = releases.MAIN
    bench.offered()
    assert bench.runs()
    changed = sum([len(releases.part(number, 1)) for number in (0, 3, 6)])
    need = len(releases.signed("NEW")) + len(releases.table(1)) + changed + len(releases.PACKED)
    asked = [told for told in bench.uplink.said if told["state"] == "fetching"]
    assert asked[-1]["need"] == need
    assert asked[-1]["have"] + asked[-1]["bytes"] == need
    assert sum([told["bytes"] for told in asked]) == need, "each byte once"
    assert max([told["bytes"] for told in asked]) <= 600
    without = Bench(seals=False, has_parts=False)
    without.offered()
    assert without.runs() and whole(without.content)
    assert without.uplink.said[-3]["state"] == "fetching"
    assert without.uplink.said[-3]["need"] == len(releases.image())


def test_it_says_where_it_stands():
    bench = Bench(seals=False)
    bench.snapshot.trip.phase = "driving"
    bench.offered()
    assert not bench.runs(most=900)
    states = []
    for told in bench.uplink.said:
        if (told["state"], told.get("why")) not in states:
            states.append((told["state"], told.get("why")))
    assert states == [("fetching", None), ("checking", None), ("ready", "driving")]
    bench.snapshot.trip.phase = "parked"
    assert bench.runs()
    assert bench.last() == {"v": 1, "release": releases.short(), "state": "ready"}


def test_the_moment_is_waited_for():
    bench = Bench(seals=False)
    bench.uplink.is_drained = False
    bench.offered()
    s = bench.snapshot
    for why, holder, name, bad, good in (
        ("driving", s.trip, "phase", "driving", "parked"),
        ("boarding", s.trip, "phase", "boarding", "parked"),
        ("unchecked", s.trip, "phase", "checking", "parked"),
        ("unchecked", s.trip, "checked", False, True),
        ("unchecked", s.vehicle, "ignition", None, False),
        ("persons", s.seats, "taken", [7], []),
        ("persons", s.seats, "unknown", [7], []),
        ("persons", s.seats, "sitting", [7], []),
        ("persons", s.seats, "loose", [7], []),
        ("persons", s.seats, "doubtful", [7], []),
        ("mode", s.trip, "mode", "service", "normal"),
        ("mode", s.trip, "exercise", True, False),
        ("standing", bench.recorder, "is_calm", False, True),
        ("standing", bench.warnings, "level", 1, 0),
        ("standing", s, "settling", True, False),
        ("supply", s.vehicle, "supply_mv", None, 12600),
        ("supply", s.vehicle, "supply_mv", 9000, 12600),
        ("policy", bench.policy, "is_pending", True, False),
    ):
        setattr(holder, name, bad)
        bench.runs(
            most=900, until=lambda bench, why=why: bench.last() and bench.last().get("why") == why
        )
        assert bench.last() == {"v": 1, "release": releases.short(), "state": "ready", "why": why}
        bench.turns(100)
        assert bench.content["slot"] == b"a", why
        setattr(holder, name, good)
        bench.turns(2)
    bench.uplink.connected = False
    bench.turns(100)
    assert bench.content["slot"] == b"a", "the city would not hear of it"
    bench.uplink.connected = True
    bench.turns(5)
    assert bench.content["slot"] == b"a", "what the city does not have yet is delivered first"
    assert bench.runs(most=1100), "but not for ever"


def test_no_change_while_the_journal_or_nvs_refuses():
    for holder, name in (("recorder", "failed"), ("memory", "_refused")):
        bench = Bench(seals=False)
        bench.offered()
        bench.runs(until=lambda bench: bench.last() and bench.last()["state"] == "checking")
        setattr(getattr(bench, holder), name, {"x": 1})
        assert not bench.runs(most=2000)
        assert bench.content["slot"] == b"a", holder
        setattr(getattr(bench, holder), name, {})
        assert bench.runs()


def test_a_child_that_gets_in_meanwhile_stops_it():
    bench = Bench(seals=False)
    bench.offered()
    bench.uplink.is_drained = False
    bench.runs(until=lambda bench: ("changing", None) in bench.told())
    bench.snapshot.seats.taken = [3]
    bench.uplink.is_drained = True
    assert not bench.runs(most=300)
    assert bench.last()["why"] == "persons" and bench.content["slot"] == b"a"


def test_what_the_trial_needs_is_kept():
    bench = Bench(seals=False)
    bench.snapshot.silent = ["cabin"]
    bench.offered()
    assert bench.runs()
    assert json.loads(bench.content["sensed.json"]) == {"silent": ["cabin"], "unknown": []}
    kept = json.loads(bench.content["change.json"])
    assert kept == {"release": releases.short(), "version": "99.0.0", "since": "1.2.3"}
    assert read(bench.files).short == releases.short(), "and the offer, until the code is judged"


def test_an_offer_that_ends_in_the_last_ten_seconds_is_over():
    bench = Bench(seals=False)
    bench.uplink.is_drained = False
    bench.offered()
    bench.runs(until=lambda bench: ("changing", None) in bench.told())
    bench.updates._update._look_ms += 60000  # not the look that comes by itself
    bench.earliest.utc_s = 2000000001
    bench.uplink.is_drained = True
    assert not bench.runs(most=30)
    assert bench.last()["why"] == "expired" and bench.content["slot"] == b"a"
    assert bench.told()[-1] == ("refused", "expired")


def test_a_withdrawal_between_changing_and_the_restart_is_obeyed():
    bench = Bench(seals=False)
    bench.uplink.is_drained = False
    bench.offered()
    bench.runs(until=lambda bench: ("changing", None) in bench.told())
    bench.updates.take_offer({"id": "r", "manifest": None})
    bench.uplink.is_drained = True
    assert not bench.runs(most=1200) and bench.content["slot"] == b"a"
    assert bench.told()[-1] == ("withdrawn", None)


def test_nothing_is_imported_or_done_without_an_offer():
    bench = Bench()
    assert not bench.updates.turn(10, bench)
    assert not bench.updates.keeps_awake and bench.updates.update(bench.snapshot) == ()
    bench.parts.files = bench.parts.slots = None
    bench.updates.__init__(bench.config, bench.parts, bench.memory)
    assert not bench.updates.turn(20, bench)
    try:
        bench.offered()
    except ValueError as error:
        assert str(error) == "This board keeps no files."
    else:
        raise AssertionError("taken")


def test_what_the_running_slot_has_otherwise_than_its_table_says_comes_over_the_air():
    for pack in (b"\x00" * len(releases.pack(0)), releases.pack(0)[:700]):
        bench = Bench(seals=False)
        bench.content["a/program.pack"] = pack
        bench.offered()
        assert bench.runs() and whole(bench.content)
        asked = [told for told in bench.uplink.said if told["state"] == "fetching"]
        assert asked[-1]["have"] + asked[-1]["bytes"] == asked[-1]["need"]


def test_an_uplink_that_is_full_is_waited_for():
    bench = Bench(seals=False)
    bench.uplink.is_full = True
    bench.offered()
    assert not bench.runs(most=300) and bench.uplink.said == []
    bench.uplink.is_full = False
    assert bench.runs()

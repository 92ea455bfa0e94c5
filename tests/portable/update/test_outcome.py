"""After the changeover: the new code is proven, or the old one is back and says why. The city may
take its offer back at any moment."""

import json

import small_release as releases
from flash_files import Start, running_a
from update_bench import Bench, whole

from firmware.event import INFO, WARNING
from firmware.update.offer import read


def changed():
    """-> (content, start) of a board that restarts with its new code."""
    bench = Bench(seals=False)
    bench.offered()
    assert bench.runs()
    return bench.content, bench.start


def test_new_code_is_proven():
    content, start = changed()
    bench = Bench(content, start)
    assert bench.parts.slots.is_trial and bench.parts.slots.release == releases.short()
    bench.turns(600, 1000)
    assert bench.told() == [] and "sensed.json" in content, "the trial needs it"
    assert "update.json" in content, "the offer stays until then"
    bench.parts.slots.prove()
    bench.turns(20, 1000)
    (event,) = bench.events
    assert event.severity == INFO
    told = dict(event.data)
    assert told == {"what": "proven", "version": "99.0.0", "from": "1.2.3"}
    for name in ("update.json", "change.json", "sensed.json"):
        assert name not in content
    assert bench.uplink.renewed == 1
    bench.boot()
    bench.turns(20, 1000)
    assert bench.events == []


def test_proven_just_before_the_power_failed():
    content, start = changed()
    Bench(content, start).parts.slots.prove()
    bench = Bench(content, start)
    bench.turns(20)
    assert [what for what, _ in bench.told()] == ["proven"]
    assert "change.json" not in content and "update.json" not in content


def test_the_old_code_says_why_it_is_back():
    for back, why in ((1, "crashed"), (2, "not_sensing"), (3, "no_broker"), (4, "hung")):
        content, start = changed()
        content["slot"] = b"a"  # by boot.py
        start["trial"], start["back"] = 0, back
        bench = Bench(content, start)
        bench.turns(20)
        (event,) = bench.events
        assert event.severity == WARNING
        assert dict(event.data)["version"] == "99.0.0" and bench.told() == [("returned", why)]
        assert start["back"] == 0 and json.loads(content["change.json"])["why"] == why
        assert "update.json" not in content and "sensed.json" not in content
        bench.boot()
        bench.turns(100)
        assert bench.events == [] and bench.uplink.said == []
        bench.offered()
        assert bench.refused() == "came_back"


def test_the_old_code_is_back_and_the_file_is_gone():
    content, start = changed()
    content["slot"] = b"a"
    del content["change.json"]
    start["trial"], start["back"] = 0, 1
    bench = Bench(content, start)
    bench.turns(20)
    assert bench.told() == [("returned", "crashed")]
    assert "version" not in dict(bench.events[0].data)


def test_a_change_that_never_began_is_none():
    bench = Bench(seals=False)
    bench.offered()
    bench.content["change.json"] = b'{"release":"ab","version":"9.9.9","since":"0.3.0"}'
    bench.boot()
    assert bench.runs(), "the offer is still there"
    assert [what for what, _ in bench.told()] == ["ready", "changing"]
    for text in (b"", b"{}", b"[]", b"7"):
        content = running_a()
        content["change.json"] = text
        bench = Bench(content)
        bench.turns(20)
        assert bench.events == []


def test_an_offer_that_comes_before_the_outcome_is_told_stays():
    content, start = changed()
    content["slot"] = b"a"
    start["trial"], start["back"] = 0, 2
    bench = Bench(content, start)
    bench.offered("SECOND")
    bench.turns(20)
    assert ("returned", "not_sensing") in bench.told()
    assert read(bench.files).short == releases.short("SECOND")


def test_a_damaged_offer_is_none():
    for text in (b"", b"{}", b"[]", b'{"manifest":7}'):
        content = running_a()
        content["update.json"] = text
        bench = Bench(content)
        bench.turns(60)
        assert bench.events == [] and bench.uplink.said == []


def test_the_city_takes_its_offer_back_at_any_moment():
    withdraw = {"id": "r", "manifest": None}
    assert Bench().updates.take_offer(withdraw) == "No release is offered to this bus."
    for most in (1, 5, 17, 20, 30, 60, 100, 150, 200, 300, 600, 900):
        bench = Bench(seals=False)
        bench.snapshot.trip.phase = "driving"
        bench.offered()
        bench.runs(most=most)
        assert bench.updates.take_offer(withdraw) == "The bus drops the release that was offered."
        assert "update.json" not in bench.content
        bench.snapshot.trip.phase = "parked"
        assert not bench.runs(most=900), most
        assert bench.told()[-1] == ("withdrawn", None)
        assert bench.content["slot"] == b"a" and not bench.updates.keeps_awake
        bench.offered()
        assert bench.runs() and whole(bench.content), most


def test_the_same_offer_goes_on_and_another_takes_its_place():
    bench = Bench(seals=False)
    bench.offered()
    bench.runs(until=lambda bench: bench.answers == 3)
    assert "goes on" in bench.offered(until=2000000001)
    assert json.loads(bench.content["update.json"])["until"] == 2000000001
    assert "takes the offer" in bench.offered("SECOND")
    assert bench.runs("SECOND")
    assert bench.content["b/program.pack"] == releases.pack(2)


def test_a_fault_in_the_update_ends_the_update_and_nothing_else():
    bench = Bench(seals=False)
    bench.offered()
    bench.runs(until=lambda bench: bench.answers == 3)
    bench.updates._update.turn = None
    bench.turns(2)
    assert bench.events[-1].kind == "fault" and not bench.updates.keeps_awake


def test_a_code_that_runs_on_trial_waits_with_the_report():
    content, start = running_a(signed=b"x"), Start(trial=1)
    del content["a/proven"]
    bench = Bench(content, start)
    bench.turns(5, 1000)
    assert bench.events == []
    bench.parts.slots.prove()
    bench.turns(10, 1000)
    assert bench.told() == [("proven", None)], "deployed by cable: no change was noted"

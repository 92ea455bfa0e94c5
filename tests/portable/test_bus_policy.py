"""A policy takes over in a whole bus, whatever stands there for a technician."""

from bus_bench import MINUTE, Bench
from packs import BUS, PACK, Memory, digest, offered

from firmware.config.load import defaults
from firmware.policy.store import KEPT


def policed(kept=None):
    """A parked bus whose supply cannot be read; kept: the policy that is stored."""
    bench = Bench(dict(defaults(), bus=BUS))
    bench.files = Memory()
    if kept is not None:
        bench.files.content[KEPT] = kept.encode()
    bench.start()
    bench.parts.supply.dead = True
    return bench


def is_in_force(bench, policy):
    return bench.status()["policy"] == digest(policy)[:8]


def kinds(bench):
    return [rule.kind for rule in bench.bus._engine.rules]


def test_a_stored_one_counts_after_a_restart_with_something_raised():
    bench = policed(PACK % 1)
    bench.waits(2 * MINUTE)  # a step of loading a second
    assert bench.bus.recorder.active() == ["sensor_silent"]
    assert is_in_force(bench, PACK % 1)
    assert "belt_off" not in kinds(bench)
    bench.parks_with(7)
    bench.waits(3 * MINUTE)
    (event,) = [event for event in bench.events() if event["kind"] == "child_left_behind"]
    assert (event["why"]["profile"], event["data"]["stage"]) == ("japan", 2)


def test_a_stored_one_with_a_limit_that_is_no_longer_allowed_is_refused_and_the_bus_runs():
    for rules, told in (
        (
            '"boarding_s":1800',
            "policy: rules.boarding_s: this has to be a whole number from 0 to 720",
        ),
        ('"disabled":["heat"]', "policy: rules.disabled: this has to be a list of different kinds"),
    ):
        bench = policed('{"v":1,"version":3,"rules":{%s}}' % rules)
        bench.waits(MINUTE)
        faults = [event["data"] for event in bench.events() if event["kind"] == "fault"]
        assert [fault["what"] for fault in faults] == ["policy"]
        assert faults[0]["text"].startswith(told), faults
        assert bench.status()["policy"] is None and "heat" in kinds(bench)
        bench.parks_with(7)
        bench.waits(3 * MINUTE)
        assert bench.told("child_left_behind") == ["raised"]


def test_a_new_one_does_not_wait_for_a_repair():
    bench = policed()
    bench.waits(MINUTE)
    assert bench.bus.recorder.active() == ["sensor_silent"]
    for request in offered(bench.bus.policy, PACK % 1):
        bench.bus.policy.take_part(request)
    bench.waits(2 * MINUTE)
    assert is_in_force(bench, PACK % 1)
    assert "belt_off" not in kinds(bench)
    bench.parts.supply.dead = False
    bench.waits(MINUTE)
    told = [event for event in bench.events() if event["data"].get("sensor") == "supply"]
    assert [event["state"] for event in told] == ["raised", "cleared"]
    assert told[0]["occ"] == told[1]["occ"]


def test_it_waits_for_a_drill_and_says_so():
    bench = policed()
    bench.waits(MINUTE)
    bench.bus.enter("drill")
    for request in offered(bench.bus.policy, PACK % 1):
        bench.bus.policy.take_part(request)
    bench.waits(11 * MINUTE)
    assert bench.bus.policy.hash is None
    (event,) = [event for event in bench.events() if event["kind"] == "fault"]
    assert (event["data"]["what"], "drill" in event["data"]["text"]) == ("policy", True)
    bench.bus.modes.leave()
    bench.waits(2 * MINUTE)
    assert is_in_force(bench, PACK % 1)

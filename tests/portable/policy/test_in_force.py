"""The policy in force: read at the start between ticks, replaced only in a quiet parked bus."""

import json

from packs import BUS, PACK, Memory, digest, loaded, offered
from parts import put, snapshot

from firmware.config.load import defaults
from firmware.policy.in_force import PolicyInForce
from firmware.policy.store import KEPT

CONFIG = dict(defaults(), bus=BUS)


class Bench:
    def __init__(self, kept=None, is_trusted=True):
        self.files = Memory()
        if kept is not None:
            self.files.content[KEPT] = kept.encode()
        self.policy = PolicyInForce(CONFIG, self.files, False, is_trusted)
        self.s = snapshot(phase="parked")
        self.replies = []

    def turns(self, is_calm=True):
        """Turns until there is no more to do -> how many turns."""
        n = 1
        while self.policy.turn(self.s, is_calm, self):
            n += 1
        return n

    def reply(self, payload):
        """As the uplink's."""
        self.replies.append(payload)

    def told(self):
        return [(event.kind, dict(event.data)) for event in self.policy.update(self.s)]

    def sends(self, text):
        for request in offered(self.policy, text):
            self.policy.take_part(request)


def refusal(bench, text):
    try:
        bench.sends(text)
    except ValueError as error:
        return str(error)
    raise AssertionError("taken")


def test_without_a_stored_policy():
    bench = Bench()
    assert bench.turns() == 1
    assert bench.policy.hash is None and not bench.policy.is_new
    assert bench.told() == []
    assert bench.policy.thresholds == CONFIG["rules"]


def test_a_stored_policy_is_in_force_soon_after_the_start_whatever_goes_on():
    bench = Bench(PACK % 1)
    assert bench.policy.hash is None
    assert "send this again" in refusal(bench, PACK % 2)
    assert bench.turns(is_calm=False) > 20
    assert bench.policy.hash == loaded(PACK % 1).hash
    assert bench.policy.is_new
    assert bench.policy.thresholds["overspeed_kmh"] == 75
    assert bench.policy.thresholds["belt_s"] == CONFIG["rules"]["belt_s"]
    assert CONFIG["rules"]["overspeed_kmh"] == 80
    assert bench.told() == []
    assert bench.s.place.policy == bench.policy.hash


def test_a_damaged_one_is_a_fault_and_the_bus_runs_without():
    bench = Bench((PACK % 1)[:300])
    bench.turns()
    ((kind, data),) = bench.told()
    assert (kind, data["what"]) == ("fault", "policy")
    assert data["text"].startswith("policy: ")
    assert bench.policy.hash is None
    bench.sends(PACK % 1)
    bench.turns()
    assert bench.policy.hash == digest(PACK % 1)[:8]


def test_one_that_does_not_fit_into_memory_is_a_fault():
    bench = Bench(PACK % 1)

    def loading():
        yield
        raise MemoryError

    bench.policy._loading = loading()
    bench.turns()
    assert "memory" in bench.told()[0][1]["text"]


def test_a_new_one_waits_until_all_is_calm():
    bench = Bench(PACK % 1)
    bench.turns()
    before = bench.policy.hash
    bench.policy.is_new = False
    bench.sends(PACK % 2)
    bench.turns(is_calm=False)
    (reply,) = bench.replies
    assert json.loads(reply)["ok"] is True
    assert bench.policy.hash == before and not bench.policy.is_new
    assert bench.turns(is_calm=True) > 20
    assert bench.policy.hash == digest(PACK % 2)[:8] and bench.policy.is_new
    told = {"version": 2, "hash": bench.policy.hash, "by": "somchai"}
    assert bench.told() == [("policy_changed", told)]
    assert bench.told() == []


def test_one_that_waits_for_long_in_a_parked_bus_is_reported_once():
    bench = Bench()
    bench.turns()
    bench.sends(PACK % 1)
    bench.turns(is_calm=False)

    def told_after(ms, **readings):
        bench.s.now_ms += ms
        for name, value in readings.items():
            put(bench.s, name, value)
        bench.policy.turn(bench.s, False, bench.replies.append)
        return [data["what"] for _, data in bench.told()]

    assert told_after(599999) == []
    assert told_after(1) == ["policy"]
    assert told_after(600000) == []
    assert told_after(100, phase="driving") == []
    assert told_after(3600000) == [], "a bus that drives is no reason to wonder"
    assert told_after(100, phase="parked") == []
    assert told_after(600000) == ["policy"]
    bench.turns()
    assert bench.policy.hash == digest(PACK % 1)[:8]


def test_none_is_taken_into_force_before_the_bus_is_parked():
    bench = Bench()
    bench.turns()
    bench.sends(PACK % 1)
    for phase in ("driving", "boarding", "checking"):
        bench.s.trip.phase = phase
        bench.turns()
        assert bench.policy.hash is None, phase


def test_a_bad_one_is_answered_and_changes_nothing():
    bench = Bench(PACK % 1)
    bench.turns()
    before = bench.policy.hash
    bench.sends((PACK % 2).replace('"flood"', '"food"'))
    bench.turns()
    (reply,) = bench.replies
    assert json.loads(reply)["ok"] is False
    assert "zones[1].kind" in json.loads(reply)["message"]
    assert bench.policy.hash == before


def test_a_board_without_files():
    policy = PolicyInForce(CONFIG, None, False)
    try:
        offered(policy, PACK % 1)
    except ValueError as error:
        assert "no files" in str(error)
    else:
        raise AssertionError("taken")


def test_what_is_not_trusted_stays_unread_and_a_new_one_counts_all_the_same():
    bench = Bench(PACK % 1, is_trusted=False)
    assert bench.turns() == 1
    assert bench.policy.hash is None and not bench.policy.is_pending
    bench.sends(PACK % 2)
    bench.turns()
    assert bench.policy.hash == digest(PACK % 2)[:8]
    assert [kind for kind, _ in bench.told()] == ["policy_changed"]


def test_it_is_pending_until_the_rules_are_rebuilt():
    bench = Bench()
    assert not bench.policy.is_pending
    bench.sends(PACK % 1)
    bench.turns(is_calm=False)
    assert bench.policy.is_pending and not bench.policy.is_new
    bench.turns()
    assert bench.policy.is_pending and bench.policy.is_new
    bench.policy.is_new = False
    assert not bench.policy.is_pending


def test_between_two_policies_there_is_none():
    """Both would not fit into memory."""
    bench = Bench(PACK % 1)
    bench.turns()
    bench.told()
    assert bench.s.place.policy == bench.policy.hash == digest(PACK % 1)[:8]
    bench.sends(PACK % 2)
    bench.turns(is_calm=False)
    bench.policy.turn(bench.s, True, bench.replies.append)
    assert bench.policy.hash is None and bench.s.place.policy is None
    bench.turns()
    bench.told()
    assert bench.s.place.policy == bench.policy.hash == digest(PACK % 2)[:8]


def test_a_policy_that_comes_or_is_checked_keeps_the_bus_awake():
    bench = Bench()
    bench.turns()
    assert not bench.policy.keeps_awake
    parts = offered(bench.policy, PACK % 1)
    for now_ms, request in enumerate(parts):
        bench.s.now_ms = now_ms * 30000
        bench.policy.turn(bench.s, True, bench)
        assert bench.policy.keeps_awake and not bench.policy.is_pending
        bench.policy.take_part(request)
    bench.s.now_ms += 10**6
    while not bench.policy.is_pending:
        bench.policy.turn(bench.s, False, bench)
        assert bench.policy.keeps_awake or bench.policy.is_pending
    bench.turns()
    assert not bench.policy.keeps_awake
    offered(bench.policy, PACK % 2)
    bench.turns()
    assert bench.policy.keeps_awake
    bench.s.now_ms += 75000
    bench.turns()
    assert not bench.policy.keeps_awake, "nothing has come"

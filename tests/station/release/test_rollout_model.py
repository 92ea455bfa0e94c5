"""Rollouts with random buses, outcomes and administrators: what may never happen.

Each bus has a place of its own in this model: which code it runs, and which offer it knows of; that
an offer is taken back it hears later than the station decides it. The station restarts now and
then, and what it knows of the buses is then a little old.
"""

import random

import pytest
from rolling import Fleet

from station.release.change import _FROM, RolloutError, _take

STAGES = (["bus-01", "20%", "all"], ["10%", "50%", "100%"], ["bus-03,bus-04", "all"], ["40%"])


class Town:
    def __init__(self, dice, has_administrator=True, ends=("returns", "is silent", "refuses")):
        self.dice = dice
        names = tuple(f"bus-{n:02}" for n in range(1, dice.randint(4, 30) + 1))
        self.share = dice.choice((0, 10, 10, 25))
        self.fleet = Fleet(dice.choice(STAGES), names, stop_share=self.share)
        odds = dice.choice((0.0, 0.05, 0.3, 1.0))
        self.end = {bus: dice.choice(ends) if dice.random() < odds else "runs" for bus in names}
        self.where = dict.fromkeys(names, "old")
        self.knows = set()
        """Buses that have heard of an offer, and not of its end."""
        self.may_change = set(names)
        """While the rollout is stopped: those that knew of an offer when it stopped."""
        self.has_administrator = has_administrator
        self.newest_saved = dict(self.fleet.status)
        """What the database has of the buses' statuses: it is saved every few seconds."""

    def turn(self):
        fleet, dice = self.fleet, self.dice
        fleet.passes(dice.choice((30, 300, 1200)))
        for bus in self.where:
            self._live(bus)
        if self.has_administrator and dice.random() < 0.15:
            self._administrate()
        before = fleet.one.state
        if dice.random() < 0.2:
            fleet.restarts(self.newest_saved)
        fleet.looks()
        self.newest_saved = {bus: dict(told) for bus, told in fleet.status.items()}
        if before in ("running", "paused") and fleet.one.state == "stopped":
            self.may_change = set(self.knows)
        elif fleet.one.state != "stopped":
            self.may_change = set(self.where)
        self._check()

    def _live(self, bus):
        fleet, at = self.fleet, self.where[bus]
        if at != "silent":
            fleet.hears(bus)
        if (bus in fleet.offered) != (bus in self.knows) and self.dice.random() < 0.6:
            self.knows ^= {bus}
        if at == "old" and bus in self.knows and self.dice.random() < 0.5:
            refuses = self.end[bus] == "refuses"
            fleet.tells(bus, "refused" if refuses else "ready", "no_slot" if refuses else None)
            self.where[bus] = "refused" if refuses else "ready"
        elif at == "ready" and bus not in self.knows:
            self.where[bus] = "old"
        elif at == "ready" and self.dice.random() < 0.5:
            self._changes(bus)
        elif at == "trial" and self.dice.random() < 0.6:
            if self.end[bus] == "returns":
                fleet.happens(bus, "returned", why="crashed").comes_back(bus)
                self.where[bus] = "returned"
            else:
                fleet.changes(bus).proves(bus)
                self.where[bus] = "new"

    def _changes(self, bus):
        assert bus in self.may_change, "after a stop only what was under way goes on"
        self.knows -= {bus}
        if self.dice.random() < 0.2:  # the power fails, or somebody sits down
            self.fleet.happens(bus, "changing").passes(0.001)
            if self.dice.random() < 0.5:
                self.fleet.status[bus]["boot"] += 1
                self.where[bus] = "old"
            elif self.fleet.one.rows[bus].offer is not None:
                self.fleet.looks().passes(0.001).tells(bus, "ready", "persons")
            else:
                self.where[bus] = "old"
                self.fleet.status[bus]["boot"] += 1
            return
        self.where[bus] = "silent" if self.end[bus] == "is silent" else "trial"
        if self.dice.random() < 0.7:
            self.fleet.changes(bus)
        else:
            self.fleet.happens(bus, "changing")

    def _administrate(self):
        one = self.fleet.one
        can = [name for name in _FROM if one.state in _FROM[name]]
        if not can:
            return
        what = self.dice.choice(can)
        again = (self.dice.choice(list(one.rows)),) if what in ("again", "resume") else ()
        try:
            _take(one, what, again, self.fleet.now_ms)
        except RolloutError:
            return
        for bus in again:
            if self.where[bus] in ("returned", "refused"):
                self.where[bus], self.end[bus] = "old", "runs"

    def _check(self):
        one = self.fleet.one
        for bus in self.fleet.offered:
            row = one.rows[bus]
            assert one.state == "running", "nothing is offered while it does not run"
            assert row.stage is not None and row.stage <= one.stage, "outside a stage"
            assert row.result is None
        counted = [row for row in one.rows.values() if not row.pardoned]
        bad = [row for row in counted if row.result in ("returned", "silent")]
        took = [row for row in counted if row.took_ms is not None or row in bad]
        if one.state in ("running", "paused"):
            assert 100 * len(bad) <= self.share * len(took), "it goes on with too many"
        for bus, at in self.where.items():
            if at in ("old", "ready"):
                assert one.rows[bus].result not in ("returned", "silent"), "it never changed over"
            if at == "new":
                assert one.rows[bus].result in ("runs", None), "it is known which code runs"


@pytest.mark.parametrize("number", range(24))
def test_whatever_buses_and_administrators_do(number):
    seed = random.SystemRandom().getrandbits(32)
    print("seed", seed)
    town = Town(random.Random(seed))
    for _ in range(60):
        town.turn()


@pytest.mark.parametrize("number", range(8))
def test_if_every_bus_comes_back_no_later_stage_begins(number):
    seed = random.SystemRandom().getrandbits(32)
    print("seed", seed)
    town = Town(random.Random(seed), has_administrator=False, ends=("returns",))
    town.end = dict.fromkeys(town.end, "returns")
    for _ in range(120):
        town.turn()
    assert town.fleet.one.state == "stopped" and "new" not in town.where.values()
    changed = {bus for bus, at in town.where.items() if at == "returned"}
    assert changed <= {bus for bus, row in town.fleet.one.rows.items() if row.stage == 0}

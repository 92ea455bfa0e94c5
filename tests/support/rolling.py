"""Buses as a rollout knows them, without a broker: for tests of its rules."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from releases import PUBLIC, release

from station.release import rollout, stages
from station.release.file import read
from station.release.fit import Known
from station.release.rollout import look, wanted
from station.release.rows import Happened, Rollout, Row, Seen

FLEET = "lc"
DIGEST = "d" * 64
RELEASE = read(release(), "it", [PUBLIC])
SHORT = RELEASE.sets_for("devkit_wrover")[0].short


def status(boot=17, **more):
    """Of a bus that runs 0.3.0, deployed by cable."""
    return {"v": 1, "online": True, "fw": "0.3.0", "boot": boot, "start": "normal",
            "board": "devkit_wrover", "mpython": "1.29.0", "release": None, **more}  # fmt: skip


class Fleet:
    """A rollout, its buses and a clock. now_ms begins late enough that nothing is before it."""

    def __init__(self, wished, buses=("bus-01", "bus-02", "bus-03"), **more):
        self.now_ms = 1_000_000_000
        self.status: dict[str, Any] = {bus: status() for bus in buses}
        self.quiet_ms = dict.fromkeys(buses, self.now_ms)
        self.serial: dict[str, str] = {}
        self.events: list[Happened] = []
        parsed = [stages.parse(text) for text in wished]
        stages.check(parsed, FLEET, self.known())
        downgrade = more.pop("downgrade", False)
        of = more.pop("release", RELEASE)
        settled = stages.plan(of, DIGEST, parsed, self.known(), downgrade)
        values = {"least_s": 0, "wait_s": None, "stop_share": 10, "silent_s": 1800, **more}
        self.one = Rollout(
            id=1, fleet=FLEET, release_id=1, state="running", stages=parsed, stage=0,
            stage_ms=self.now_ms, downgrade=downgrade, made_ms=self.now_ms, made_by="anong",
            release=of, rows={bus: Row(bus, stage) for bus, stage in settled.items()}, **values,
        )  # fmt: skip
        self.lines: list[rollout.Line] = []

    def known(self):
        return [Known(bus, None, told, True) for bus, told in self.status.items()]

    def restarts(self, before):
        """The station ended, and starts with what the database has: the statuses there may be some
        seconds old. before: those."""
        kept = json.loads(json.dumps([asdict(row) for row in self.one.rows.values()]))
        self.one.rows = {row["bus"]: Row(**row) for row in kept}
        newest, self.status = self.status, before
        self.looks()
        self.status = newest
        return self

    def looks(self, is_deaf=False):
        buses = {
            one.bus: Seen(one, self.quiet_ms[one.bus], self.serial.get(one.bus))
            for one in self.known()
        }
        self.lines += look(
            self.one,
            buses,
            self.events,
            self.now_ms,
            lambda begin_ms: 0 if is_deaf else self.now_ms - begin_ms,
        )
        for bus, row in self.one.rows.items():
            wish = wanted(self.one, row, self.one.fit_of(row, self.status[bus]))
            if wish is not None and row.offer is None:
                row.offer, row.offer_ms, row.heard = wish, self.now_ms, True
            elif wish is None and row.offer is not None and not row.is_changing:
                row.offer = None  # the bus hears at once that it is taken back
        return self

    def passes(self, seconds):
        self.now_ms += round(seconds * 1000)
        return self

    def hears(self, *buses):
        for bus in buses or self.status:
            self.quiet_ms[bus] = self.now_ms
        return self

    def tells(self, bus, state, why=None, message=None, **more):
        body = {
            "release": (self.one.rows[bus].offer or SHORT)[:16],
            "state": state,
            "why": why,
            "message": message,
            **more,
        }
        rollout.told(self.one, self.one.rows[bus], body, self.status[bus], self.now_ms)
        return self

    def changes(self, bus, **more):
        """It restarts with the new code."""
        before = self.status[bus]
        new = {"boot": before["boot"] + 1, "release": SHORT, "fw": "0.4.0", "trial": True}
        self.status[bus] = {**before, **new, **more}
        return self.hears(bus)

    def proves(self, bus):
        del self.status[bus]["trial"]
        return self.hears(bus)

    def comes_back(self, bus):
        boot = self.status[bus]["boot"] + 3
        self.status[bus] = status(boot, start="previous")
        return self.hears(bus)

    def happens(self, bus, what, **data):
        self.passes(0.001)
        data = {"what": what, "version": "0.4.0", "from": "0.3.0", **data}
        self.events.append(Happened(bus, self.now_ms, self.now_ms, data))
        return self

    @property
    def offered(self):
        """What is offered to a bus that changes over is not taken back."""
        return sorted(bus for bus, row in self.one.rows.items()
                      if row.offer is not None and not row.is_changing)  # fmt: skip

    def result(self, bus):
        return self.one.rows[bus].result

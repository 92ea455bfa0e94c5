"""A school bus on the virtual board for days: the real program, its heap bounded.

A day is from five to five. The bus drives as sim/world/day.py has it, and stands at night and on a
weekend; the network has outages, and the city sends policies. At the end of a day everything has
to be with the city, and nothing may have started again.
"""

from __future__ import annotations

import random
import time
from typing import Any, NamedTuple

import paho.mqtt.client as mqtt

from firmware.identity import Identity
from sim.bench.tick import crowded
from sim.bus.city import City
from sim.days.heap import Heap
from sim.days.lateness import Lateness
from sim.days.outages import Outages
from sim.days.policies import Policies
from sim.days.updates import Updates
from sim.network.proxy import Proxy
from sim.network.subscriber import Heard, Subscriber
from sim.virtual.morning import Morning
from sim.virtual.run import Runner
from sim.world.day import WEEKEND
from sim.world.town_policy import policy_for

HOUR_S = 3600
DAY_S = 24 * HOUR_S
BEGIN_H = 5
SENDS_H = (6.15, 16.6)  # a policy, or a release: the bus drives, one day in the morning, the next
# in the afternoon; one that sleeps listens for seconds in an hour
NEXT = "0.99.0"
_LISTEN_S = 0.02
_OVERSLEEPS_S, _QUIET_S = 59, 120
CHANGING = '"what":"changing"'
_KEPT = 40  # lines of the console
_WRONG = ("MemoryError", "memory allocation failed", "has crashed", "starts again",
          "does not fit into memory")  # fmt: skip


class AtCity(NamedTuple):
    """How the city is reached: its broker, what it hears and says there, and its key."""

    proxy: Proxy
    subscriber: Subscriber
    client: mqtt.Client
    key: City


class Figures(NamedTuple):
    """Of one day; bytes, ms."""

    live: int
    largest: int
    collections: int
    starts: int
    confirmed: int
    lost: int
    ticks: int
    late: int
    worst_ms: int
    outages: int
    policies: int
    updates: int


class Days:
    """`step` belongs between the steps of the runner. wrong: the first thing that went wrong."""

    def __init__(
        self, runner: Runner, bus: dict[str, Any], identity: Identity, city: AtCity, seed: int
    ):
        self._runner, self._board = runner, runner.board
        self.morning = Morning(self._board, bus, city.subscriber, self.say, None, identity)
        self.morning.on_heard = self._heard
        self._heap = Heap(runner.heap_beside)
        self._lateness = Lateness()
        self.outages = Outages(random.Random(f"outages {seed}"), city.proxy)
        self._policies = Policies(city.client, city.key, bus["fleet"], bus["bus"])
        self.updates = Updates(city.client, city.key, bus["fleet"], bus["bus"])
        self._update_due_s: float | None = None
        self._policy_due_s: float | None = None
        self._version = 1
        self.lines: list[str] = []
        self.wrong = ""
        self._is_changing = False
        self._changed = 0  # starts, since the day's begin, because of an update
        self._text = b""
        self._listened_s = 0.0
        self._boots = 1
        self._records = 0
        self._board.on_fed = self._fed
        self._board.oversleeps_us = self._oversleeps_us
        runner.console.on_output = self._read

    @property
    def now_s(self) -> float:
        """Of the board, since its first power-on."""
        return self._board.clock.now_us() / 1e6

    def begin(self, number: int, has_update: bool) -> None:
        """A day, from 0; the first one begins with the power."""
        self._heap.begin()
        self._lateness.begin()
        midnight_s = number * DAY_S - BEGIN_H * HOUR_S
        self.outages.begin(midnight_s)
        due_s = midnight_s + SENDS_H[number % 2] * HOUR_S
        if has_update:
            self._update_due_s = due_s
        elif number % 7 not in WEEKEND:
            self._policy_due_s = due_s

    def end(self) -> Figures:
        """Of the day. AssertionError: the city has something else than the journal."""
        lost = self.morning.missing()
        self.morning.check()
        boots, self._boots = self._boots, self._board.boots
        records, self._records = self._records, self.morning.records
        outages, self.outages.count = self.outages.count, 0
        taken, self._policies.taken = self._policies.taken, 0
        updates, self.updates.taken = self.updates.taken, 0
        changed, self._changed = self._changed, 0
        heap, late = self._heap, self._lateness
        return Figures(
            heap.live, heap.largest, heap.collections, self._boots - boots - changed,
            self._records - records, lost, late.ticks, late.late, late.worst_ms, outages, taken,
            updates,
        )  # fmt: skip

    def send_policy(self) -> None:
        """The town's own, or one with 200 zones, in turns."""
        self._version += 1
        pack = policy_for(0) if self._version % 2 else crowded()
        self._policies.send({**pack, "version": self._version}, self.now_s)

    @property
    def is_sending(self) -> bool:
        return self._policies.is_sending

    def step(self) -> None:
        """Between two steps of the runner."""
        now_s = time.monotonic()
        if now_s - self._listened_s >= _LISTEN_S:
            self._listened_s = now_s
            self.morning.listen()

    def _oversleeps_us(self) -> int:
        """A bus that sleeps ticks once a second, for most of the week. While nothing is about to
        happen around it, a minute passes at once."""
        world, now_s = self._board.harness.world, self.now_s
        change_ms = world.next_change_ms
        is_quiet = change_ms is None or change_ms / 1000 - now_s > _QUIET_S
        if not is_quiet:
            return 0
        self._lateness.forget()
        return _OVERSLEEPS_S * 1_000_000

    def _heard(self, heard: Heard) -> None:
        self._policies.heard(heard, self.now_s)
        self.updates.heard(heard)
        self.wrong = self.wrong or self.updates.wrong

    def _fed(self, heap: int | None) -> int:
        """At the end of each tick."""
        now_s, harness = self.now_s, self._board.harness
        assert self._runner.pid is not None
        self._lateness.fed(int(now_s * 1e6), self._runner.pid, harness.world.ignition)
        self.outages.step(now_s, bool(harness.route))
        self._policies.step(now_s)
        if self._policy_due_s is not None and now_s >= self._policy_due_s:
            self._policy_due_s = None
            self.send_policy()
        if self._update_due_s is not None and now_s >= self._update_due_s:
            self._update_due_s = None
            self.updates.send(NEXT)
        harness.world.cabin_c10 = 260 + 10 * (int(now_s / HOUR_S) % 6)
        return self._heap.fed(heap, int(now_s * 1e3))

    def _read(self, data: bytes) -> None:
        self._heap.read(data)
        *lines, self._text = (self._text + data).split(b"\r\n")
        for line in lines:
            self.say(line.decode(errors="replace"))

    def say(self, line: str) -> None:
        """A line of the console, or what the runner tells."""
        self.lines = [*self.lines[-_KEPT:], line]
        if CHANGING in line:
            self._is_changing = True
        elif self._is_changing and "starts again: reset" in line:
            self._is_changing = False
            self._changed += 1
        elif not self.wrong and any(word in line for word in _WRONG):
            self.wrong = line

    def close(self) -> None:
        self._lateness.close()

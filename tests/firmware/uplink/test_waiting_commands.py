"""Every request is answered once, whatever the network does, and before the strict peer."""

from __future__ import annotations

import json
import random

import pytest
from schemas import validate
from uplinked import ROOT, Uplinked

from drivers.board.nvs import Nvs
from firmware.earliest import Earliest
from firmware.identity import Identity
from firmware.memory import Memory
from firmware.snapshot import Snapshot
from firmware.uplink.authority import Authority
from firmware.uplink.commands import answer
from firmware.uplink.inbox import LATER
from sim.bus.city import City
from sim.bus.identities import fields
from sim.wires.nvs import NVS


class Bus(Uplinked):
    """Answers as the firmware does, as soon as it has verified what the city signed."""

    def __init__(self, **broker):
        self.city = City()
        keys = fields("laemchabang", "bus-1", city_keys=[self.city.public])
        self.authority = Authority(Identity(keys), Memory(Nvs(NVS)))
        self.snapshot = Snapshot(40)
        self.earliest = Earliest(Memory(Nvs(NVS)), None, lambda s: None, 0)
        self.modes = self
        super().__init__(**broker)
        self.run(3000)

    def boot(self):
        super().boot()
        self.uplink.on_command = self.hears

    def hears(self, name, payload, is_retained):
        told = answer(self, name, payload, is_retained)
        if told is not LATER:
            return told
        while self.authority.turn():
            pass
        return answer(self, name, payload, is_retained)

    def leave(self, by):
        """What cmd/normal does."""

    def signed(self, ident, pad=0):
        to = "laemchabang/bus-1"
        return self.city.command("normal", {"pad": "x" * pad}, ident=ident, to=to)

    def asks(self, ids, pad=0):
        for one in ids:
            self.peer.publish(ROOT + "cmd/normal", self.signed(one, pad))

    def answered(self):
        """-> ids, each as often as it was answered."""
        replies = [validate(topic, payload) for _, topic, payload in self.peer.city
                   if topic == ROOT + "reply"]  # fmt: skip
        return [reply["id"] for reply in replies if reply["ok"]]


def away(bus):
    bus.radio.has_signal = False
    bus.network.is_silent = True
    bus.run(90_000)


def back(bus):
    bus.radio.has_signal = True
    bus.network.is_silent = False


@pytest.mark.parametrize("count", [12, 100])
def test_requests_that_waited_for_a_sleeping_bus_are_all_answered(count):
    bus = Bus()
    away(bus)
    ids = [f"r{n}" for n in range(count)]
    bus.asks(ids)
    back(bus)
    bus.run_until(lambda: len(bus.answered()) == count and bus.uplink.is_drained, 120_000)
    assert bus.answered() == ids
    bus.peer.check()


def test_long_requests_that_waited_take_several_connections():
    bus = Bus(window=4)
    away(bus)
    ids = [f"r{n}" for n in range(40)]
    bus.asks(ids, pad=600)
    bus.network.delay_ms = 2000
    back(bus)
    bus.run_until(lambda: len(bus.answered()) == 40 and bus.uplink.is_drained, 600_000)
    assert bus.answered() == ids
    assert bus.uplink.breaks > 1
    bus.peer.check()


@pytest.mark.parametrize("seed", range(8))
def test_through_breaks_at_any_moment_each_is_done_once(seed):
    """A break may lose the PUBACK of what was done: the broker's DUP is not another request."""
    rng = random.Random(seed)
    bus = Bus()
    done: list[bytes] = []

    def counted(name, payload, is_retained):
        done.append(payload)
        return bus.hears(name, payload, is_retained)

    bus.uplink.on_command = counted
    ids = [f"r{n}" for n in range(60)]
    for begin in range(0, 60, 6):
        bus.asks(ids[begin : begin + 6])
        bus.alarm()
        bus.run(rng.randrange(400))
        bus.network.reset()
        bus.run(rng.randrange(3000))
    bus.run_until(lambda: bus.uplink.is_drained, 60_000)
    bus.run(5000)
    assert [json.loads(payload)["id"] for payload in done] == ids
    assert list(dict.fromkeys(bus.answered())) == ids
    assert bus.uplink.is_drained
    bus.check()


def test_a_retained_request_is_refused_at_every_connection_and_never_done():
    bus = Bus()
    bus.peer.publish(ROOT + "cmd/normal", bus.signed("now"), retain=True)
    bus.run(2000)
    assert bus.answered() == ["now"], "a broker hands it on as any other: it shows only later"
    bus.leave = lambda by: pytest.fail("it was done again")
    for _ in range(3):
        bus.network.reset()
        bus.run(5000)
    replies = bus.heard("reply")[1:]
    assert [(reply["id"], reply["ok"]) for reply in replies] == [("now", False)] * 3
    assert "retained" in replies[0]["message"]
    bus.peer.check()

"""A virtual board that drives a school morning to a real broker."""

import json
import time

from sim.network.proxy import Proxy
from sim.network.subscriber import Subscriber
from sim.virtual.board import VirtualBoard
from sim.virtual.command import fitted
from sim.virtual.harness import Harness
from sim.virtual.image import FlashImage
from sim.virtual.install import every_sensor
from sim.virtual.morning import Morning, prepare
from sim.virtual.run import Runner, run_until
from sim.world.day import school_morning

LONGEST_S = 240  # each step takes seconds; a busy computer may take its time
HEAP = 1 << 20
SPEED = 100
ASKED_S = 0.5  # it reads the whole journal


class DrivenBoard:
    """A board that drives the morning; its only way to the broker is `proxy`."""

    def __init__(self, folder, broker, world=None, **settings):
        """world: a school morning if not given; settings: of bus.json, beside every sensor."""
        self.proxy = Proxy(broker.host, broker.port)
        self.subscriber = Subscriber(broker.host, broker.port, every_sensor()["fleet"])
        self.subscriber.start()
        self.image = FlashImage(folder / "board.img")
        wanted = {**every_sensor(), **settings}
        bus = prepare(self.image, wanted, ("127.0.0.1", self.proxy.port))
        config, world = fitted(None), world or school_morning(seed=1)
        self.board = VirtualBoard(self.image, lambda clock: Harness(world, config, clock), SPEED)
        self.told = []
        self.morning = Morning(self.board, bus, self.subscriber, self.told.append)
        self.runner = Runner(self.board, HEAP, self.told.append)
        self.runner.console.on_output = self.morning.read

    def runs_until(self, done, what):
        """done is asked now and then only: it may read the whole journal."""
        asked_s = 0.0

        def asked():
            nonlocal asked_s
            if time.monotonic() - asked_s < ASKED_S:
                return False
            asked_s = time.monotonic()
            return done()

        assert run_until(self.runner, asked, LONGEST_S), f"never {what}: {self.told[-20:]}"

    def heard(self):
        """(kind, state) of the events at the city, the first time each."""
        self.morning.listen()
        payloads = {payload: None for _, topic, payload in self.morning.city
                    if topic.endswith("/event")}  # fmt: skip
        told = [json.loads(payload) for payload in payloads]
        return [(event["kind"], event["state"]) for event in told]

    def close(self):
        self.runner.close()
        self.image.close()
        self.subscriber.stop()
        self.proxy.stop()

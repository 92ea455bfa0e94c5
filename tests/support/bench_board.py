"""A virtual board with today's code, and a city that hears it over a real broker."""

import json
import threading

import paho.mqtt.client as mqtt
from vm import program

from firmware.config.load import parse
from sim.bench.board import bus_json
from sim.network.proxy import Proxy
from sim.virtual.board import VirtualBoard
from sim.virtual.harness import Harness
from sim.virtual.image import FlashImage
from sim.virtual.install import code, install, settings
from sim.virtual.run import Runner, run_until
from sim.world.world import World

SPEED = 100  # times life, while the board sleeps


class City:
    """Everything that a subscriber at the broker is handed, by record."""

    def __init__(self, port):
        self.records = {}
        self.wrong = []
        self._lock = threading.Lock()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="city")
        self._client.on_connect = lambda client, *_: client.subscribe("schoolbus/#", 1)
        self._client.on_message = self._hear
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _hear(self, client, data, message):
        told = json.loads(message.payload) if message.payload else {}
        if not message.topic.endswith(("/track", "/event")):
            return
        kind = message.topic.rsplit("/", 1)[1]
        with self._lock:
            for row in range(told.get("n", 1)):
                key = told["epoch"], told["seq"] + row
                what = message.payload if kind == "event" else None  # rows may be put together anew
                if self.records.setdefault(key, (kind, what)) != (kind, what):
                    self.wrong.append(key)

    def events(self):
        with self._lock:
            told = [what for kind, what in self.records.values() if kind == "event"]
        return [json.loads(what) for what in told]

    def stop(self):
        self._client.disconnect()
        self._client.loop_stop()


class BenchBoard:
    """A virtual board with today's code on a new flash; `world` is what its sensors see.

    files: beside its code; date: see VirtualBoard; broker, more: what bus.json says beside the
    default's. Bytes pass while one of its radios carries.
    """

    def __init__(self, folder, port, files=None, date=None, broker=None, **more):
        program("micropython")
        self.world = World(seats=40)
        self.image = FlashImage(folder / "board.img")
        self.proxy = Proxy("127.0.0.1", port)
        bus = {**bus_json(self.proxy.port), **more}
        bus["broker"].update(broker or {})
        install(self.image, {**code(), **settings(bus), **(files or {})})
        config, errors = parse(json.dumps(bus))
        assert not errors, errors
        self.told = []
        self.output = b""
        self.board = VirtualBoard(
            self.image, lambda clock: Harness(self.world, config, clock), SPEED, date
        )
        self.runner = Runner(self.board, 4 << 20, self.told.append)
        self.runner.console.on_output = self._hear
        self.runner.power_on()

    def _hear(self, data):
        self.output += data

    def runs_until(self, done, what, seconds=90):
        def carried():
            self.proxy.is_silent = not self.board.harness.route
            return done()

        assert run_until(self.runner, carried, seconds), (
            f"never {what}: " + self.output.decode()[-900:]
        )

    def runs_for(self, seconds):
        """Of the board's time."""
        end_us = self.board.clock.now_us() + seconds * 1_000_000
        self.runs_until(lambda: self.board.clock.now_us() >= end_us, "so late")

    def cut(self):
        """kill -9, and the power comes back."""
        self.runner.power_cut()
        self.runner.power_on()

    def close(self):
        self.runner.close()
        self.image.close()
        self.proxy.stop()


def kinds(city):
    return [(event["kind"], event["state"]) for event in city.events()]

"""An update from end to end: the real MicroPython with boot.py and littlefs takes a release from a
real station over a real broker."""

import json
import re
import struct
import threading
import time
from functools import cache

import paho.mqtt.client as mqtt
import pytest
from bench_board import BenchBoard
from vm import ROOT

from sim.bus.city import City
from sim.bus.identities import fields
from sim.bus.releases import key, public
from sim.live.station_process import StationProcess
from sim.network import brokers
from sim.program.compiled import build
from sim.program.release import make_set, packed, release
from sim.virtual.install import MPY, every_sensor

FLEET, BUS = every_sensor()["fleet"], every_sensor()["bus"]
OLD, NEW = "1.0.0", "1.1.0"
CITY_SPEED = 20  # the station answers in its own time
TRIAL_SPEED = 1000
CRASHES = {"firmware/clock.py": b"import nowhere\n"}


@cache
def program(version, *bad):
    """This tree's code, which says this of itself. bad: paths whose source crashes."""
    init = "firmware/__init__.py"
    source = (ROOT / init).read_bytes()
    source = re.sub(rb"(?m)^VERSION = .*$", b'VERSION = "%s"' % version.encode(), source)
    return build(MPY, {init: source, **{path: CRASHES[path] for path in bad}})


class Heard:
    """What the bus says of its update."""

    def __init__(self, port):
        self.fetches, self.statuses, self.updates = [], [], []
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        ready = threading.Event()
        self._client.on_message = self._hear
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.connect("127.0.0.1", port)
        self._client.subscribe(f"schoolbus/{FLEET}/{BUS}/#", 1)
        self._client.loop_start()
        assert ready.wait(10)

    def _hear(self, client, data, message):
        name = message.topic.rsplit("/", 1)[1]
        told = json.loads(message.payload or b"{}")
        if name == "fetch":
            self.fetches.append(told)
        elif name == "status" and told.get("online"):
            self.statuses.append(told)
        elif name == "event" and told["kind"] == "update":
            self.updates.append(told["data"])

    @property
    def status(self):
        return self.statuses[-1] if self.statuses else {}

    @property
    def whats(self):
        return list(dict.fromkeys(told["what"] for told in self.updates))

    def stop(self):
        self._client.disconnect()
        self._client.loop_stop()


class Fleet:
    """One virtual board in slot a, parked and checked, and the station that has the release."""

    def __init__(self, folder, broker, *bad):
        old = make_set(key(), OLD, "x64", program(OLD))
        slot = {**old, "signed": old["manifest.json"], "proven": b""}
        files = {f"a/{name}": content for name, content in slot.items()}
        identity = json.dumps(fields(FLEET, BUS, city_keys=[City().public])).encode()
        files |= {"slot": b"a", "release.pub": public().encode(), "identity.json": identity}
        self.heard = Heard(broker.port)
        file = folder / "busguard.release"
        file.write_bytes(packed(release(key(), NEW, {"x64": program(NEW, *bad)})[1]))
        self.bus = _Board(folder, broker.port, files)
        self.board = self.bus.board
        self.station = StationProcess(
            (broker.host, broker.port), self.utc_ms, release=(public(), file)
        )

    @property
    def utc_ms(self):
        return self.bus.world.start_utc_ms + self.board.clock.now_us() // 1000

    def rolls_out(self):
        """As soon as the station knows the bus."""
        self.until(lambda: self.heard.status.get("fw") == OLD, "the bus")
        words = ("release", "start", "1", "--fleet", FLEET, "--stage", BUS, "--yes", "--clock")
        end_s = time.monotonic() + 30
        while True:
            asking = self.station.command(*words, str(self.utc_ms))
            self.until(lambda one=asking: one.poll() is not None, "an answer")
            said, _ = asking.communicate()
            if asking.returncode == 0:
                return
            assert time.monotonic() < end_s, said

    def until(self, done, what):
        def told():
            self.station.tell(self.utc_ms)
            return done()

        self.bus.runs_until(told, what, 120)

    def progress(self):
        with self.station.command("release", "progress", "--fleet", FLEET) as asking:
            return asking.communicate()[0]

    def close(self):
        self.station.stop()
        self.bus.close()
        self.heard.stop()


class _Board(BenchBoard):
    def __init__(self, folder, port, files):
        super().__init__(folder, port, files)
        self.runner.power_cut()
        self.board.speed = CITY_SPEED
        self.board.nvs.set("busguard\x00unchecked", bytes(4))
        self.board.nvs.commit()
        self.runner.power_on()

    def number(self, name):
        return struct.unpack("<i", self.board.nvs.get(f"start\x00{name}"))[0]


@pytest.fixture
def fleet(tmp_path):
    made = []
    with brokers.start() as broker:

        def start(*bad):
            made.append(Fleet(tmp_path, broker, *bad))
            return made[0]

        yield start
        for one in made:
            one.close()


def test_a_release_comes_whole_through_a_cut_and_proves_itself(fleet):
    fleet = fleet()
    heard = fleet.heard
    fleet.rolls_out()
    fleet.until(lambda: len(heard.fetches) >= 3, "pieces")
    assert heard.fetches[-1]["state"] == "fetching"
    fleet.bus.cut()
    fleet.until(lambda: heard.fetches[-1]["state"] in ("checking", "ready"), "all of it")
    asked = [told["at"] for told in heard.fetches if told["state"] == "fetching"]
    assert len(asked) - len(set(asked)) <= 8, "it goes on where it was"
    fleet.board.speed = TRIAL_SPEED  # from the next start on
    fleet.until(lambda: heard.status.get("fw") == NEW, "the new code")
    assert heard.status["trial"] is True
    fleet.until(lambda: "proven" in heard.whats, "proven")
    assert heard.whats == ["taken", "ready", "changing", "proven"]
    fleet.until(lambda: "runs it" in fleet.progress(), "the station's word")
    fleet.bus.cut()
    starts = len(heard.statuses)
    fleet.until(lambda: len(heard.statuses) > starts, "another start")
    assert heard.status["fw"] == NEW and "trial" not in heard.status


def test_a_release_that_crashes_comes_back_and_the_station_stops(fleet):
    fleet = fleet(*CRASHES)
    heard = fleet.heard
    fleet.rolls_out()
    fleet.until(lambda: "returned" in heard.whats, "back")
    assert [told["why"] for told in heard.updates if told["what"] == "returned"] == ["crashed"]
    assert (heard.status["fw"], heard.status["start"]) == (OLD, "previous")
    assert fleet.bus.output.count(b"no module named 'nowhere'\r\n") == 3
    fleet.until(lambda: "stopped" in fleet.progress(), "the rollout's end")
    assert re.search(rf"{BUS} .*CAME BACK.*crashed", fleet.progress())

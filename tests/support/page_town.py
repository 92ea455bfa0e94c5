"""A real station with a real broker and database, and buses that say what a test needs.

The messages are those of docs/mqtt.md; paho-mqtt sends them in place of boards. The town's time
begins on a Wednesday morning in November 2026, passes at the speed of life, and a test can let it
pass faster.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import httpx
import paho.mqtt.client as mqtt

from sim.bus.city import City
from sim.network import brokers
from sim.world import town
from sim.world.town_policy import policy_for
from tests.support.page_bus import SEATS, Bus, sits
from tests.support.releases import PUBLIC

ROOT = Path(__file__).resolve().parents[2]
FLEET = "laemchabang"
NAME, PASSWORD = "somchai", "a long password"
MORNING_S = datetime(2026, 11, 25, 1, 30, tzinfo=timezone.utc).timestamp()  # half past eight
PLACES = (
    "ao_udom", "na_kao", "municipal_school", "nong_makok", "port_road", "kasetsart",
    "takhian_tia", "depot", "bang_lamung", "nong_kham", "coast_bend", "city_hall",
)  # fmt: skip
SETTINGS = {"STATION_DARK_AFTER_S": "3600", "STATION_WILL_AFTER_S": "1",
            "STATION_ACCEPT_UNSEALED": "1", "STATION_RELEASE_KEY": PUBLIC}  # fmt: skip
"""A bus whose last will came is dark at once; for a broken promise alone none is."""


def wait_for(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """Asks again and again; the time is only there so that a failure ends."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
    return found


class PageTown:
    """with PageTown(folder) as town: a broker, a station, town.bus("bus-01", place).

    options: more words for `python -m station serve`.
    """

    def __init__(self, folder: Path, *options: str):
        self._options = options
        self._db, self._keys = folder / "station.db", folder / "keys"
        self._now = (MORNING_S, time.monotonic())
        self.buses: dict[str, Bus] = {}
        self.parts: dict[str, str] = {}
        """Bus -> id of the part of a policy that it was asked to take last."""
        self._broker = brokers.start()
        self.port = brokers.free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._start_first()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "page-town")
        self._client.on_message = self._command
        self._client.connect("127.0.0.1", self._broker.port)
        self._client.subscribe(f"schoolbus/{FLEET}/+/cmd/+", 1)
        self._client.loop_start()
        self.admin = self.signed_in()

    def __enter__(self) -> PageTown:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self.admin.close()
        self.kill()
        self._broker.stop()

    def _start_first(self) -> None:
        """As an operator does: an administrator, a policy, and then the station itself."""
        policy = self._db.with_name("policy.json")
        policy.write_text(json.dumps(policy_for(0)))
        db = ["--db", str(self._db)]
        self._run(["keys", "--out", str(self._keys)], ["admin", NAME, *db],
                  ["policy", FLEET, str(policy), *db], said=PASSWORD + "\n")  # fmt: skip

    def start(self) -> None:
        self._run()

    def _run(self, *commands: list[str], said: str = "") -> None:
        """Returns when the station answers and hears the broker."""
        serve = ["serve", "--db", str(self._db), "--keys", str(self._keys),
                 "--broker", f"127.0.0.1:{self._broker.port}", "--http", f"127.0.0.1:{self.port}",
                 "--clock", self._now_ms(), *self._options]  # fmt: skip
        code = "from station.__main__ import main\n"
        code += "\n".join(f"assert main({line!r}) == 0" for line in (*commands, serve))
        self._process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, text=True,
                                         env={**os.environ, **SETTINGS,
                                              "STATION_CITY_KEY": City().pem},
                                         stdin=subprocess.PIPE)  # fmt: skip
        assert self._process.stdin is not None
        self._process.stdin.write(said)
        self._process.stdin.flush()
        wait_for(self._is_well, 60)
        self.passes(0)

    def _is_well(self) -> bool:
        assert self._process.poll() is None, "the station did not start"
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return httpx.get(self.base + "/healthz", timeout=30).status_code == 200

    def kill(self) -> None:
        """As a power cut would."""
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process.stdin.close()  # type: ignore[union-attr]

    # Time

    def now_s(self) -> float:
        told_s, since_s = self._now
        return told_s + time.monotonic() - since_s

    def _now_ms(self) -> str:
        return str(round(self.now_s() * 1000))

    def browser_clock(self) -> str:
        """A script that sets a page's clock right: the town's day is another than this one."""
        ahead_ms = round((self.now_s() - time.time()) * 1000)
        return f"Date.now = (now => () => now() + {ahead_ms})(Date.now);"

    def passes(self, seconds: float) -> None:
        """It is later now, for the station too."""
        self._now = (self.now_s() + seconds, time.monotonic())
        assert self._process.stdin is not None
        self._process.stdin.write(self._now_ms() + "\n")
        self._process.stdin.flush()

    # People

    def signed_in(self) -> httpx.Client:
        """The administrator, in a session of its own."""
        client = httpx.Client(base_url=self.base, timeout=30)
        answer = client.post("/api/login", json={"name": NAME, "password": PASSWORD})
        client.headers["X-CSRF-Token"] = answer.raise_for_status().json()["csrf"]
        return client

    def cookies(self, client: httpx.Client | None = None) -> list[Any]:
        """A client's session, as Playwright takes it."""
        held = (client or self.admin).cookies
        return [{"name": name, "value": value, "url": self.base} for name, value in held.items()]

    def asks(self, path: str) -> Any:
        return self.admin.get(path).raise_for_status().json()

    def posts(self, path: str, **body: Any) -> None:
        self.admin.post(path, json=body).raise_for_status()

    def in_database(self, statement: str, *values: Any) -> None:
        """For what would take the station an hour to come to."""
        connection = sqlite3.connect(self._db, timeout=10)
        with connection:
            connection.execute(statement, values)
        connection.close()

    # Buses

    def send(self, topic: str, body: dict[str, Any], retain: bool = False) -> mqtt.MQTTMessageInfo:
        text = json.dumps({"v": 1, **body}, separators=(",", ":"))
        return self._client.publish(f"schoolbus/{FLEET}/{topic}", text, qos=1, retain=retain)

    def publish(self, topic: str, body: dict[str, Any], retain: bool = False) -> None:
        """Returns when the broker has it."""
        self.send(topic, body, retain).wait_for_publish(10)

    def _command(self, client: mqtt.Client, _: object, message: mqtt.MQTTMessage) -> None:
        _, _, bus, _, name = message.topic.split("/")
        ident = json.loads(message.payload)["id"]
        if name == "part":
            self.parts[bus] = ident
        elif name != "piece":
            self.send(f"{bus}/reply", {"id": ident, "ok": True, "message": f"{name}: understood"})

    def answers(self, bus: str, refusal: str | None = None) -> None:
        """What a bus says to a part of a policy, as soon as it has one."""
        ident = wait_for(lambda: self.parts.pop(bus, None))
        body = {"id": ident, "ok": refusal is None, "message": refusal or "stored"}
        self.publish(f"{bus}/reply", body)

    def sending(self, how: str) -> list[str]:
        """Buses that are on their way to the policy like that (/api/policies)."""
        (fleet,) = self.asks("/api/policies")
        return [bus["bus"] for bus in fleet["buses"] if bus["sending"] == how]

    def bus(self, name: str, place: str, **state: Any) -> Bus:
        """One that has connected and said how it is."""
        bus = Bus(name, town.PLACES[place], self.publish, self.now_s, **state)
        self.buses[name] = bus
        bus.connects()
        bus.says()
        return bus

    def morning(self) -> dict[str, Bus]:
        """Twelve buses all over Laem Chabang, each in another state."""
        for i, place in enumerate(PLACES, 1):
            seats = sorted({(i * 7 + k * 3) % SEATS + 1 for k in range(i + 6)})
            state: dict[str, Any] = {}
            if i % 4 == 1:
                state = {"phase": "boarding", "ignition": True, "seats": sits(seats),
                         "doors": {"front": "open", "emergency": "closed"}}  # fmt: skip
            elif i % 4:
                state = {"phase": "driving", "ignition": True, "speed_kmh": 41.5,
                         "heading_deg": i * 37 % 360,
                         "seats": sits(seats, unbelted=seats[: i % 3])}  # fmt: skip
            self.bus(f"bus-{i:02}", place, **state)
        return self.buses

    def calms(self) -> None:
        """Whatever a test began ends and is answered; the buses are as in the morning again."""
        for bus in self.buses.values():
            bus.calms()
        wait_for(self._is_calm)

    def _is_calm(self) -> bool:
        live = self.asks("/api/live")
        for alarm in live["alarms"]:
            if not alarm["acked_at"]:
                self.posts(f"/api/alarms/{alarm['id']}/ack", note=None)
        said_at = {bus["bus"]: bus["at"] for bus in live["buses"]}
        heard = all(said_at.get(name) == bus.said_at for name, bus in self.buses.items())
        return heard and not live["alarms"]

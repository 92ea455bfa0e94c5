"""A real station with a real broker, and buses that say what a test or a picture needs.

The messages are those of docs/mqtt.md; who sends them is paho-mqtt in place of a board.
"""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt

from sim.network import brokers
from sim.world import town
from sim.world.town_policy import policy_for

ROOT = Path(__file__).resolve().parents[2]
FLEET = "laemchabang"
NAME, PASSWORD = "somchai", "a long password"
EPOCH = "9f3a21c4"
SEATS = 40
PLACES = (
    "ao_udom", "na_kao", "municipal_school", "nong_makok", "port_road", "kasetsart",
    "takhian_tia", "depot", "bang_lamung", "nong_kham", "coast_bend", "city_hall",
)  # fmt: skip


def iso(at_s: float) -> str:
    at = datetime.fromtimestamp(at_s, timezone.utc)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Bus:
    """What one bus says, with its journal's numbers."""

    def __init__(self, town: PageTown, name: str, at: tuple[float, float]):
        self._town, self.name, self.seq = town, name, 0
        self.lat, self.lon = at
        self.state: dict[str, Any] = {
            "phase": "parked", "mode": "normal", "trip": 3, "speed_kmh": 0.0, "heading_deg": 90,
            "sats": 11, "hdop": 0.9, "ignition": False,
            "doors": {"front": "closed", "emergency": "closed"},
            "seats": {"total": SEATS, "taken": [], "unknown": [], "unbelted": []},
            "supply_mv": 13420, "cabin_c": 31.5, "signal_dbm": -71,
            "backlog": {"alarm": 0, "track": 0}, "active": [], "next_s": 600,
        }  # fmt: skip
        hello = {"online": True, "at": iso(time.time()), "fw": "0.3.0", "epoch": EPOCH,
                 "boot": 17, "reset": "power_on", "start": "normal",
                 "disabled": [], "policy": None}  # fmt: skip
        self._town.publish(f"{name}/status", hello, retain=True)

    def says(self, **news: Any) -> None:
        """Its state, as it is from now on."""
        self.state |= news
        place = {"at": iso(time.time()), "clock": "gnss", "lat": self.lat, "lon": self.lon}
        self._town.publish(f"{self.name}/state", {**place, **self.state}, retain=True)

    def sits(self, taken=(), unknown=(), unbelted=()) -> dict[str, Any]:
        seats = {"taken": list(taken), "unknown": list(unknown), "unbelted": list(unbelted)}
        return {"total": SEATS, **seats}

    def event(self, kind: str, severity: str, state: str = "raised", ago_s: float = 0,
              occ: int | None = None, **more: Any) -> int:  # fmt: skip
        """-> its occ, for what follows of the same."""
        self.seq += 1
        body = {"epoch": EPOCH, "seq": self.seq, "at": iso(time.time() - ago_s), "clock": "gnss",
                "kind": kind, "severity": severity, "state": state, "occ": occ or self.seq,
                "lat": self.lat, "lon": self.lon, "speed_kmh": self.state["speed_kmh"],
                "data": {}, "why": {}, **more}  # fmt: skip
        self._town.publish(f"{self.name}/event", body)
        return body["occ"]

    def left_behind(self, seat: int = 7, **more: Any) -> int:
        """The alarm that all of this is for."""
        data = {"seats": [seat], "unknown": [], "stage": 3, "heat_min": 6}
        why = {"ignition_off_s": 180, "limit_s": 180, "horn_s": 180, "profile": "korea",
               "checked": False, "cabin_c": 31.5, "heat_c": 35}  # fmt: skip
        return self.event("child_left_behind", "alarm", data=data, why=why, **more)

    def drove(self, line: list[tuple[float, float]], ago_s: int, lasted_s: int, hole=()) -> None:
        """A track along places, every 5 s; nothing between the two times of hole (s of the way)."""
        for first in range(0, lasted_s, 60):
            rows, before = [], None
            for at_s in range(first, min(first + 60, lasted_s), 5):
                if hole and hole[0] <= at_s < hole[1]:
                    continue
                part = at_s / lasted_s * (len(line) - 1)
                a, b = line[int(part)], line[min(int(part) + 1, len(line) - 1)]
                lat, lon = (x + (part % 1) * (y - x) for x, y in zip(a, b, strict=True))
                speed = max(0.0, 42 + 25 * math.sin(at_s / 70) + 9 * math.sin(at_s / 13))
                turn = math.degrees(math.atan2(b[1] - a[1], b[0] - a[0])) % 360
                now = (round(time.time()) - ago_s + at_s, round(lat * 1e7), round(lon * 1e7))
                gone = [x - y for x, y in zip(now, before or now, strict=True)]
                rows.append((now, [*gone, round(speed * 10), round(turn)]))
                before = now
            if rows:
                self.seq += 1
                (t, lat, lon), _ = rows[0]
                body = {"epoch": EPOCH, "seq": self.seq, "n": len(rows), "t": t, "lat": lat,
                        "lon": lon, "d": [row for _, row in rows]}  # fmt: skip
                self.seq += len(rows) - 1
                self._town.publish(f"{self.name}/track", body)


class PageTown:
    """with PageTown(folder) as town: a broker, a station, town.bus("bus-01", place).

    options: more words for `python -m station serve`.
    """

    def __init__(self, folder: Path, *options: str):
        self._options = options
        self._db = folder / "station.db"
        self._broker = brokers.start()
        self.port = brokers.free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._prepare(PASSWORD + "\n" + json.dumps(policy_for(0)))
        self.start()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "page-town")
        self._client.connect("127.0.0.1", self._broker.port)
        self._client.loop_start()

    def __enter__(self) -> PageTown:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self.kill()
        self._broker.stop()

    def _prepare(self, given: str) -> None:
        """An administrator and a policy, by the commands of the station."""
        lines = [["admin", NAME], ["policy", FLEET, "-"]]
        code = "import sys; from station.__main__ import main\n" + "\n".join(
            f"main({[*line, '--db', str(self._db)]!r})" for line in lines
        )
        command = [sys.executable, "-c", code]
        subprocess.run(command, cwd=ROOT, input=given, text=True, check=True, timeout=60)

    def start(self) -> None:
        command = [sys.executable, "-m", "station", "serve", "--db", str(self._db),
                   "--broker", f"127.0.0.1:{self._broker.port}",
                   "--http", f"127.0.0.1:{self.port}", *self._options]  # fmt: skip
        self._process = subprocess.Popen(command, cwd=ROOT)
        for _ in range(300):
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return
            except OSError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.1)
        raise AssertionError("the station did not start")

    def kill(self) -> None:
        """As a power cut would."""
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def publish(self, topic: str, body: dict[str, Any], retain: bool = False) -> None:
        """Returns when the broker has it."""
        text = json.dumps({"v": 1, **body}, separators=(",", ":"))
        sent = self._client.publish(f"schoolbus/{FLEET}/{topic}", text, qos=1, retain=retain)
        sent.wait_for_publish(10)

    def bus(self, name: str, place: str) -> Bus:
        return Bus(self, name, town.PLACES[place])

    def morning(self) -> dict[str, Bus]:
        """Twelve buses all over Laem Chabang, each in another state."""
        buses = {f"bus-{i:02}": self.bus(f"bus-{i:02}", p) for i, p in enumerate(PLACES, 1)}
        for i, bus in enumerate(buses.values(), 1):
            seats = sorted({(i * 7 + k * 3) % SEATS + 1 for k in range(i + 6)})
            if i % 4 == 0:
                bus.says()
            elif i % 4 == 1:
                bus.says(phase="boarding", ignition=True, seats=bus.sits(seats),
                         doors={"front": "open", "emergency": "closed"})  # fmt: skip
            else:
                bus.says(phase="driving", ignition=True, speed_kmh=41.5, heading_deg=i * 37 % 360,
                         seats=bus.sits(seats, unbelted=seats[:i % 3]))  # fmt: skip
        return buses

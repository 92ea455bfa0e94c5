"""What one bus sends to the station of the page's tests, message by message (docs/mqtt.md)."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from schemas import filled

EPOCH = "9f3a21c4"
SEATS = 40
Publish = Callable[..., None]


def iso(at_s: float) -> str:
    at = datetime.fromtimestamp(at_s, timezone.utc)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sits(taken=(), unknown=(), unbelted=(), out=()) -> dict[str, Any]:
    """Seat numbers -> `seats` of a state. out: of service."""
    seats = {"taken": list(taken), "unknown": list(unknown), "unbelted": list(unbelted)}
    return {"total": SEATS, **seats, "out_of_service": list(out)}


class Bus:
    """Its state, and its journal's numbers. publish(topic, body, retain); now_s() -> UTC in s."""

    def __init__(self, name: str, at: tuple[float, float], publish: Publish,
                 now_s: Callable[[], float], **state: Any):  # fmt: skip
        self.name, self.seq, self.said_at = name, 0, ""
        self.lat, self.lon = at
        self.publish, self._now_s = publish, now_s
        self._standing: dict[int, dict[str, Any]] = {}
        self.state: dict[str, Any] = {
            "phase": "parked", "mode": "normal", "trip": 3, "speed_kmh": 0.0, "heading_deg": 90,
            "sats": 11, "hdop": 0.9, "ignition": False,
            "doors": {"front": "closed", "emergency": "closed"}, "seats": sits(),
            "supply_mv": 13420, "cabin_c": 31.5, "signal_dbm": -71,
            "backlog": {"alarm": 0, "track": 0}, "active": [], "next_s": 3600, **state,
        }  # fmt: skip
        self._at_first = copy.deepcopy(self.state)

    def connects(self, policy: str | None = None, **more: Any) -> None:
        self.publish(f"{self.name}/status", {
            "online": True, "at": iso(self._now_s()), "fw": "0.3.0", "epoch": EPOCH, "boot": 17,
            "reset": "power_on", "start": "normal", "disabled": [], "policy": policy,
            **more,
        }, retain=True)  # fmt: skip

    def loses_connection(self) -> None:
        """The broker publishes its last will."""
        self.publish(f"{self.name}/status", {"online": False}, retain=True)

    def says(self, **news: Any) -> None:
        """Its state, as it is from now on."""
        self.state |= news
        self.said_at = iso(self._now_s())
        place = {"at": self.said_at, "clock": "gnss", "lat": self.lat, "lon": self.lon}
        self.publish(f"{self.name}/state", {**place, **self.state}, retain=True)

    def event(self, kind: str, severity: str, state: str = "raised", ago_s: float = 0,
              occ: int | None = None, data: Any = (), fill: bool = True,
              **more: Any) -> int:  # fmt: skip
        """-> its occ, for what follows of the same. fill: with what its kind has to have."""
        self.seq += 1
        data = filled(kind, dict(data)) if fill else data
        body = {"epoch": EPOCH, "seq": self.seq, "at": iso(self._now_s() - ago_s), "clock": "gnss",
                "kind": kind, "severity": severity, "state": state, "occ": occ or self.seq,
                "lat": self.lat, "lon": self.lon, "speed_kmh": self.state["speed_kmh"],
                "data": data, "why": {}, **more}  # fmt: skip
        self.publish(f"{self.name}/event", body)
        if state == "cleared":
            self._standing.pop(body["occ"], None)
        elif severity != "info":
            self._standing[body["occ"]] = {"kind": kind, "severity": severity, "data": data, **more}
        return body["occ"]

    def left_behind(self, seat: int = 7, **more: Any) -> int:
        """The alarm that all of this is for."""
        data = {"seats": [seat], "unknown": [], "stage": 3, "heat_min": 6}
        why = {"ignition_off_s": 180, "limit_s": 180, "horn_s": 180, "profile": "korea",
               "checked": False, "cabin_c": 31.5, "heat_c": 35}  # fmt: skip
        return self.event("child_left_behind", "alarm", data=data, why=why, **more)

    def ends(self, occ: int) -> None:
        """This occurrence is over."""
        self.event(**self._standing[occ], state="cleared", occ=occ)

    def calms(self) -> None:
        """All that stands ends, and its state is again as at first."""
        for occ in list(self._standing):
            self.ends(occ)
        if self.state != self._at_first:
            self.state = copy.deepcopy(self._at_first)
            self.says()

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
                now = (round(self._now_s()) - ago_s + at_s, round(lat * 1e7), round(lon * 1e7))
                gone = [x - y for x, y in zip(now, before or now, strict=True)]
                rows.append((now, [*gone, round(speed * 10), round(turn)]))
                before = now
            if rows:
                self.seq += 1
                (t, lat, lon), _ = rows[0]
                body = {"epoch": EPOCH, "seq": self.seq, "n": len(rows), "t": t, "lat": lat,
                        "lon": lon, "d": [row for _, row in rows]}  # fmt: skip
                self.seq += len(rows) - 1
                self.publish(f"{self.name}/track", body)

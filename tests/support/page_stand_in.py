"""A station for looking at the page alone: the API of docs/station.md with a made-up town.

python -m tests.support.page_stand_in [PORT] [BUSES] [TICK_S]
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import sys
from datetime import datetime, timedelta, timezone

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from sim.world.town import PLACES as POINTS
from sim.world.town_policy import policy_for
from station.web.pages import PageHeaders, map_settings, page_routes

LAYOUT = {"rows": [[a, a + 1, None, a + 2, a + 3] for a in range(1, 41, 4)]}


def iso(ago_s: float = 0) -> str:
    at = datetime.now(timezone.utc) - timedelta(seconds=ago_s)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Town:
    def __init__(self, buses: int, tick_s: float):
        self.tick_s, self.n = tick_s, buses
        self.queues: set[asyncio.Queue] = set()
        self.reset()

    def reset(self) -> None:
        self.tiles = os.environ.get("STAND_IN_TILES")
        self.signed_in = True
        self.database_ok = True
        self.buses = {f"bus-{i:02}": self.bus(i) for i in range(1, self.n + 1)}
        self.alarms: dict[str, dict] = {}
        self.log: dict[str, list] = {}
        self.last = 0
        self.step = 0

    def bus(self, i: int) -> dict:
        points = list(POINTS.values())
        point = points[i * 7 % len(points)]
        show = ("driving", "driving", "stopped", "parked", "dark")[i % 5]
        taken = (
            [] if show == "parked" else sorted({(i * 7 + k * 3) % 40 + 1 for k in range(i % 20)})
        )
        unknown = [13, 14, 15] if i % 7 == 4 else []
        return {
            "fleet": "laemchabang",
            "bus": f"bus-{i:02}",
            "label": f"bus-{i:02}",
            "phone": "081-234-5678" if i == 3 else None,
            "show": show,
            "at": iso(3),
            "heard_at": iso(700 if show == "dark" else 2),
            "stale": show == "dark",
            "dark_since": iso(700) if show == "dark" else None,
            "online": show != "dark",
            "clock": "gnss",
            "phase": {"stopped": "boarding", "dark": "checking"}.get(show, show),
            "mode": "normal",
            "trip": 3,
            "route": "ao_udom-am-1" if i % 2 else None,
            "lat": point[0] + 0.0006 * (i // len(points)) * math.sin(i),
            "lon": point[1] + 0.0006 * (i // len(points)) * math.cos(i),
            "speed_kmh": 41.5 if show == "driving" else 0.0,
            "heading_deg": (i * 37) % 360,
            "ignition": show == "driving",
            "doors": {
                "front": "open" if show == "stopped" else "closed",
                "emergency": None if unknown else "closed",
            },
            "seats": {
                "total": 40,
                "taken": [s for s in taken if s not in unknown],
                "unknown": unknown,
                "unbelted": taken[:2] if i % 3 == 0 else [],
            },
            "checked": True if show == "parked" else None if unknown else False,
            "supply_mv": 13420,
            "cabin_c": 31.5 if i % 4 else None,
            "signal_dbm": -71,
            "backlog": {"alarm": 0, "track": 12},
            "active": [],
            "next_s": 10,
            "fw": "0.3.0",
            "alarms": 0,
            "unlisted": False,
            "gaps": 0,
            "layout": LAYOUT,
        }

    def alarm(self, bus="bus-03", kind="child_left_behind", **more) -> dict:
        self.last = number = self.last + 1
        alarm = {
            "id": number,
            "fleet": "laemchabang",
            "bus": bus,
            "kind": kind,
            "severity": "alarm",
            "exercise": False,
            "raised_at": iso(5),
            "heard_at": iso(),
            "late": False,
            "cleared_at": None,
            "acked_at": None,
            "acked_by": None,
            "note": None,
            "escalated_at": None,
            "lat": 13.0827,
            "lon": 100.9,
            "source": "bus",
            "data": {"seats": [7], "unknown": [], "stage": 3, "heat_min": 6},
            "why": {
                "ignition_off_s": 180,
                "limit_s": 180,
                "horn_s": 180,
                "profile": "korea",
                "checked": False,
                "cabin_c": 31.5,
                "heat_c": 35,
            },
        } | more
        self.alarms[str(number)] = alarm
        self.log[str(number)] = [
            {"at": alarm["heard_at"], "who": "station", "what": "raised", "note": None}
        ]
        if bus in self.buses and not alarm["cleared_at"]:
            show = "drill" if alarm["exercise"] else "alarm"
            n = self.buses[bus]["alarms"] + 1
            self.buses[bus] |= {"show": show, "alarms": n, "unlisted": False}
            self.tell("bus", self.buses[bus])
        self.tell("alarm", alarm)
        return alarm

    def tell(self, event: str, data) -> None:
        text = f"event: {event}\ndata: {json.dumps(data)}\n\n"
        for queue in self.queues:
            queue.put_nowait(text)

    async def drive(self) -> None:
        while True:
            await asyncio.sleep(self.tick_s)
            self.turn()

    def turn(self) -> None:
        """Every bus speaks."""
        self.step += 1
        for bus in self.buses.values():
            if bus["show"] != "dark":
                bus["at"] = bus["heard_at"] = iso()
            if bus["show"] in ("driving", "alarm"):
                turn = math.radians(bus["heading_deg"])
                bus["lat"] += 0.0001 * math.cos(turn)
                bus["lon"] += 0.0001 * math.sin(turn)
                bus["heading_deg"] = (bus["heading_deg"] + 3) % 360
                bus["speed_kmh"] = 40 + 10 * math.sin(self.step / 9)
            self.tell("bus", bus)

    def station(self) -> dict:
        return {
            "broker": {"ok": True, "since": iso(9000)},
            "database": {"ok": self.database_ok, "since": iso(9000)},
            "escalate_min": 3,
        }

    def live(self) -> dict:
        return {
            "at": iso(),
            "station": self.station(),
            "buses": list(self.buses.values()),
            "alarms": [a for a in self.alarms.values() if not (a["acked_at"] and a["cleared_at"])],
        }

    def day(self) -> dict:
        start = datetime.now(timezone.utc).timestamp() - 7200
        track, lat, lon = [], 13.083, 100.9
        for i in range(0, 5400, 5):
            speed = max(0, 45 * math.sin(i / 260) + 12 * math.sin(i / 31) + 22)
            heading = (i / 9) % 360
            lat += speed * 1.2e-7 * 10 * math.cos(math.radians(heading))
            lon += speed * 1.2e-7 * 10 * math.sin(math.radians(heading))
            if 2000 < i < 2600 or 4000 < i < 4300:
                continue  # the bus drove on, and nobody knows where
            track.append([start + i, round(lat, 6), round(lon, 6), round(speed, 1), round(heading)])

        def event(i, kind, severity, state="raised", data=None, why=None):
            where = min(track, key=lambda row: abs(row[0] - start - i))
            at = (
                datetime.fromtimestamp(start + i, timezone.utc)
                .isoformat(timespec="milliseconds")
                .replace("+00:00", "Z")
            )
            return {
                "epoch": "9f3a21c4",
                "seq": i + 1,
                "occ": i + 1,
                "at": at,
                "heard_at": at,
                "kind": kind,
                "severity": severity,
                "state": state,
                "lat": where[1],
                "lon": where[2],
                "speed_kmh": where[3],
                "data": data or {},
                "why": why or {},
            }

        events = [
            event(0, "started", "info", data={"boot": 17, "reset": "power_on", "fw": "0.3.0"}),
            event(10, "trip_started", "info", data={"trip": 3}),
            event(
                600,
                "overspeed",
                "warning",
                data={"top_kmh": 92.5, "lasted_s": 10},
                why={"speed_kmh": 92.5, "limit_kmh": 80, "limit_of": None, "held_s": 10},
            ),
            event(
                660,
                "overspeed",
                "warning",
                "cleared",
                data={"top_kmh": 93.0, "lasted_s": 70},
                why={"speed_kmh": 77.0, "limit_kmh": 80, "limit_of": None, "held_s": 10},
            ),
            event(
                1500,
                "stop_served",
                "info",
                data={
                    "stop": 1,
                    "boarded": [3, 7],
                    "alighted": [],
                    "on_board": 2,
                    "place": "na_kao",
                },
            ),
            event(
                2100,
                "belt_off",
                "warning",
                data={"seats": [7]},
                why={"speed_kmh": 40.0, "limit_kmh": 10, "held_s": 10},
            ),
            event(
                3000,
                "sensor_silent",
                "warning",
                data={"sensor": "expander 3", "unknown_seats": [13, 14, 15]},
                why={"held_s": 2},
            ),
            event(5200, "trip_ended", "info", data={"trip": 3, "distance_m": 15400, "stops": 4}),
            event(
                5395,
                "child_left_behind",
                "alarm",
                data={"seats": [7], "unknown": [13, 14, 15], "stage": 3, "heat_min": 6},
                why={
                    "ignition_off_s": 180,
                    "limit_s": 180,
                    "horn_s": 180,
                    "profile": "korea",
                    "checked": False,
                    "cabin_c": None,
                    "heat_c": 35,
                },
            ),
        ]
        return {
            "track": track,
            "events": events,
            "gaps": [{"epoch": "9f3a21c4", "first": 31, "last": 33}],
        }


def places() -> dict:
    """What the city's policy knows of the simulated town, as GeoJSON (RFC 7946)."""
    pack = policy_for(0)
    schools = {school["stop"] for school in pack["schools"]}
    features = []

    def add(shape, coordinates, **properties):
        geometry = {"type": shape, "coordinates": coordinates}
        features.append({"type": "Feature", "geometry": geometry, "properties": properties})

    def flip(line):
        return [[lon, lat] for lat, lon in line]

    for road in pack["roads"]:
        add("LineString", flip(road["line"]), what="road", id=road["id"], name=road["id"])
    for route in pack["routes"][:1]:
        add("LineString", flip(route["line"]), what="route", id=route["id"], name="Ao Udom")
    for zone in pack["zones"]:
        if "polygon" in zone:
            ring = flip([*zone["polygon"], zone["polygon"][0]])
            add("Polygon", [ring], what="zone", kind=zone["kind"], id=zone["id"],
                name=zone.get("name"), limit_kmh=zone.get("limit_kmh"))  # fmt: skip
    for stop in pack["stops"]:
        what = "school" if stop["id"] in schools else "stop"
        add("Point", stop["at"][::-1], what=what, id=stop["id"], name=stop["name"])
    return {"type": "FeatureCollection", "features": features}


REFUSED = "policy: zones[3].polygon[7]: latitude 913.0 is not from -90 to 90"


def sent(bus: str, sending: str, part: int | None = None, message: str | None = None) -> dict:
    """A bus on its way to the policy (/api/policies)."""
    return {"bus": bus, "label": None, "known": True, "hash": None, "sending": sending,
            "part": part, "parts": 12, "message": message}  # fmt: skip


def make_app(town: Town) -> Starlette:
    def guarded(call):
        async def answer(request):
            if not town.signed_in:
                return JSONResponse({"detail": "Please sign in."}, 401)
            found = await call(request) if asyncio.iscoroutinefunction(call) else call(request)
            return (
                found
                if hasattr(found, "body_iterator") or isinstance(found, JSONResponse)
                else JSONResponse(found)
            )

        return answer

    async def stream(request):
        queue: asyncio.Queue = asyncio.Queue()
        town.queues.add(queue)

        async def words():
            try:
                yield "event: ping\ndata: {}\n\n"
                while True:
                    try:
                        yield await asyncio.wait_for(queue.get(), 15)
                    except asyncio.TimeoutError:
                        yield "event: ping\ndata: {}\n\n"
            finally:
                town.queues.discard(queue)

        return StreamingResponse(words(), media_type="text/event-stream")

    async def ack(request):
        alarm = town.alarms[request.path_params["id"]]
        alarm |= {"acked_at": iso(), "acked_by": "สมชาย", "note": (await request.json())["note"]}
        town.log[request.path_params["id"]].append(
            {"at": iso(), "who": "สมชาย", "what": "acknowledged", "note": alarm["note"]}
        )
        town.tell("alarm", alarm)
        return JSONResponse(alarm)

    async def raise_alarm(request):
        return JSONResponse(town.alarm(**(await request.json())))

    async def database(request):
        """It is away, or back; meanwhile these buses have an alarm that nobody can list."""
        asked = await request.json()
        town.database_ok = asked["ok"]
        town.tell("station", town.station())
        for name, bus in town.buses.items():
            bus["unlisted"] = name in asked["in_need"]
            bus["show"] = "alarm" if bus["unlisted"] else "driving"
            town.tell("bus", bus)
        return JSONResponse({})

    async def days_pass(request):
        """turns times every bus speaks, an alarm comes, is answered and ends; then a bus has the
        name `last`."""
        asked = await request.json()
        for _ in range(asked["turns"]):
            town.turn()
            alarm = town.alarm(bus="bus-06")
            ended = {"acked_at": iso(), "acked_by": "สมชาย", "note": "x", "cleared_at": iso()}
            town.tell("alarm", alarm | {"acked_at": iso(), "acked_by": "สมชาย", "note": "x"})
            town.tell("alarm", alarm | ended)
            del town.alarms[str(alarm["id"])]
            await asyncio.sleep(0.001)
        town.buses["bus-01"]["label"] = asked["last"]
        return JSONResponse({})

    async def reset(request):
        town.reset()
        return JSONResponse({})

    async def login(request):
        body = await request.json()
        if body["password"] != "right":
            return JSONResponse({"detail": "no"}, 401)
        town.signed_in = True
        return JSONResponse({})

    async def logout(request):
        town.signed_in = False
        return JSONResponse({})

    api = [
        ("/api/me", lambda r: {"name": "สมชาย", "role": "admin", "csrf": "x", "lang": "th"}),
        ("/api/live", lambda r: town.live()),
        ("/api/stream", stream),
        ("/api/map", lambda r: map_settings(town.tiles)),
        ("/api/places", lambda r: places()),
        ("/api/alarms", lambda r: list(town.alarms.values())),
        ("/api/alarms/{id}/log", lambda r: town.log[r.path_params["id"]]),
        (
            "/api/buses/{fleet}/{bus}/days",
            lambda r: [(datetime.now(timezone.utc) + timedelta(hours=7)).date().isoformat()],
        ),
        ("/api/buses/{fleet}/{bus}/day/{day}", lambda r: town.day()),
        (
            "/api/reports",
            lambda r: {
                "columns": ["รถ", "เที่ยว", "กม."],
                "rows": [["bus-01", 3, 15.4], ["bus-02", 2, None]],
            },
        ),
        (
            "/api/policies",
            lambda r: [
                {
                    "fleet": "laemchabang",
                    "hash": "a006c3d5",
                    "version": 12,
                    "put_at": iso(60),
                    "sent_at": iso(30),
                    "buses": [
                        {**sent("bus-01", "follows"), "hash": "a006c3d5"},
                        sent("bus-02", "on_its_way", part=3),
                        {**sent("bus-03", "waits"), "known": False},
                        sent("bus-04", "refused", message=REFUSED),
                    ],
                }
            ],
        ),
        (
            "/api/notices",
            lambda r: [
                {
                    "id": 5,
                    "alarm_id": 1,
                    "route": "duty",
                    "stage": "raised",
                    "tries": 10,
                    "title": "แจ้งเหตุ: อาจมีเด็กถูกลืมไว้ในรถ",
                    "made_at": iso(4000),
                    "error": "line: the token was refused",
                    "dead_at": iso(60),
                }
            ],
        ),
        (
            "/api/users",
            lambda r: [{"name": "สมชาย", "role": "duty", "lang": "th", "enabled": True}],
        ),
        (
            "/api/log",
            lambda r: [
                {
                    "at": iso(60),
                    "who": "สมชาย",
                    "what": "track",
                    "fleet": "laemchabang",
                    "bus": "bus-01",
                    "day": "2026-11-22",
                    "note": None,
                }
            ],
        ),
        (
            "/api/quarantine",
            lambda r: [
                {
                    "last_at": iso(60),
                    "times": 3,
                    "topic": "schoolbus/laemchabang/bus-01/event",
                    "reason": "'kind' is a required property",
                    "payload": '{"v":1}<b>',
                }
            ],
        ),
    ]
    routes = [Route(path, guarded(call)) for path, call in api]
    routes += [
        Route("/api/alarms/{id}/ack", guarded(ack), methods=["POST"]),
        Route("/test/alarm", raise_alarm, methods=["POST"]),
        Route("/test/database", database, methods=["POST"]),
        Route("/test/days", days_pass, methods=["POST"]),
        Route("/test/reset", reset, methods=["POST"]),
        Route("/api/login", login, methods=["POST"]),
        Route("/api/logout", logout, methods=["POST"]),
    ]

    @contextlib.asynccontextmanager
    async def life(app):
        task = asyncio.create_task(town.drive())
        yield
        task.cancel()

    app = Starlette(routes=routes + page_routes(), lifespan=life)
    return PageHeaders(app, town.tiles)


if __name__ == "__main__":
    numbers = [*sys.argv[1:], *["8090", "12", "1"][len(sys.argv) - 1 :]]
    uvicorn.run(
        make_app(Town(int(numbers[1]), float(numbers[2]))),
        port=int(numbers[0]),
        log_level="warning",
        timeout_graceful_shutdown=1,
    )

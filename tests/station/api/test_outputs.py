"""What leaves the station: reports, feeds, notices and metrics, through the real application.

The broker is out of reach here; what a bus said is put in where the broker's messages come out.
"""

import asyncio
import contextlib
import hashlib
import io
import json
import random
import sys

import httpx
import openpyxl
import pytest
from google.transit import gtfs_realtime_pb2 as gtfs
from schemas import filled
from sqlalchemy import update

from sim.bus.city import City
from station.app import make_app
from station.clock import Clock
from station.db.tables import policies
from station.ingest import contract
from station.ingest.came import Came
from station.ingest.kinds import FOLDER as SCHEMAS
from station.notices.lane import MOST_TRIES, wait_ms
from station.reports import maker
from station.reports.process import DATABASE_AWAY
from station.settings import Settings
from station.station import Station

AT = "2026-11-22T00:12:03.400Z"
AT_MS = 1795306323400
HOOK = "json://127.0.0.1:9/x"


class Now(Clock):
    ms = AT_MS + 2000

    def now_ms(self):
        return self.ms


class Scene:
    """One station, signed in as `som`."""

    def __init__(self, station, client):
        self.station, self.client, self.clock = station, client, station.clock
        self.sent, self.bodies, self.fails = [], [], False
        for lane in station.notice_queue.lanes:
            lane.send = self._send

    async def hears(self, seq, kind, state="raised", severity="alarm", data=(), fits=True, **more):
        """fits: to its kind's schema; else as it stands in a database from before there was one."""
        event = {
            "v": 1, "epoch": "9f3a21c4", "seq": seq, "at": AT, "clock": "gnss", "kind": kind,
            "severity": severity, "state": state, "occ": seq, "lat": 13.0827, "lon": 100.8833,
            "speed_kmh": 0, "data": filled(kind, dict(data)) if fits else data, "why": {},
        } | more  # fmt: skip
        topic = "schoolbus/lcb/bus-01/event"
        if fits:
            message = contract.read(topic, json.dumps(event).encode())
            assert not isinstance(message, contract.Bad), message
        else:
            message = contract.Message("lcb", "bus-01", "event", event)
        came = Came(topic, b"", False, self.clock.now_ms(), 1, seq)
        await self.station.records.keep([(message, came)], [])

    async def signed_in(self, name):
        """A browser of this person."""
        transport = self.client._transport
        client = httpx.AsyncClient(transport=transport, base_url="http://station")
        await client.post("/api/login", json={"name": name, "password": "a-long-password"})
        return client

    async def told(self):
        """Titles of what was delivered by one turn of the outbox."""
        before = len(self.sent)
        await self.station.notice_queue.collect()
        await self.station.notice_queue.deliver_due()
        return self.sent[before:]

    async def _send(self, to, title, body):
        if self.fails:
            return "nobody there"
        self.sent.append(title.split(":")[0])
        self.bodies.append(body)
        return None


@pytest.fixture
def play(tmp_path):
    """play(story, notices): runs an async story(scene) on a station of its own."""

    def run(story, **route):
        notices = tmp_path / "notices.json"
        routes = [{"name": "duty", "to": HOOK, "language": "en", **route}]
        notices.write_text(json.dumps({"routes": routes}))
        settings = Settings(
            broker=("127.0.0.1", 9), db=str(tmp_path / "s.db"), notices=str(notices),
            feed_token="a-token-for-the-map", accept_unsealed=True, city_key=City().pem,
        )  # fmt: skip

        async def whole():
            station = Station(settings, Now())
            # their turns are taken by hand
            station.notice_queue.watch = station.alarms.watch = asyncio.Event().wait
            await station.start()
            async with contextlib.AsyncExitStack() as stack:
                stack.push_async_callback(station.stop)
                transport = httpx.ASGITransport(make_app(station))
                client = await stack.enter_async_context(
                    httpx.AsyncClient(transport=transport, base_url="http://station")
                )
                await station.accounts.put("som", "admin", "a-long-password")
                signed = await client.post(
                    "/api/login", json={"name": "som", "password": "a-long-password"}
                )
                client.headers["X-CSRF-Token"] = signed.json()["csrf"]
                scene = Scene(station, client)
                await station.notice_queue.collect()  # the first start: from here on
                await story(scene)

        asyncio.run(whole())

    return run


LEFT = {"seats": [7], "unknown": [], "stage": 2, "heat_min": None}


def test_a_notice_goes_out_once_and_again_when_nobody_answers(play):
    async def story(scene):
        await scene.hears(5, "child_left_behind", data=LEFT)
        assert await scene.told() == ["Alarm"]
        assert await scene.told() == []
        scene.clock.ms += 6 * 60_000
        await scene.station.alarms._change([(1, {"escalated_ms": scene.clock.ms}, "escalated")])
        assert await scene.told() == ["Nobody has answered"]
        await scene.hears(6, "child_left_behind", "cleared", occ=5, data={**LEFT, "stage": 0})
        assert await scene.told() == []

    play(story)


def test_the_end_is_told_to_who_wants_to_know(play):
    async def story(scene):
        await scene.hears(5, "child_left_behind", data=LEFT)
        await scene.station.alarms.acknowledge(1, "som", "on my way")
        await scene.hears(6, "child_left_behind", "cleared", occ=5, data={**LEFT, "stage": 0})
        assert await scene.told() == ["Alarm", "Acknowledged", "Over"]

    play(story, on=["raised", "acknowledged", "cleared"])


def test_what_cannot_be_delivered_is_tried_again_given_up_listed_and_sent_after_all(play):
    async def story(scene):
        scene.fails = True
        await scene.hears(5, "sos", data={})
        for tries in range(1, MOST_TRIES + 1):
            await scene.told()
            scene.clock.ms += wait_ms(tries)
        (letter,) = (await scene.client.get("/api/notices")).json()
        assert letter["tries"] == MOST_TRIES and letter["dead_at"]
        assert letter["error"] == "nobody there"
        scene.fails = False
        assert await scene.told() == []
        done = await scene.client.post(f"/api/notices/{letter['id']}/retry")
        assert done.status_code == 204
        assert await scene.told() == ["Alarm"]
        assert (await scene.client.get("/api/notices")).json() == []
        assert (await scene.client.post("/api/notices/99/retry")).status_code == 404

    play(story, on=["raised"])


def test_waits_grow_and_are_bounded():
    waits = [wait_ms(tries) for tries in range(1, MOST_TRIES)]
    assert waits == sorted(waits)
    assert waits[0] == 10_000 and waits[-1] == 900_000


def test_a_report_as_table_csv_and_workbook_and_in_the_access_log(play):
    async def story(scene):
        await scene.hears(1, "trip_started", severity="info", data={"trip": 1})
        ended = {"trip": 1, "distance_m": 12345, "stops": 3}
        await scene.hears(2, "trip_ended", severity="info", data=ended)
        ask = "/api/reports?fleet=lcb&month=2026-11&lang=en"
        table = (await scene.client.get(ask + "&report=trips")).json()
        assert table["columns"][:3] == ["Date", "Fleet", "Bus"]
        assert table["rows"] == [
            [
                "2026-11-22",
                "lcb",
                "bus-01",
                1,
                "2026-11-22 07:12:03",
                "2026-11-22 07:12:03",
                12.3,
                3,
            ]
        ]
        csv = await scene.client.get(ask + "&report=trips&format=csv")
        assert 'filename="busguard-lcb-2026-11-trips.csv"' in csv.headers["content-disposition"]
        assert "12.3" in csv.text
        xlsx = await scene.client.get(ask + "&format=xlsx&bus=bus-01")
        book = openpyxl.load_workbook(io.BytesIO(xlsx.content))
        assert book["Trips"]["G2"].value == 12.3
        log = (await scene.client.get("/api/log")).json()
        assert [line["what"] for line in log][:3] == ["report"] * 3

    play(story)


@pytest.mark.parametrize(
    "span", ["", "&day=2026-13-01", "&month=x", "&day=2026-11-22&month=2026-11"]
)
def test_a_report_needs_one_span_that_exists(play, span):
    async def story(scene):
        answer = await scene.client.get("/api/reports?fleet=lcb" + span)
        assert answer.status_code == 422
        assert "day=2026-11-22" in answer.json()["detail"]

    play(story)


def test_a_trip_across_midnight_is_on_the_day_it_began_everywhere(play):
    """On the 21st from 23:40, until 00:20 on the 22nd. The bus is on the road again at 06:00."""
    trip = {
        "trip_started": ("21T16:40", {"trip": 3}),
        "stop_served": ("21T17:10", {"stop": 1, "boarded": [], "alighted": [4, 5]}),
        "trip_ended": ("21T17:20", {"trip": 3, "distance_m": 12345, "stops": 1}),
    }

    async def story(scene):
        bus = "/api/buses/lcb/bus-01"

        async def day(name):
            got = (await scene.client.get(f"{bus}/day/{name}")).json()
            return [event["kind"] for event in got["events"]]

        async def rows(span):
            ask = f"/api/reports?fleet=lcb&{span}&lang=en"
            return (await scene.client.get(ask)).json()["rows"]

        for seq, (kind, (at, data)) in enumerate(trip.items(), 1):
            at = f"2026-11-{at}:00.000Z"
            await scene.hears(seq, kind, severity="info", data=data, at=at)
        assert await day("2026-11-21") == await day("2569-11-21") == list(trip)
        assert await day("2026-11-22") == []
        assert (await scene.client.get(f"{bus}/days")).json() == ["2026-11-21"]
        await scene.hears(9, "fault", severity="info", at="2026-11-21T23:00:00.000Z")
        assert await day("2026-11-21") == list(trip) and await day("2026-11-22") == ["fault"]
        assert (await scene.client.get(f"{bus}/days")).json() == ["2026-11-22", "2026-11-21"]
        assert (await rows("day=2569-11-21"))[0][:6] == ["2026-11-21", "lcb", "bus-01", 1, 12.3, 1]
        assert await rows("day=2026-11-22") == []
        assert len(await rows("month=2569-11")) == 1

    play(story)


def sleeping(monkeypatch):
    """A report's process that never ends -> the ids of those that were started."""
    started, start = [], asyncio.create_subprocess_exec

    async def noted(*command, **how):
        process = await start(*command, **how)
        started.append(process)
        return process

    sleep = (sys.executable, "-c", "import time; time.sleep(600)")
    monkeypatch.setattr(maker, "COMMAND", sleep)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    return started


def test_a_person_makes_one_report_at_a_time_and_two_are_made_in_all(play, monkeypatch):
    started, command = sleeping(monkeypatch), maker.COMMAND

    async def story(scene):
        ask = "/api/reports?fleet=lcb&day=2026-11-22"
        people = ["som", "may", "lek"]
        for name in people[1:]:
            await scene.station.accounts.put(name, "viewer", "a-long-password")
        signed_in = [await scene.signed_in(name) for name in people]
        asked = [asyncio.create_task(client.get(ask)) for client in signed_in]
        while len(started) < 2 or len(scene.station.reports._done) < 3:
            await asyncio.sleep(0.01)
        refused = await signed_in[0].get(ask)
        assert refused.status_code == 429 and "not ready yet" in refused.json()["detail"]
        assert (await signed_in[0].get("/api/reports/progress")).json() == {"done": 0.0}
        assert len(started) == 2
        monkeypatch.setattr(maker, "COMMAND", command[:1] + ("-c", "print('x')"))
        started[0].kill()
        status = sorted(
            [
                (await one).status_code
                for one in asyncio.as_completed(asked)
                if (started[1].returncode is None and started[1].kill()) or True
            ]
        )
        assert status == [200, 500, 500] and len(started) == 3
        assert (await signed_in[0].get("/api/reports/progress")).json() == {"done": None}

    play(story)


def test_a_report_that_is_given_up_ends_its_process(play, monkeypatch):
    started = sleeping(monkeypatch)

    async def story(scene):
        ask = asyncio.create_task(scene.client.get("/api/reports?fleet=lcb&day=2026-11-22"))
        while not started:
            await asyncio.sleep(0.01)
        ask.cancel()
        await asyncio.gather(ask, return_exceptions=True)
        assert await asyncio.wait_for(started[0].wait(), 5) < 0
        assert scene.station.reports.done("som") is None

    play(story)


def test_a_station_that_stops_ends_the_process_of_a_report(play, monkeypatch):
    started, asked = sleeping(monkeypatch), []

    async def story(scene):
        get = scene.client.get("/api/reports?fleet=lcb&day=2026-11-22")
        asked.append(asyncio.create_task(get))
        while not started:
            await asyncio.sleep(0.01)
        await scene.station.reports.stop()
        assert (await asked[0]).status_code == 503
        assert await asyncio.wait_for(started[0].wait(), 5) < 0

    play(story)


def test_a_report_of_a_database_that_does_not_answer_says_so(play, monkeypatch):
    away = (sys.executable, "-c", f"import sys; sys.exit({DATABASE_AWAY})")
    monkeypatch.setattr(maker, "COMMAND", away)

    async def story(scene):
        answer = await scene.client.get("/api/reports?fleet=lcb&day=2026-11-22")
        assert answer.status_code == 503

    play(story)


ODD = (
    None,
    5,
    -1,
    10**400,
    1.5,
    True,
    "",
    "x",
    "\x01",
    [],
    [None],
    [{}],
    [[7]],
    ["x"],
    {},
    {"x": 1},
)
SHEETS_TAKE = ("trip_started", "trip_ended", "stop_served", "overspeed", "seat_out_of_service")
_KINDS = json.loads((SCHEMAS / "kinds.json").read_text("utf-8"))["kinds"]


def test_an_event_with_odd_data_stops_nothing_else(play):
    """Every kind, with what its data is made of missing, or of another type, as a station took it
    before kinds had schemas: such rows are in its database for years."""
    seed = random.randrange(2**32)
    print("seed", seed)
    drawn = random.Random(seed)
    names = ("seats", "unknown", "loose", "active", "trip", "stop", "place", "boarded", "alighted",
             "distance_m", "stops", "top_kmh", "lasted_s", "until", "first", "last", "count",
             "stage", "last_at")  # fmt: skip

    async def story(scene):
        seq = 0
        for kind in [*_KINDS, "of_a_later_firmware"]:
            for _ in range(3):
                seq += 1
                data = {name: drawn.choice(ODD) for name in names if drawn.random() < 0.6}
                severity = "info" if kind in SHEETS_TAKE else "alarm"
                await scene.hears(seq, kind, severity=severity, data=data, fits=False)
        good = {"trip": 7, "distance_m": 5000, "stops": 2}
        await scene.hears(seq + 1, "trip_ended", severity="info", data=good)
        await scene.hears(seq + 2, "sos", data={"seats": [7]})
        while await scene.told():
            pass
        assert any("Seats: 7" in body for body in scene.bodies)
        for report, form in (("alarms", "csv"), ("summary", "xlsx")):
            ask = f"/api/reports?fleet=lcb&day=2026-11-22&report={report}&format={form}&lang=en"
            assert (await scene.client.get(ask)).status_code == 200
        trips = (
            await scene.client.get("/api/reports?fleet=lcb&day=2026-11-22&report=trips")
        ).json()
        assert [5.0, 2] in [row[6:] for row in trips["rows"]]
        alarms = await scene.client.get("/api/alarms")
        assert len(alarms.json()) == 3 * (len(_KINDS) + 1 - len(SHEETS_TAKE)) + 1
        for path in ("/api/live", "/api/buses/lcb/bus-01/day/2026-11-22",
                     "/api/buses/lcb/bus-01/evidence/2026-11-22", "/api/feeds/buses.geojson",
                     "/api/feeds/vehicle_positions.pb"):  # fmt: skip
            answer = await scene.client.get(path)
            assert answer.status_code < 500, (path, answer.text)
        await scene.station.unrecorded.judge()
        scene.station.gaps.of("lcb", "bus-01")

    play(story)


def test_feeds_take_a_session_or_the_token(play):
    async def story(scene):
        scene.station.live.bus("lcb", "bus-01")
        for path in ("buses.geojson", "vehicle_positions.pb", "alerts.pb"):
            assert (await scene.client.get(f"/api/feeds/{path}")).status_code == 200
            scene.client.cookies.clear()
            for token, status in (("", 401), ("wrong", 401), ("a-token-for-the-map", 200)):
                answer = await scene.client.get(
                    f"/api/feeds/{path}", headers={"Authorization": f"Bearer {token}"}
                )
                assert answer.status_code == status
            await scene.client.post(
                "/api/login", json={"name": "som", "password": "a-long-password"}
            )
        gtfs.FeedMessage.FromString(answer.content)

    play(story)


def test_a_policy_is_put_up_and_the_buses_say_which_they_follow(play):
    async def story(scene):
        text = json.dumps({"v": 1, "version": 12, "stops": [{"id": "a", "at": [13.1, 100.9]}]})
        root = "/api/policies"
        refused = await scene.client.post(f"{root}/lcb", json={"text": text.replace("13.1", "{}")})
        assert refused.status_code == 422 and "cannot be drawn" in refused.json()["detail"]
        for lat in ("90.1", "-91", "1e400"):
            far = await scene.client.post(f"{root}/lcb", json={"text": text.replace("13.1", lat)})
            assert far.status_code == 422 and "'a' is at [" in far.json()["detail"]
        assert (await scene.client.get("/api/places")).json()["features"] == []
        assert (await scene.client.post(f"{root}/lcb", json={"text": text})).status_code == 204
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        for name, hash_ in (("bus-01", digest), ("bus-02", None)):
            scene.station.live.bus("lcb", name).status = {"online": True, "policy": hash_}
        scene.station.live.bus("lcb", "bus-03")
        (policy,) = (await scene.client.get(root)).json()
        assert (policy["fleet"], policy["hash"], policy["version"]) == ("lcb", digest, 12)
        assert [(bus["known"], bus["hash"]) for bus in policy["buses"]] == [
            (True, digest), (True, None), (False, None)
        ]  # fmt: skip
        assert len((await scene.client.get("/api/places")).json()["features"]) == 1
        assert (policy["sent_at"], policy["buses"][0]["sending"]) == (None, None)
        assert (await scene.client.post(f"{root}/nobody/send")).status_code == 404
        assert (await scene.client.post(f"{root}/lcb/send")).status_code == 204
        (policy,) = (await scene.client.get(root)).json()
        assert policy["sent_at"] is not None
        assert [bus["sending"] for bus in policy["buses"]] == ["follows", "waits", "waits"]
        log = (await scene.client.get("/api/log")).json()
        assert [(line["what"], line["fleet"]) for line in log[:1]] == [("policy_send", "lcb")]
        long = json.dumps({"v": 1, "version": 13, "name": "x" * 131_072})
        assert (await scene.client.post(f"{root}/lcb", json={"text": long})).status_code == 204
        refused = await scene.client.post(f"{root}/lcb/send")
        assert (
            refused.status_code == 409 and "a bus takes at most 131072" in refused.json()["detail"]
        )
        async with scene.station.db.write() as connection:
            await connection.execute(update(policies).values(text=None))
        refused = await scene.client.post(f"{root}/lcb/send")
        assert refused.status_code == 409 and "upload it again" in refused.json()["detail"]

    play(story)


def test_metrics_count_and_name_nobody(play):
    async def story(scene):
        await scene.hears(5, "sos", data={})
        await scene.station.alarms.recall()
        text = (await scene.client.get("/metrics")).text
        assert 'busguard_buses{show="alarm"} 1.0' in text
        assert "busguard_alarms_unacknowledged 1.0" in text
        assert 'busguard_buses{show="drill"} 0.0' in text
        await scene.hears(6, "belt_off", severity="warning", data={"seats": [3]})
        await scene.hears(7, "heat", exercise=True, data={})
        await scene.station.alarms.recall()
        text = (await scene.client.get("/metrics")).text
        assert "busguard_alarms_unacknowledged 1.0" in text
        assert "busguard_broker_up 0.0" in text
        assert "bus-01" not in text

    play(story)

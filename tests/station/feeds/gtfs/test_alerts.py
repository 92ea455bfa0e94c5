"""Alerts: flooded and closed zones of the policies."""

import asyncio
import random
from datetime import datetime

import pytest
from feeding import NOW_S, fed
from google.transit import gtfs_realtime_pb2 as gtfs
from gtfs_rules import broken
from sqlalchemy import insert
from station_told import PASSWORD

from station.clock import LOCAL
from station.db.tables import policies
from station.feeds.gtfs.alerts import service_alerts
from station.one_bad import passed_over

COAST = {"id": "coast", "kind": "flood", "name": "ริมทะเล",
         "circle": {"at": [13.105, 100.8862], "radius_m": 400}}  # fmt: skip
BRIDGE = {"id": "bridge", "kind": "closed", "hours": ["06:30-08:30", "14:00-24:00"], "days": [1, 7],
          "polygon": [[13.0, 100.0], [13.01, 100.0], [13.01, 100.01]]}  # fmt: skip
SCHOOL = {"id": "zone", "kind": "school", "circle": {"at": [13, 100], "radius_m": 50}}


def alerts(*zones, **pack):
    payload = service_alerts([("lcb", {"v": 1, "zones": list(zones), **pack})], NOW_S)
    assert not broken(payload, NOW_S, agencies=["lcb"])
    return {one.id: one.alert for one in gtfs.FeedMessage.FromString(payload).entity}


def texts(told):
    return {one.language: one.text for one in told.translation}


def test_a_flooded_zone_is_an_alert_in_thai_and_english():
    (alert,) = alerts(COAST, SCHOOL).values()
    assert texts(alert.header_text) == {"th": "น้ำท่วม: ริมทะเล", "en": "Flood: ริมทะเล"}
    assert "13.10500, 100.88620" in texts(alert.description_text)["en"]
    assert "400 ม." in texts(alert.description_text)["th"]
    assert (alert.cause, alert.effect) == (gtfs.Alert.WEATHER, gtfs.Alert.DETOUR)
    assert alert.informed_entity[0].agency_id == "lcb"
    assert not alert.active_period


def local(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=LOCAL).timestamp())


def test_a_zone_with_hours_is_told_with_the_times_of_the_coming_week():
    """NOW_S is Sunday, 22 November 2026, 07:13 in Thailand: inside of the first window."""
    (alert,) = alerts(BRIDGE).values()
    assert [(one.start, one.end) for one in alert.active_period] == [
        (local(f"2026-11-{day} {begin}"), local(end))
        for day, begin, end in [
            (22, "06:30", "2026-11-22 08:30"), (22, "14:00", "2026-11-23 00:00"),
            (23, "06:30", "2026-11-23 08:30"), (23, "14:00", "2026-11-24 00:00"),
            (29, "06:30", "2026-11-29 08:30"), (29, "14:00", "2026-11-30 00:00"),
        ]
    ]  # fmt: skip
    assert alert.severity_level == gtfs.Alert.WARNING
    assert "13.00500, 100.00500; radius: 777 m" in texts(alert.description_text)["en"]


def test_a_time_that_is_over_is_not_told():
    """At nine in Thailand, on the same day."""
    payload = service_alerts([("lcb", {"zones": [BRIDGE]})], local("2026-11-22 09:00"))
    (entity,) = gtfs.FeedMessage.FromString(payload).entity
    assert entity.alert.active_period[0].start == local("2026-11-22 14:00")


def test_a_zone_of_a_school_has_the_hours_of_the_school():
    zone = {**COAST, "school": "s1"}
    schools = [{"stop": "s0"}, {"stop": "s1", "hours": ["07:00-08:00"], "days": [3]}]
    (alert,) = alerts(zone, schools=schools).values()
    assert [one.start for one in alert.active_period] == [local("2026-11-25 07:00")]
    assert alerts({**COAST, "days": []}) == {}


BAD = [
    {"kind": "flood"},
    {"id": "x", "kind": "closed", "polygon": []},
    {**COAST, "hours": ["soon"]},
    {**COAST, "circle": None},
    {**COAST, "name": "\ud800"},
    {**COAST, "school": "none"},
]


@pytest.mark.parametrize("bad", BAD)
def test_a_zone_that_cannot_be_read_stops_no_other(bad):
    before = passed_over["gtfs"]
    assert list(alerts(bad, BRIDGE, schools=[])) == ["lcb/zone/bridge"]
    assert passed_over["gtfs"] == before + 1


def test_nor_does_such_a_policy():
    packs = [("a", {"zones": 7}), ("b", {"zones": [7]}), ("lcb", {"zones": [COAST]})]
    feed = gtfs.FeedMessage.FromString(service_alerts(packs, NOW_S))
    assert [one.id for one in feed.entity] == ["lcb/zone/coast"]


def test_no_random_policy_breaks_a_rule():
    seed = random.randrange(2**32)
    print("seed", seed)
    drawn = random.Random(seed)
    for _ in range(100):
        zones = []
        for number in range(drawn.randrange(6)):
            zone = dict(drawn.choice([COAST, BRIDGE, SCHOOL, *BAD]), id=f"z{number}")
            if drawn.random() < 0.5:
                zone["days"] = drawn.sample(range(1, 8), drawn.randrange(8))
            zones.append(zone)
        offset = drawn.choice([-720, 0, 420, 840])
        payload = service_alerts([("lcb", {"zones": zones, "utc_offset_min": offset})], NOW_S)
        assert not broken(payload, NOW_S, agencies=["lcb"]), seed


def test_a_person_sees_the_alerts_of_the_own_fleets(tmp_path):
    async def story():
        async with fed(tmp_path) as scene:
            async with scene.station.db.write() as connection:
                for fleet in ("lcb", "other"):
                    await connection.execute(
                        insert(policies).values(
                            fleet=fleet, hash="0" * 8, pack={"v": 1, "zones": [COAST]}, put_ms=1
                        )
                    )
            everything = await scene.reads("/api/feeds/alerts.pb")
            assert len(gtfs.FeedMessage.FromString(everything.content).entity) == 2
            await scene.station.accounts.put("som", "viewer", PASSWORD, fleets=["other"])
            await scene.client.post("/api/login", json={"name": "som", "password": PASSWORD})
            answer = await scene.client.get("/api/feeds/alerts.pb")
            (entity,) = gtfs.FeedMessage.FromString(answer.content).entity
            assert entity.id == "other/zone/coast"

    asyncio.run(story())

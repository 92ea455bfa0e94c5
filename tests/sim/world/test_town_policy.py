"""The town's policy is that of its roads, stops and schools; an ordinary morning is quiet."""

import json
import re

import pytest
from packs import loaded
from vm import ROOT

from firmware.config.load import defaults
from firmware.policy.places import Places
from firmware.snapshot import Snapshot
from sim.bus.rig import Rig
from sim.world import town
from sim.world.day import MORNING_MS, school_morning
from sim.world.town_policy import policy_for

SCHOOL_TIME_MS = 1_795_388_400_000 + 3_600_000  # Monday 07:00 in Thailand


@pytest.mark.parametrize("index", range(len(town.ROUTES)))
def test_every_pack_is_valid_and_small(index):
    policy = loaded(json.dumps(policy_for(index)))
    assert policy.routes.n == 4
    assert policy.stops.n == len(town.STOPS) + len(town.SCHOOLS)


def places_at(lat, lon):
    places = Places(loaded(json.dumps(policy_for())), defaults()["rules"])
    s = Snapshot(8)
    s.gnss.lat_e7, s.gnss.lon_e7, s.gnss.fix_new = round(lat * 1e7), round(lon * 1e7), True
    s.utc_ms = SCHOOL_TIME_MS
    places.update(s)
    return s


@pytest.mark.parametrize("road", town.ROADS, ids=lambda road: road.name)
def test_the_limit_in_the_middle_of_every_road_is_its_own(road):
    (lat1, lon1), (lat2, lon2) = (town.PLACES[place] for place in road.places[:2])
    s = places_at((lat1 + lat2) / 2, (lon1 + lon2) / 2)
    assert s.place.limit_kmh == road.limit_kmh


@pytest.mark.parametrize("key", [*town.STOPS, *town.SCHOOLS])
def test_every_stop_is_where_the_bus_stops(key):
    s = places_at(*town.PLACES[key])
    assert s.place.stop == key
    assert s.place.at_school == (key in town.SCHOOLS)


@pytest.mark.parametrize("index", [0, 5])
def test_an_ordinary_morning_is_quiet_and_every_stop_is_served(index):
    rig = Rig(school_morning(index, seed=4), policy=policy_for(index), seed=4)
    rig.run_for(MORNING_MS)
    loud = [told.event.kind for told in rig.events if told.event.severity != "info"]
    assert loud == []
    served = [told.event.data for told in rig.events if told.event.kind == "arrival_notice"]
    route = town.ROUTES[index]
    assert [dict(data)["stop"] for data in served] == [*route.stops, route.school]


def test_the_example_of_the_guide_is_a_policy():
    guide = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", guide, re.DOTALL)
    assert loaded(example).version == 12

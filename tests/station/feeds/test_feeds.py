"""What other systems read of the present."""

import json
import re

import pytest
from google.transit import gtfs_realtime_pb2 as gtfs
from vm import ROOT

from station.feeds.geojson import present
from station.feeds.gtfs_realtime import vehicle_positions
from station.feeds.home_assistant import discovery

NOW_S = 1795306400


def bus(**known):
    """A bus as in GET /api/live, driving."""
    return {
        "fleet": "laemchabang", "bus": "bus-01", "label": "Bus 1", "show": "driving",
        "at": "2026-11-22T00:12:03.400Z", "heard_at": "2026-11-22T00:12:04Z", "stale": False,
        "dark_since": None, "phase": "driving", "route": "north", "lat": 13.0827, "lon": 100.8833,
        "accuracy_m": 5, "estimated": False, "speed_kmh": 36.0, "heading_deg": 183, "alarms": 0,
        "seats": {"total": 4, "taken": [1], "unknown": [], "unbelted": []},
    } | known  # fmt: skip


NOTHING = {"total": None, "taken": None, "unknown": None, "unbelted": None}


def vehicles(*buses):
    feed = gtfs.FeedMessage.FromString(vehicle_positions(buses, NOW_S))
    assert feed.header.timestamp == NOW_S
    return [entity.vehicle for entity in feed.entity]


def test_a_bus_is_a_vehicle_position():
    (vehicle,) = vehicles(bus())
    assert vehicle.vehicle.id == "laemchabang/bus-01"
    assert vehicle.trip.route_id == "north"
    assert vehicle.position.latitude == pytest.approx(13.0827, abs=1e-6)
    assert vehicle.position.speed == pytest.approx(10)
    assert vehicle.timestamp == 1795306323
    assert vehicle.occupancy_percentage == 25


@pytest.mark.parametrize(
    ("taken", "unknown", "status"),
    [
        ([], [], "EMPTY"),
        ([1], [], "MANY_SEATS_AVAILABLE"),
        ([1], [2], "FEW_SEATS_AVAILABLE"),
        ([1, 2], [3, 4], "FULL"),
        ([], [1, 2, 3, 4], "FULL"),
    ],
)
def test_a_seat_that_cannot_be_read_is_never_free(taken, unknown, status):
    seats = {"total": 4, "taken": taken, "unknown": unknown, "unbelted": []}
    (vehicle,) = vehicles(bus(seats=seats))
    assert gtfs.VehiclePosition.OccupancyStatus.Name(vehicle.occupancy_status) == status


@pytest.mark.parametrize("missing", [{"lat": None}, {"at": None}, {"stale": True}])
def test_an_old_or_unknown_position_is_no_vehicle_position(missing):
    assert vehicles(bus(**missing)) == []


@pytest.mark.parametrize("missing", [{"estimated": True}, {"accuracy_m": 101}])
def test_a_position_that_was_not_measured_well_is_no_vehicle_position(missing):
    assert vehicles(bus(**missing)) == []
    (feature,) = present([bus(**missing)])["features"]
    assert missing.items() <= feature["properties"].items()


@pytest.mark.parametrize("accuracy_m", [None, 5, 100])
def test_a_measured_position_is_one(accuracy_m):
    assert len(vehicles(bus(accuracy_m=accuracy_m))) == 1


def test_seats_that_nobody_told_of_are_no_data():
    (vehicle,) = vehicles(bus(seats=NOTHING))
    assert vehicle.occupancy_status == gtfs.VehiclePosition.NO_DATA_AVAILABLE


def test_geojson_keeps_a_bus_whose_place_is_unknown():
    known, unknown = present([bus(), bus(bus="bus-02", lat=None, lon=None, seats=NOTHING)])[
        "features"
    ]
    assert known["geometry"] == {"type": "Point", "coordinates": [100.8833, 13.0827]}
    assert known["properties"]["seats_taken"] == 1
    assert unknown["geometry"] is None
    assert unknown["properties"]["seats_taken"] is None


def test_geojson_tells_counts_and_no_seat_numbers():
    assert "seats" not in json.dumps(present([bus()])).replace("seats_taken", "").replace(
        "seats_unknown", ""
    )


def test_home_assistant_finds_a_bus_and_reads_its_own_topics():
    topic, payload = discovery("laemchabang", "bus-01", "Bus 1")
    assert topic == "homeassistant/device/busguard_laemchabang_bus-01/config"
    parts = payload["components"]
    assert {part.get("state_topic", "").rsplit("/", 1)[0] for part in parts.values()} <= {
        "", "schoolbus/laemchabang/bus-01",
    }  # fmt: skip
    assert len({part["unique_id"] for part in parts.values()}) == len(parts)
    assert "value_json.accuracy_m" in parts["place"]["json_attributes_template"]
    json.dumps(payload)


def test_home_assistant_reads_states_that_leave_ordinary_members_out():
    """It reads the bus's own topic; of what may be missing it has to know the ordinary value."""
    text = json.dumps(discovery("laemchabang", "bus-01", "Bus 1")[1])
    schema = json.loads((ROOT / "docs" / "schema" / "state.schema.json").read_text())
    always = {(name,) for name in schema["required"]}
    always |= {("seats", name) for name in schema["properties"]["seats"]["required"]}
    read = re.findall(r"value_json\.([\w.]+)( \| default)?", text)
    names = {tuple(name.split(".")): default for name, default in read}
    assert {("active",), ("seats", "taken"), ("seats", "unknown"), ("lat",)} <= set(names)
    for name, default in names.items():
        if name[0] in schema["properties"] and name not in always:
            assert default, name

"""VehiclePositions: what a consumer is told, and that no rule of the validator is broken."""

import asyncio
import random

import pytest
from feeding import NOTHING, NOW_S, bus, fed
from google.transit import gtfs_realtime_pb2 as gtfs
from gtfs_rules import broken
from station_told import NOW_MS, event, state

from station.clock import iso
from station.feeds.gtfs.vehicles import vehicle_positions
from station.feeds.trips import Trip
from station.one_bad import passed_over

TRIP = Trip("laemchabang", "bus-01", 3)
ON_IT = {TRIP: "2026-11-22"}
HOUR_MS = 3_600_000


def vehicles(*buses, trips=ON_IT):
    feed = gtfs.FeedMessage.FromString(vehicle_positions(buses, NOW_S, trips))
    assert feed.header.timestamp == NOW_S
    return [entity.vehicle for entity in feed.entity]


def test_a_bus_is_a_vehicle_position():
    (vehicle,) = vehicles(bus())
    assert vehicle.vehicle.id == "laemchabang/bus-01"
    assert vehicle.position.latitude == pytest.approx(13.0827, abs=1e-6)
    assert vehicle.position.speed == pytest.approx(10)
    assert vehicle.timestamp == 1795306323
    assert vehicle.occupancy_percentage == 25


def test_its_trip_has_an_id_a_first_day_and_stands_in_no_timetable():
    (vehicle,) = vehicles(bus())
    trip = vehicle.trip
    assert (trip.trip_id, trip.start_date, trip.route_id) == (
        "laemchabang/bus-01/3", "20261122", "north",
    )  # fmt: skip
    assert trip.schedule_relationship == gtfs.TripDescriptor.ADDED


@pytest.mark.parametrize(
    "standing", [{"phase": "parked"}, {"phase": "checking"}, {"trip": 0},
                 {"phase": "boarding", "ignition": False}],
)  # fmt: skip
def test_a_bus_that_is_on_no_trip_names_none(standing):
    (vehicle,) = vehicles(bus(**standing))
    assert not vehicle.HasField("trip")


@pytest.mark.parametrize(
    ("taken", "unknown", "status"),
    [
        ([], [], "EMPTY"),
        ([1], [], "MANY_SEATS_AVAILABLE"),
        ([1], [2], "FEW_SEATS_AVAILABLE"),
        ([1, 2], [3, 4], "FULL"),
        ([], [1, 2, 3, 4], "FULL"),
        ([1, 2, 3, 4, 5, 6], [7], "FULL"),
    ],
)
def test_a_seat_that_cannot_be_read_is_never_free(taken, unknown, status):
    seats = {"total": 4, "taken": taken, "unknown": unknown, "unbelted": []}
    (vehicle,) = vehicles(bus(seats=seats))
    assert gtfs.VehiclePosition.OccupancyStatus.Name(vehicle.occupancy_status) == status
    assert vehicle.occupancy_percentage <= 100


@pytest.mark.parametrize("name", ["loose", "out_of_service"])
def test_nor_is_one_that_is_not_watched_or_whose_child_is_on_the_floor(name):
    seats = {"total": 4, "taken": [1], "unknown": [], "unbelted": [], name: [2]}
    (vehicle,) = vehicles(bus(seats=seats))
    assert vehicle.occupancy_percentage == 50


@pytest.mark.parametrize(
    "missing", [{"lat": None}, {"at": None}, {"stale": True}, {"estimated": True},
                {"accuracy_m": 101}, {"lat": 0.0, "lon": 0.0}, {"lat": 1e-5, "lon": -1e-5},
                {"lat": float("nan")}, {"lat": 91}, {"clock": "odd"}],
)  # fmt: skip
def test_a_bus_that_cannot_be_told_to_be_there_then_is_left_out(missing):
    assert vehicles(bus(**missing)) == []


@pytest.mark.parametrize("accuracy_m", [None, 5, 100])
def test_a_measured_position_is_one(accuracy_m):
    assert len(vehicles(bus(accuracy_m=accuracy_m))) == 1


def test_seats_that_nobody_told_of_are_no_data():
    (vehicle,) = vehicles(bus(seats=NOTHING))
    assert vehicle.occupancy_status == gtfs.VehiclePosition.NO_DATA_AVAILABLE


def test_a_clock_that_is_ahead_puts_no_bus_into_the_future():
    ahead = bus(at=iso(NOW_S * 1000 + 240_000), heard_at=iso(NOW_S * 1000 - 2000))
    (vehicle,) = vehicles(ahead)
    assert vehicle.timestamp == NOW_S - 2


@pytest.mark.parametrize(
    "bad", [{"at": "soon"}, {"seats": None}, {"lat": "13"}, {"heading_deg": "x"},
            {"label": "\ud800"}, {"seats": {"total": "4", "taken": 7}}, {"heard_at": None}],
)  # fmt: skip
def test_a_bus_that_cannot_be_read_stops_no_other(bad):
    before = passed_over["gtfs"]
    (vehicle,) = vehicles(bus(**bad), bus(bus="bus-02"))
    assert vehicle.vehicle.id == "laemchabang/bus-02"
    assert passed_over["gtfs"] == before + 1


SEATS = [
    NOTHING,
    {"total": 0, "taken": []},
    {"total": 4, "taken": [1, 2, 3, 4, 5], "unknown": [9]},
    {"total": 40, "taken": [1], "unknown": [2], "loose": [3], "out_of_service": [4]},
]
KNOWN = {
    "at": lambda r: r.choice([None, iso(NOW_S * 1000 + r.randrange(-10**7, 10**7)), "9999-12-31",
                              "1899-11-30T00:00:00.000Z", "9999-12-31T23:59:59.999Z"]),
    "heard_at": lambda r: iso(NOW_S * 1000 - r.randrange(10**6)),
    "clock": lambda r: r.choice(["gnss", "rtc", "none", "odd"]),
    "lat": lambda r: r.choice([None, 0.0, 13.1, -90, 90.1, float("inf"), r.uniform(-90, 90)]),
    "lon": lambda r: r.choice([None, 0.0, 100.9, 180, -180.1, r.uniform(-180, 180)]),
    "accuracy_m": lambda r: r.choice([None, 0, 5, 100, 101, 10**6]),
    "speed_kmh": lambda r: r.choice([None, 0, 36, 93.6, 93.7, 6553.5, -1]),
    "heading_deg": lambda r: r.choice([None, 0, 359, 361, -1]),
    "phase": lambda r: r.choice(["parked", "boarding", "driving", "checking", None]),
    "ignition": lambda r: r.choice([True, False, None]),
    "trip": lambda r: r.choice([None, 0, 3, 2**53]),
    "route": lambda r: r.choice([None, "", "north"]),
    "label": lambda r: r.choice([None, "", "รถ 1", "a" * 80]),
    "seats": lambda r: r.choice(SEATS),
}  # fmt: skip


def test_no_random_fleet_breaks_a_rule():
    seed = random.randrange(2**32)
    print("seed", seed)
    drawn = random.Random(seed)
    told = 0
    before = None
    for turn in range(300):
        now_s = NOW_S + turn // 2
        fleet = []
        for number in range(drawn.randrange(12)):
            odd = drawn.sample(sorted(KNOWN), drawn.randrange(5))
            fleet.append(bus(bus=f"bus-{number}", **{name: KNOWN[name](drawn) for name in odd}))
        days = ("2026-11-22", None)
        trips = {Trip("laemchabang", one["bus"], one["trip"]): drawn.choice(days) for one in fleet}
        payload = vehicle_positions(fleet, now_s, trips)
        found = broken(payload, now_s, routes=["north"], before=before if turn % 2 == 0 else None)
        assert not found, (seed, turn, found)
        before = payload
        told += len(gtfs.FeedMessage.FromString(payload).entity)
    assert told > 500


def test_the_rules_see_what_breaks_them():
    """A rule that cannot fail is none."""
    feed = gtfs.FeedMessage()
    feed.header.gtfs_realtime_version = "3"
    feed.header.timestamp = NOW_S + 3600
    for at_s in (NOW_S + 4000, 5):
        vehicle = feed.entity.add(id="x", is_deleted=False).vehicle
        vehicle.position.latitude, vehicle.position.longitude = 0, 0
        vehicle.position.bearing, vehicle.position.speed = 361, 27
        vehicle.timestamp = at_s
        vehicle.trip.route_id, vehicle.trip.start_date = "south", "22.11."
        vehicle.occupancy_percentage = 101
    assert {"E001", "E004", "E012", "E021", "E026", "E027", "E038", "E039", "E049", "E050", "E052",
            "W002", "W004", "W006", "W009", "occupancy_percentage above 100"} <= set(
        broken(feed.SerializeToString(), NOW_S)
    )  # fmt: skip
    later, sooner = gtfs.FeedMessage(), gtfs.FeedMessage()
    later.CopyFrom(feed)
    del later.entity[:]
    later_bytes = later.SerializePartialToString()
    assert "E017" in broken(later_bytes, NOW_S, before=feed.SerializeToString())
    sooner.CopyFrom(later)
    sooner.header.timestamp = NOW_S
    assert "E018" in broken(sooner.SerializeToString(), NOW_S, before=later_bytes)


def read(answer):
    (entity,) = gtfs.FeedMessage.FromString(answer.content).entity
    return entity.vehicle


PATH = "/api/feeds/vehicle_positions.pb"


def test_a_trip_across_midnight_keeps_its_first_day(tmp_path):
    """23:50 in Thailand is 16:50 UTC."""

    async def story():
        async with fed(tmp_path, "2026-11-22T16:50:00.000Z") as scene:
            now_ms = scene.clock.ms
            await scene.hears(*state(now_ms))
            assert not read(await scene.reads(PATH)).trip.start_date
            started = event(1, "trip_started", "info", at_ms=now_ms, data={"trip": 3})
            await scene.hears(*started)
            scene.clock.ms += 30 * 60_000
            await scene.hears(*state(scene.clock.ms))
            assert read(await scene.reads(PATH)).trip.start_date == "20261122"

    asyncio.run(story())


def test_a_trip_that_has_ended_is_named_no_more_while_children_board_for_the_next(tmp_path):
    async def story():
        async with fed(tmp_path, iso(NOW_MS)) as scene:
            await scene.hears(*event(1, "trip_started", "info", data={"trip": 3}))
            await scene.hears(*state(NOW_MS, phase="boarding"))
            assert read(await scene.reads(PATH)).trip.trip_id == "lcb/bus-01/3"
            ended = {"trip": 3, "distance_m": 5000, "stops": 2}
            await scene.hears(*event(2, "trip_ended", "info", data=ended))
            scene.clock.ms += 1000
            assert not read(await scene.reads(PATH)).HasField("trip")
            await scene.hears(*event(3, "trip_started", "info", data={"trip": 4}))
            scene.clock.ms += 1000
            await scene.hears(*state(scene.clock.ms, trip=4))
            assert read(await scene.reads(PATH)).trip.trip_id == "lcb/bus-01/4"

    asyncio.run(story())


def test_the_beginning_of_a_trip_with_an_odd_time_tells_no_day(tmp_path):
    async def story():
        async with fed(tmp_path, iso(NOW_MS)) as scene:
            odd = event(1, "trip_started", "info", at_ms=NOW_MS + HOUR_MS, data={"trip": 3})
            await scene.hears(*odd)
            await scene.hears(*state(NOW_MS))
            trip = read(await scene.reads(PATH)).trip
            assert trip.trip_id == "lcb/bus-01/3" and not trip.start_date

    asyncio.run(story())


def test_two_answers_of_one_second_are_the_same(tmp_path):
    """E017: a bus that moves within the second is told of in the next one."""

    async def story():
        async with fed(tmp_path, iso(NOW_MS)) as scene:
            await scene.hears(*state(NOW_MS - 100))
            first = await scene.reads(PATH)
            await scene.hears(*state(NOW_MS, lat=13.2))
            again = await scene.reads(PATH)
            assert first.content == again.content
            scene.clock.ms += 1000
            third = await scene.reads(PATH)
            assert read(third).position.latitude == pytest.approx(13.2)
            now_s = scene.clock.ms // 1000
            assert not broken(third.content, now_s, routes=["port_am"], before=again.content)

    asyncio.run(story())

"""The simulated truth: town, roads, scripts, children, driver and day plans."""

import math
from itertools import pairwise

import pytest

from sim.world import day, town
from sim.world.driver import follow
from sim.world.roads import RoadMap, Way, moved, offset_m
from sim.world.world import CHARGING_MV, CRANKING_MV, MISCHIEF, NEGLECT, PARKED_MV, World

LAEM_CHABANG = (13.08, 100.92)


def through(world, until_ms, step_ms=100):
    """Advance step by step, giving the world after each."""
    for now_ms in range(0, until_ms + 1, step_ms):
        world.advance(now_ms)
        yield world


# the town


def test_every_place_lies_around_laem_chabang():
    for place in town.PLACES.values():
        north, east = offset_m(*(1e7 * x for x in LAEM_CHABANG), *(1e7 * x for x in place))
        assert math.hypot(north, east) < 12_000


def test_every_road_place_and_stop_exists_and_has_both_names():
    on_roads = {place for road in town.ROADS for place in road.places}
    assert on_roads == set(town.PLACES)
    for english, thai in (*town.STOPS.values(), *town.SCHOOLS.values()):
        assert english.isascii() and any("\u0e00" <= letter <= "\u0e7f" for letter in thai)


def test_limits_are_those_of_school_vehicles():
    assert {road.limit_kmh for road in town.ROADS} <= {30, 60, 70, 80, 90}
    for school in town.SCHOOLS:
        path = town.ROADMAP.path("depot", school)
        assert path[-1][1] == 30


@pytest.mark.parametrize("route", town.ROUTES, ids=lambda route: route.name)
def test_every_route_can_be_driven_both_ways(route):
    round_trip = ("depot", *route.stops, route.school, "depot")
    for here, there in pairwise(round_trip):
        assert here != there
        out, back = town.ROADMAP.way(here, there), town.ROADMAP.way(there, here)
        assert 300 < out.total_m < 15_000
        assert back.total_m == pytest.approx(out.total_m, rel=0.001)


def test_no_road_is_said():
    with pytest.raises(ValueError, match="no road from a to b"):
        RoadMap({"a": (13, 100), "b": (13.1, 100)}, []).way("a", "b")


def test_the_quickest_way_is_not_the_shortest():
    places = {"a": (13.0, 100.0), "detour": (13.01, 100.01), "b": (13.0, 100.02)}
    roads = [(("a", "b"), 20), (("a", "detour", "b"), 90)]
    assert [place for place, _ in RoadMap(places, roads).path("a", "b")] == ["a", "detour", "b"]


def test_metres_there_and_back():
    lat, lon = moved(130_800_000, 1_008_800_000, 60, 5000)
    north, east = offset_m(130_800_000, 1_008_800_000, lat, lon)
    assert (north, east) == pytest.approx((2500, 4330.1), abs=0.5)


def test_dead_spots_are_silent_and_towers_are_loud():
    for lat, lon, radius_m in town.DEAD_SPOTS:
        assert day.signal_at(lat * 1e7, lon * 1e7) is None
        beside = moved(lat * 1e7, lon * 1e7, 90, radius_m + 10)
        assert day.signal_at(*beside) is not None
    for lat, lon in town.TOWERS:
        assert day.signal_at(lat * 1e7, lon * 1e7) == -55


# driving


def test_a_bus_keeps_to_limits_bends_and_its_own_weight():
    points = [(13.00, 100.90), (13.01, 100.90), (13.01, 100.91), (13.015, 100.91)]
    way = Way(points, [80, 60, 30])
    world = World(lat_e7=130_000_000, lon_e7=1_009_000_000)
    world.run(follow(world, way))
    speeds, fastest_at, in_corner = [], {}, []
    for _ in through(world, 400_000):
        speeds.append(world.speed_mms)
        corner = offset_m(world.lat_e7, world.lon_e7, 13.01e7, 100.90e7)
        if math.hypot(*corner) < 3:
            in_corner.append(world.speed_mms)
        on_first_road = world.lon_e7 < 1_009_000_500
        fastest_at[on_first_road] = max(fastest_at.get(on_first_road, 0), world.speed_mms)
    assert fastest_at[True] == pytest.approx(80_000 / 3.6, abs=2)
    assert fastest_at[False] <= 60_000 / 3.6
    assert 4000 < min(in_corner) <= 18_000 / 3.6 + 50  # a right angle
    assert max(abs(b - a) for a, b in pairwise(speeds)) <= 450  # coming to a halt
    assert speeds[-1] == 0
    assert math.hypot(*offset_m(world.lat_e7, world.lon_e7, 13.015e7, 100.91e7)) < 1


def test_the_heading_turns_and_does_not_jump():
    way = Way([(13.0, 100.9), (13.01, 100.9), (13.01, 100.89)], [60, 60])
    world = World(lat_e7=130_000_000, lon_e7=1_009_000_000)
    world.run(follow(world, way))
    courses = [w.course_cdeg for w in through(world, 200_000)]
    turns = [(b - a + 18000) % 36000 - 18000 for a, b in pairwise(courses)]
    assert 100 < max(map(abs, turns)) <= 250
    assert courses[-1] == 27000


def test_an_early_door_opens_while_the_bus_still_rolls():
    way = Way([(13.0, 100.9), (13.01, 100.9)], [60])
    world = World()
    world.run(follow(world, way, door_opens_at_m=15))
    rolling = [w.speed_mms for w in through(world, 120_000) if w.front_door_open]
    assert rolling[0] > 5000 and rolling[-1] == 0


# scripts and truth


def test_the_truth_does_not_depend_on_how_often_one_looks():
    def picture(step_ms):
        world = day.school_morning(1, seed=3, habits=MISCHIEF)
        for _ in through(world, 1_200_000, step_ms):
            pass
        return vars(world) | {"rng": world.rng.random(), "_scripts": None, "_air": None}

    assert picture(100) == picture(1_200_000) == picture(7_000 // 100 * 100 // 7)


def test_scripts_run_beside_each_other_in_order_of_time():
    world, seen = World(), []

    def script(name, pause):
        for _ in range(3):
            seen.append((world.now_ms, name))
            yield pause

    world.run(script("a", 20))
    world.run(script("b", 30))
    world.advance(60)
    assert seen == [(0, "a"), (0, "b"), (20, "a"), (30, "b"), (40, "a"), (60, "b")]
    world.advance(200)
    assert world.next_change_ms is None


def test_time_passes_when_nothing_happens():
    world = World(utc_ms=1_000)
    world.advance(500)
    world.advance(400)  # and does not go back
    assert (world.now_ms, world.utc_ms) == (500, 1_500)
    assert World().local_clock == "00:00:00"


def test_the_supply_dips_while_cranking():
    world = World()
    assert world.supply_mv == PARKED_MV
    world.turn_ignition(True)
    assert world.supply_mv == CRANKING_MV
    world.advance(1200)
    assert world.supply_mv == CHARGING_MV
    world.turn_ignition(False)
    assert world.supply_mv == PARKED_MV


def test_a_seat_holds_one_child():
    world = World(seats=8)
    world.sit(8)
    for seat in (0, 8, 9):
        with pytest.raises(ValueError):
            world.sit(seat)
    world.rise(8)
    world.rise(8)
    assert (world.seats, world.seat_changes) == ({}, 2)


# day plans


@pytest.mark.parametrize("index", range(6))
def test_an_ordinary_morning_takes_everybody_to_school_and_nobody_back(index):
    world = day.school_morning(index, seed=index)
    most, pressed, left_with = 0, False, None
    for _ in through(world, day.MORNING_MS, 500):
        most = max(most, len(world.seats))
        pressed = pressed or (world.check_button_pressed and not world.ignition)
        if world.next_stop == "Bus depot" and left_with is None and world.speed_mms:
            left_with = len(world.seats)
        assert not (world.front_door_open and world.speed_mms)
        assert world.speed_mms <= 90_000 / 3.6 + 1
    assert 20 <= most <= 36
    assert left_with == 0 and pressed
    assert (world.seats, world.buckled, world.ignition, world.front_door_open) == (
        {}, set(), False, False,
    )  # fmt: skip
    assert world.next_change_ms is None, "the run does not end within the morning"


def test_belts_of_an_ordinary_bus_are_closed_soon_after_boarding():
    open_ms = 0
    world = day.school_morning(0, seed=5)
    for _ in through(world, day.MORNING_MS, 500):
        if world.speed_mms > 10_000 / 3.6:
            open_ms = open_ms + 500 if set(world.seats) - world.buckled else 0
            assert open_ms < 10_000


def test_a_neglected_bus_keeps_its_sleeper_until_the_horn_is_heard():
    world = day.school_morning(0, seed=1, habits=NEGLECT)
    alone_ms = None
    for _ in through(world, 2 * day.MORNING_MS, 500):
        parked = world.next_stop == "" and not world.ignition and world.now_ms > 300_000
        if parked and alone_ms is None:
            alone_ms = world.now_ms
        if alone_ms is not None and world.now_ms < alone_ms + 1_800_000:
            assert len(world.seats) == 1
            assert not world.check_button_pressed
        world.horn_sounds = alone_ms is not None and world.now_ms > alone_ms + 1_800_000
    assert alone_ms is not None
    assert world.seats == {}


def test_a_school_day_has_four_runs_and_ends_parked():
    world = day.school_day(2, seed=4)
    starts, was_on, loaded = [], False, 0
    for _ in through(world, day.DAY_MS, 1000):
        if world.ignition and not was_on:
            starts.append(world.local_clock)
        was_on = world.ignition
        loaded = max(loaded, len(world.seats))
    assert [start[:2] for start in starts] in (["06", "07", "15", "16"], ["06", "07", "15", "17"])
    assert loaded >= 24
    assert not world.ignition and not world.seats and world.next_change_ms is None


def test_one_bus_of_the_town_is_neglected():
    fleet = day.fleet_morning(6, seed=7)
    assert len({(world.lat_e7, world.lon_e7) for world in fleet}) == 6
    for _ in through(fleet[7 % 6], day.MORNING_MS, 1000):
        pass
    assert len(fleet[7 % 6].seats) == 1


def test_mischief_shows():
    """Over a few buses: too fast, doors open too early, belts open."""
    fastest = rolling_doors = open_belts = 0
    for index in range(6):
        world = day.school_morning(index, seed=11, habits=MISCHIEF)
        for _ in through(world, day.MORNING_MS, 500):
            fastest = max(fastest, world.speed_mms)
            rolling_doors += world.front_door_open and world.speed_mms > 1400
            open_belts += world.speed_mms > 5000 and bool(set(world.seats) - world.buckled)
    assert fastest > 95_000 / 3.6
    assert rolling_doors and open_belts

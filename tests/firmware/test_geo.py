"""The integer geometry beside trusted libraries: geographiclib (geodesics on WGS 84) for every
distance, shapely for what is inside a polygon or a corridor. Right to 0.1 m at 10 km."""

from __future__ import annotations

import json
import math
import random
from array import array

import pytest
import shapely
from geographiclib.geodesic import Geodesic
from packs import loaded

from firmware import geo
from firmware.policy.fences import contains, is_near
from firmware.policy.limits import road_at

LAT, LON = 13.0827, 100.8833
REACH = 0.09  # degrees, about 10 km
WGS84 = Geodesic.WGS84


def e7(degrees: float) -> int:
    return round(degrees * 1e7)


def metres(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    return WGS84.Inverse(lat1, lon1, lat2, lon2, Geodesic.DISTANCE)["s12"]


def to_segment(point, begin, end) -> float:
    """The least geodesic distance to a segment that is straight in latitude and longitude."""

    def at(t: float) -> float:
        lat = begin[0] + (end[0] - begin[0]) * t
        return metres(*point, lat, begin[1] + (end[1] - begin[1]) * t)

    low, high = 0.0, 1.0
    for _ in range(45):
        third = (high - low) / 3
        if at(low + third) < at(high - third):
            high -= third
        else:
            low += third
    return at((low + high) / 2)


def near(rng: random.Random, lat: float = LAT, reach: float = REACH) -> tuple[float, float]:
    east = reach / math.cos(math.radians(lat))
    return (
        round(lat + rng.uniform(-reach, reach) / 1.5, 7),
        round(LON + rng.uniform(-east, east) / 1.5, 7),
    )


def flat(corners) -> list[array]:
    found = [e7(value) for corner in corners for value in corner]
    size = 2 * geo.CORNERS
    return [array("i", found[at : at + size]) for at in range(0, len(found), size)]


def ring(rng: random.Random, corners: int, radius: float = 0.03) -> list[tuple[float, float]]:
    """A ragged polygon that does not cross itself."""
    found = []
    for number in range(corners):
        angle = 2 * math.pi * number / corners
        far = radius * rng.uniform(0.4, 1.0)
        found.append((round(LAT + far * math.cos(angle), 7), round(LON + far * math.sin(angle), 7)))
    return found


@pytest.mark.parametrize("lat", [LAT, 0.0, -33.9, 45.0, 59.5])
def test_distances(lat):
    rng = random.Random(1)
    worst = 0.0
    for _ in range(200):
        a, b = near(rng, lat), near(rng, lat)
        wanted = metres(*a, *b)
        if wanted <= 10_000:
            found = geo.distance_mm(*map(e7, a), *map(e7, b)) / 1000
            worst = max(worst, abs(found - wanted))
    assert worst < 0.1


def test_distance_to_a_line():
    rng = random.Random(2)
    worst = 0.0
    for _ in range(15):
        point = near(rng)
        line = [near(rng) for _ in range(4)]
        wanted = min(to_segment(point, *pair) for pair in zip(line, line[1:], strict=False))
        if wanted > 10_000:
            continue
        for begin in range(3):
            mm, _ = geo.nearest(flat(line), 0, 4, *map(e7, point), False, begin)
            worst = max(worst, abs(mm / 1000 - wanted))
    assert worst < 0.1


def test_distance_to_an_edge_and_the_reach():
    rng = random.Random(3)
    corners = ring(rng, 300)
    data = flat(corners)
    for _ in range(4):
        point = near(rng, reach=0.05)
        by_distance = sorted(range(300), key=lambda i: metres(*point, *corners[i]))
        candidates = {(i + step) % 300 for i in by_distance[:8] for step in (0, 1)}
        wanted = min(
            to_segment(point, corners[i - 1], corners[i]) for i in range(300) if i in candidates
        )
        lat, lon = map(e7, point)
        mm, segment = geo.nearest(data, 0, 300, lat, lon, True)
        assert abs(mm / 1000 - wanted) < 0.1
        pair = corners[segment], corners[(segment + 1) % 300]
        assert abs(to_segment(point, *pair) - wanted) < 0.1
        assert geo.nearest(data, 0, 300, lat, lon, True, 17, mm + 100)[0] == pytest.approx(
            mm, abs=5
        )
        assert geo.nearest(data, 0, 300, lat, lon, True, 0, mm - 100) == (None, None)


@pytest.mark.parametrize("count", [3, 4, 17, 500])
def test_inside_a_polygon(count):
    rng = random.Random(count)
    corners = ring(rng, count)
    polygon = shapely.Polygon([(e7(lon), e7(lat)) for lat, lon in corners])
    data = flat([(0, 0), *corners, (1, 1)])
    hits = 0
    for _ in range(1000):
        lat, lon = map(e7, near(rng, reach=0.04))
        point = shapely.Point(lon, lat)
        if polygon.boundary.distance(point) > 1:
            wanted = polygon.contains(point)
            assert geo.inside(data, 1, count, lat, lon) == wanted
            hits += wanted
    assert 30 < hits < 970


def test_inside_at_the_height_of_a_corner():
    corners = [(13.0, 100.0), (13.1, 100.1), (13.0, 100.2), (12.9, 100.1)]
    data = flat(corners)
    for lon, wanted in ((99.9, False), (100.05, True), (100.19, True), (100.3, False)):
        assert geo.inside(data, 0, 4, e7(13.0), e7(lon)) == wanted
    for lat in (13.1, 12.9):
        assert not geo.inside(data, 0, 4, e7(lat), e7(99.0))


def ground():
    """Metres around the middle, north and east, for shapely."""
    lat = math.radians(LAT)
    a, e2 = 6378137.0, 0.00669437999014
    w = 1 - e2 * math.sin(lat) ** 2
    return a * (1 - e2) / w**1.5 * math.pi / 180, a * math.cos(lat) / w**0.5 * math.pi / 180


def on_ground(place):
    north, east = ground()
    return (place[1] - LON) * east, (place[0] - LAT) * north


def pack(**parts):
    return loaded(json.dumps({"v": 1, "version": 1, **parts}))


def test_the_edge_of_a_fence():
    rng = random.Random(5)
    corners = ring(rng, 60, 0.003)  # 300 m
    circle = {"at": [LAT, LON], "radius_m": 200}
    zones = [
        {"id": "p", "kind": "flood", "polygon": corners},
        {"id": "c", "kind": "flood", "circle": circle},
    ]
    policy = pack(zones=zones)
    shapes = (
        shapely.Polygon([on_ground(corner) for corner in corners]),
        shapely.Point(0, 0).buffer(200, quad_segs=256),
    )
    seen = set()
    for _ in range(1500):
        place = near(rng, reach=0.006)
        point = shapely.Point(on_ground(place))
        lat, lon = map(e7, place)
        for area, shape in enumerate(shapes):
            outside = shape.distance(point)
            if abs(outside) > 0.1 or shape.buffer(-0.1).contains(point):
                assert contains(policy, area, lat, lon) == (outside == 0)
            if abs(outside - 30) > 0.1:
                assert is_near(policy, area, lat, lon, 30_000) == (outside < 30)
            seen.add((area, outside == 0, outside < 30))
    assert len(seen) == 6


def test_corridors_of_roads():
    rng = random.Random(6)
    wide = [(LAT - 0.01, LON), (LAT, LON + 0.002), (LAT + 0.01, LON)]
    narrow = [(LAT, LON + 0.01), (LAT + 0.004, LON + 0.02)]
    roads = [
        {"id": "w", "class": "town", "width_m": 40, "line": wide},
        {"id": "n", "class": "rural", "width_m": 10, "line": narrow},
    ]
    policy = pack(roads=roads)
    lines = [shapely.LineString([on_ground(p) for p in road]) for road in (wide, narrow)]
    seen = set()
    for _ in range(2500):
        road = rng.choice((wide, narrow))
        t = rng.random()
        place = (
            round(road[0][0] + (road[1][0] - road[0][0]) * t + rng.uniform(-6e-4, 6e-4), 7),
            round(road[0][1] + (road[1][1] - road[0][1]) * t + rng.uniform(-6e-4, 6e-4), 7),
        )
        lat, lon = map(e7, place)
        point = shapely.Point(on_ground(place))
        far = [line.distance(point) for line in lines]
        if min(abs(far[0] - 40), abs(far[1] - 10)) < 0.1:
            continue
        wanted = 0 if far[0] < 40 else 1 if far[1] < 10 else None
        items = policy.grid.at(lat, lon)
        pieces = [item - policy.areas.n + policy.grid.road_corner for item in items]
        assert road_at(policy, pieces, lat, lon, None) == wanted, place
        seen.add(wanted)
    assert seen == {0, 1, None}

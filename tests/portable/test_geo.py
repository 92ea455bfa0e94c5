"""geo against the WGS 84 radii of curvature in floating point."""

import math
import random
from array import array

from firmware import geo

_A = 6378137.0
_E2 = 0.00669437999014


def metres(lat_e7):
    """A degree of latitude and of longitude at lat_e7, in metres."""
    lat = math.radians(lat_e7 / 1e7)
    w = 1 - _E2 * math.sin(lat) ** 2
    degree = math.pi / 180
    return _A * (1 - _E2) / w**1.5 * degree, _A * math.cos(lat) / w**0.5 * degree


def test_scales_follow_the_ellipsoid():
    for lat_e7 in range(-900000000, 900000001, 3333333):
        north, east = metres(lat_e7)
        assert abs(geo.north_scale(lat_e7) / 3.2768 - north) < 0.6, lat_e7
        assert abs(geo.east_scale(lat_e7) / 3.2768 - east) < 1.0, lat_e7


def test_the_tables_are_the_ellipsoid_rounded():
    for lat_e7 in range(0, 900000001, 20000000):
        north, east = metres(lat_e7)
        for sign in (1, -1):
            assert geo.north_scale(sign * lat_e7) == int(north * 3.2768 + 0.5), lat_e7
            assert geo.east_scale(sign * lat_e7) == int(east * 3.2768 + 0.5), lat_e7


def test_right_to_a_decimetre_at_ten_kilometres():
    random.seed(7)
    for lat0 in (0, 130800000, 138000000, -337000000, 450000000, 599000000):
        for _ in range(50):
            lat = lat0 + random.randrange(-630000, 630000)
            lon = 1008800000 + random.randrange(-630000, 630000)
            per_north, per_east = metres((lat0 + lat) // 2)
            north = (lat - lat0) * per_north / 1e7
            east = (lon - 1008800000) * per_east / 1e7
            n, e = geo.offset_mm(lat0, 1008800000, lat, lon)
            assert abs(n / 1000 - north) < 0.1 and abs(e / 1000 - east) < 0.1, (lat, lon)
            d = geo.distance_mm(lat0, 1008800000, lat, lon)
            assert abs(d / 1000 - math.sqrt(north**2 + east**2)) < 0.1, (lat, lon)
            back = geo.distance_mm(lat, lon, lat0, 1008800000)
            assert abs(d - back) <= 4, (lat, lon)


def test_a_step_of_the_receiver_is_a_centimetre():
    assert geo.offset_mm(130827000, 1008833000, 130827001, 1008833000)[0] == 11
    assert geo.distance_mm(130827000, 1008833000, 130827000, 1008833000) == 0
    assert geo.offset_mm(130827000, 1008833000, 130826990, 1008832990) == (-111, -109)


def test_the_shorter_way_across_the_date_line():
    assert geo.turn_e7(1799999000, -1799999000) == 2000
    assert geo.turn_e7(-1799999000, 1799999000) == -2000
    assert 22200 < geo.distance_mm(0, 1799999000, 0, -1799999000) < 22300
    assert geo.turn_e7(0, 1800000000) == 1800000000
    assert geo.turn_e7(0, -1800000000) == -1800000000


def test_the_way_around_the_world_is_finite():
    assert geo.distance_mm(-900000000, 0, 900000000, 1800000000) > 15000000000


def test_root_rounds_down():
    for n in (0, 1, 2, 3, 4, 99, 100, 101, 2**30 - 1, 10**14 + 5):
        r = geo.root(n, n)
        assert r * r <= n < (r + 1) * (r + 1), n


# 10000 units are 110.6 m to the north and 108.5 m to the east.
LAT, LON, STEP = 130827000, 1008833000, 10000


def corners(*places):
    """(north, east) in steps, after three corners of another polygon."""
    found = [0, 0] * 3
    for north, east in places:
        found += [LAT + north * STEP, LON + east * STEP]
    return [array("i", found + [0, 0])]


def test_inside_a_polygon_with_a_bay_whichever_way_round():
    bay = ((0, 0), (0, 6), (6, 6), (6, 4), (2, 3), (6, 2), (6, 0))
    for places in (bay, tuple(reversed(bay))):
        data = corners(*places)
        for north, east, wanted in (
            (1, 3, True), (5, 1, True), (5, 5, True), (5, 3, False), (3, 3, False), (-1, 3, False),
            (7, 1, False), (3, -1, False), (3, 7, False), (4, 1, True), (4, 5, True), (4, 7, False),
        ):  # fmt: skip
            found = geo.inside(data, 3, 7, LAT + north * STEP, LON + east * STEP)
            assert found == wanted, (north, east)


def test_inside_is_right_to_one_unit_beside_a_slanted_edge():
    data = corners((0, 0), (6, 3), (0, 6))
    for north in (1, 2, 4, 5):
        lat, east = LAT + north * STEP, LON + north * STEP // 2
        west = LON + 6 * STEP - north * STEP // 2
        assert geo.inside(data, 3, 3, lat, east + 1) and not geo.inside(data, 3, 3, lat, east - 1)
        assert geo.inside(data, 3, 3, lat, west - 1) and not geo.inside(data, 3, 3, lat, west + 1)


def test_inside_at_the_height_of_a_corner():
    data = corners((0, 3), (3, 6), (6, 3), (3, 0))
    for east, wanted in ((-1, False), (1, True), (5, True), (7, False)):
        assert geo.inside(data, 3, 4, LAT + 3 * STEP, LON + east * STEP) == wanted
    for north in (0, 6):
        for east in (-1, 7):
            assert not geo.inside(data, 3, 4, LAT + north * STEP, LON + east * STEP)


def far(north, east, of_north, of_east):
    """mm between two places in steps."""
    return geo.distance_mm(
        LAT + north * STEP, LON + east * STEP, LAT + of_north * STEP, LON + of_east * STEP
    )


def test_nearest_names_the_piece_whichever_it_looks_at_first():
    data = corners((0, 0), (0, 6), (6, 6), (6, 12))
    for north, east, wanted, foot in (
        (-1, 3, 0, (0, 3)), (1, 1, 0, (0, 1)), (3, 5, 1, (3, 6)), (3, 7, 1, (3, 6)),
        (7, 9, 2, (6, 9)), (7, 13, 2, (6, 12)), (-1, -1, 0, (0, 0)), (7, 5, 1, (6, 6)),
    ):  # fmt: skip
        lat, lon = LAT + north * STEP, LON + east * STEP
        for begin in range(3):
            mm, piece = geo.nearest(data, 3, 4, lat, lon, False, begin)
            assert abs(mm - far(north, east, *foot)) <= 30, (north, east, begin)
            assert piece == wanted or foot == (6, 6), (north, east, begin)


def test_nearest_closes_a_polygon_and_only_a_polygon():
    data = corners((0, 0), (0, 6), (6, 6), (6, 0))
    lat, lon = LAT + 2 * STEP, LON + STEP
    mm, piece = geo.nearest(data, 3, 4, lat, lon, True)
    assert piece == 3 and abs(mm - far(2, 1, 2, 0)) <= 30
    for is_closed in ((), (False,)):
        mm, piece = geo.nearest(data, 3, 4, lat, lon, *is_closed)
        assert piece == 0 and abs(mm - far(2, 1, 0, 1)) <= 30


def test_nearest_reaches_so_far_and_no_further():
    """In every direction, beside a segment and beyond its ends."""
    data = corners((0, 0), (0, 6))
    for north, east, foot in (
        (2, 3, (0, 3)), (-2, 3, (0, 3)), (0, -2, (0, 0)), (0, 8, (0, 6)), (2, -2, (0, 0)),
        (-2, 8, (0, 6)),
    ):  # fmt: skip
        lat, lon = LAT + north * STEP, LON + east * STEP
        mm, _ = geo.nearest(data, 3, 2, lat, lon)
        assert abs(mm - far(north, east, *foot)) <= 30
        assert geo.nearest(data, 3, 2, lat, lon, False, 0, mm + 30)[1] == 0, (north, east)
        assert geo.nearest(data, 3, 2, lat, lon, False, 0, mm - 30) == (None, None), (north, east)
    upright = corners((0, 0), (6, 0))
    for east in (2, -2):
        lat, lon = LAT + 3 * STEP, LON + east * STEP
        mm, _ = geo.nearest(upright, 3, 2, lat, lon)
        assert geo.nearest(upright, 3, 2, lat, lon, False, 0, mm + 30)[1] == 0
        assert geo.nearest(upright, 3, 2, lat, lon, False, 0, mm - 30) == (None, None)


def test_nearest_without_a_piece():
    assert geo.nearest(corners((0, 0)), 3, 1, LAT, LON) == (None, None)


def test_units_and_millimetres():
    for mm in (0, 1, 999, 50000, 20000000):
        for lat_e7 in (0, 130827000, 899999999):
            units = geo.unscaled(mm, geo.north_scale(lat_e7))
            assert mm - 12 <= geo.scaled(units, geo.north_scale(lat_e7)) <= mm
    assert geo.unscaled(50000, geo.east_scale(900000000)) == 50000 * 32768


def test_hypot_is_right_to_2_mm_at_every_scale():
    for a in (0, 1, 22999, 23000, 23001, 46001, 1000000, 9999999, 16777215, 16777216, 10**10):
        for b in (0, 1, 7, a // 1000, a // 7, a // 2, a - 1, a):
            for north, east in ((a, b), (-b, a), (b, -a)):
                wanted = geo.root(a * a + b * b, a + abs(b))
                assert abs(geo.hypot(north, east) - wanted) <= 2, (north, east)


def test_a_part_of_a_number():
    for whole in (1, 7, 32767, 33554431, 67108863):
        for part in (0, 1, whole // 3, whole - 1, whole, whole + 5):
            for n in (0, 1, 99999, 33554431):
                wanted = n * min(part, whole) // whole
                assert abs(geo.part_of(n, part, whole) - wanted) <= 3, (n, part, whole)

"""geo against the WGS 84 radii of curvature in floating point."""

import math
import random

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


def test_the_way_around_the_world_is_finite():
    assert geo.distance_mm(-900000000, 0, 900000000, 1800000000) > 15000000000


def test_root_rounds_down():
    for n in (0, 1, 2, 3, 4, 99, 100, 101, 2**30 - 1, 10**14 + 5):
        r = geo.root(n, n)
        assert r * r <= n < (r + 1) * (r + 1), n


def test_distance_to_a_segment():
    lat, lon = 130827000, 1008833000
    end = lon + 10000  # 1.08 km to the east
    assert geo.point_segment_mm(lat + 100, lon + 5000, lat, lon, lat, end) in range(1104, 1109)
    before = geo.point_segment_mm(lat, lon - 100, lat, lon, lat, end)
    assert before == geo.distance_mm(lat, lon, lat, lon - 100)
    beyond = geo.point_segment_mm(lat, end + 100, lat, lon, lat, end)
    assert abs(beyond - before) <= 2
    assert geo.point_segment_mm(lat, lon + 77, lat, lon, lat, end) == 0
    assert abs(geo.point_segment_mm(lat + 9, lon, lat, lon, lat, lon) - 99) <= 1

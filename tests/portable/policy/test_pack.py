"""Policy packs: every part is read, and every error names its place."""

# ruff: noqa: E501

import gc
import sys
from io import BytesIO

from packs import BUS, PACK, digest, loaded

from firmware import geo
from firmware.policy.error import PolicyError
from firmware.policy.fences import contains
from firmware.policy.loading import check, load

TEXT = PACK % 7


def error_of(text, bus=BUS):
    try:
        loaded(text, bus)
    except PolicyError as error:
        return str(error)
    return "no error"


def test_everything_is_read():
    policy = loaded(TEXT)
    assert (policy.version, policy.sha256, policy.hash) == (7, digest(TEXT), digest(TEXT)[:8])
    assert policy.rules == {
        "overspeed_kmh": 75, "left_behind_profile": "japan", "disabled": ["belt_off"],
    }  # fmt: skip
    assert [policy.stops[i] for i in range(policy.stops.n)] == ["a", "b", "school"]
    assert [policy.zones[i] for i in range(policy.zones.n)] == ["z1", "z2", "z3", "z4"]
    assert [policy.roads[i] for i in range(policy.roads.n)] == ["r1", "r2"]
    areas = policy.areas
    assert list(areas.radius_m) == [50, 80, 60, 0, 300, 0, 100]
    assert list(areas.kind) == [0, 0, 0, 1, 3, 4, 2]
    assert list(areas.limit_kmh) == [0, 0, 0, 30, 0, 0, 40]
    assert list(areas.count) == [0, 0, 0, 4, 0, 3, 0]
    assert areas.south[3] == 130990000 and areas.east[3] == 1008810000
    at = 2 * areas.first[3]
    assert list(policy.corners[0][at : at + 4]) == [0, 0, 20000, 0] and areas.step[3] == 1
    assert areas.west[3] == 1008790000
    assert list(policy.lines.limit_kmh) == [60, 65, 0, 0, 0]
    assert list(policy.lines.width_m)[:2] == [25, 40]
    assert list(policy.runs.mine) == [0, 1, 1]
    assert list(policy.visits.stop) == [1, 0, 1, 2, 2, 1, 0]
    assert policy.hours[policy.schools[2] - 1] == (((390, 510), (870, 1020)), 31)
    assert areas.hours[3] == policy.schools[2]
    assert policy.hours[areas.hours[5] - 1] == ((), 64)
    assert areas.hours[4] == 0


def test_every_error_names_its_place():
    for old, new, told in (
        ("[13.101, 100.879]", "[913.101, 100.879]", "policy: zones[0].polygon[1]: latitude 913.101 is not from -90 to 90"),
        ("[13.101, 100.879]", "[13.101, -181]", "policy: zones[0].polygon[1]: longitude -181 is not from -180 to 180"),
        ("[13.101, 100.879]", "[91.5, 100.879]", "policy: zones[0].polygon[1]: latitude 91.5 is not from"),
        ("[13.101, 100.879]", "7", "policy: zones[0].polygon[1]: a position"),
        ('"days": [1, 2, 3, 4, 5]}', '"days": [1]}, {"stop": "school"}', "policy: schools[1]: this stop is already a school"),
        ("[13.101, 100.879]", "[13.101]", "policy: zones[0].polygon[1]: a position [latitude, longitude]"),
        ("[13.101, 100.879]", "[13.101, 100.879, 1]", "policy: zones[0].polygon[1]: a position"),
        ("[13.101, 100.879]", "[1e1, 100.879]", "policy: zones[0].polygon[1]: a number"),
        ("[13.101, 100.879]", "[013.1, 100.879]", "policy: zones[0].polygon[1]: this number has a leading zero"),
        ("[13.101, 100.879]", "[13., 100.879]", "policy: zones[0].polygon[1]: a number"),
        ("[13.101, 100.879]", '["x", 100.879]', "policy: zones[0].polygon[1]: a number"),
        ("[13.101, 100.879]", "[16.101, 100.879]", "policy: zones[0].polygon: it is wider than 2 degrees"),
        ("[[13.0, 100.8], [13.01, 100.8], [13.0, 100.81]]", "[[13.0, 100.8], [13.01, 100.8]]", "policy: zones[2].polygon: at least 3"),
        ("[[13.0, 100.8], [13.01, 100.8], [13.0, 100.81]]", "[]", "policy: zones[2].polygon: at least 3"),
        ('"id": "b", "at"', '"id": "a", "at"', 'policy: stops[1]: "a" is used twice'),
        ('"id": "b", "at"', '"at"', "policy: stops[1]: id is missing"),
        ('"id": "b", "at"', '"id": "b b", "at"', "policy: stops[1].id: an id is 1 to 32"),
        ('"radius_m": 80', '"radius_m": 19', "policy: stops[1].radius_m: the radius 19 is not from 20 to 500"),
        ('"radius_m": 80', '"radius_m": 80.5', "policy: stops[1].radius_m: the radius has to be whole"),
        ('"radius_m": 80', '"radius": 80', "policy: stops[1].radius: there is no such setting; known here: at"),
        ('"radius_m": 80', '"at": [13, 100]', 'policy: stops[1]: "at" appears twice'),
        ('"stop": "school"', '"stop": "c"', 'policy: schools[0].stop: there is no stop "c"'),
        ('"06:30-08:30"', '"08:30-06:30"', "policy: schools[0].hours[0]: "),
        ("[1, 2, 3, 4, 5]", "[1, 8]", "policy: schools[0].days[1]: the day 8 is not from 1 to 7"),
        ('"school": "school"', '"school": "a"', "policy: zones[0].school: this stop is not a school"),
        ('"school": "school"', '"school": "school", "days": [1]', "policy: zones[0]: a zone has either a school"),
        ('"kind": "flood"', '"kind": "stop"', "policy: zones[1].kind: this has to be one of school, speed"),
        ('"kind": "flood"', '"kind": "speed"', "policy: zones[1]: limit_kmh is missing"),
        ('"kind": "flood",', '"kind": "flood", "polygon": [[1,1],[1,2],[2,2]],', "policy: zones[1]: a zone has either a polygon"),
        ('"circle": {"at": [13.085, 100.89], "radius_m": 300}', '"limit_kmh": 9', "policy: zones[1]: a zone has either a polygon"),
        (', "radius_m": 300}', "}", "policy: zones[1].circle: radius_m is missing"),
        ('"radius_m": 300', '"radius": 300', "policy: zones[1].circle.radius: there is no such setting"),
        ('"class": "town"', '"class": "city"', "policy: roads[0].class: this has to be one of divided"),
        ('"limit_kmh": 65', '"limit_kmh": 121', "policy: roads[1].limit_kmh: the limit 121 is not"),
        ('"stops": ["b"]', '"stops": ["x"]', 'policy: routes[0].stops[0]: there is no stop "x"'),
        ('"stops": ["b"]', '"stops": "b"', "policy: routes[0].stops: a list [ ] was expected"),
        ('"overspeed_kmh": 75', '"overspeed_kmh": 5', "policy: rules.overspeed_kmh: this has to be a whole number"),
        ('"overspeed_kmh": 75', '"overspeed": 75', "policy: rules.overspeed: there is no such threshold"),
        ('["belt_off"]', '["child_left_behind"]', "policy: rules.disabled: this has to be"),
        ('["belt_off"]', "true", "policy: rules.disabled: this has to be"),
        ('"v": 1', '"v": 2', "policy: v: the format 2 is not from 1 to 1"),
        ('"v": 1, ', "", "policy: v is missing"),
        ('"version": 7', '"version": 0', "policy: version: the version 0 is not from 1"),
        ('"utc_offset_min": 420', '"utc_offset_min": 900', "policy: utc_offset_min: the offset 900"),
        ('"name"', '"signature"', "policy: signature: there is no such part"),
        ('"test \\u0e01"', '"' + "s" * 201 + '"', "policy: name: this text is longer than 200"),
        ('"name": "test', '"name": "\\x', "policy: name: this text is not valid JSON"),
        ('"name": "test', '"name": "' + "n" * 600, "policy: name: this text has no end"),
        ('"stops": [\n', '"routes": [], "stops": [\n', "policy: stops: this has to come before routes"),
    ):  # fmt: skip
        assert old in TEXT, old
        found = error_of(TEXT.replace(old, new, 1))
        assert found[: len(told)] == told, (found, told)


def test_a_pack_cut_anywhere_is_an_error():
    for end in range(0, len(TEXT), 37):
        assert error_of(TEXT[:end]) != "no error", end
    assert "more text after the end" in error_of(TEXT + "x")
    assert error_of(TEXT + " \n") == "no error"
    assert error_of("") != "no error"
    assert error_of("[]") != "no error"
    assert error_of("{}") == "policy: v is missing"


def test_a_least_pack_is_enough():
    policy = loaded('{"v":1,"version":1}')
    assert (policy.areas.n, policy.corner_n) == (0, 0)
    assert policy.utc_offset_min == 420  # Thailand
    assert list(policy.grid.at(130000000, 1000000000)) == []


def test_there_is_an_end_to_everything():
    stop = '{"id":"s%d","at":[13,100]}'
    many = ",".join([stop % i for i in range(101)])
    assert "stops[100]: there may be 100 at most" in error_of(
        '{"v":1,"version":1,"stops":[%s]}' % many
    )
    line = ",".join(["[13,100]"] * 1001)
    road = '{"v":1,"version":1,"roads":[{"id":"r","class":"town","line":[%s]}]}' % line
    assert "too many corners" in error_of(road)
    visits = ",".join(['"s0"'] * 65)
    text = '{"v":1,"version":1,"stops":[%s],"routes":[{"id":"r","stops":[%s]}]}'
    assert "64 stops at most" in error_of(text % (stop % 0, visits))


def test_routes_are_those_of_this_bus():
    assert list(loaded(TEXT, "bus-99").runs.mine) == [1, 0, 1]


def test_check_stores_nothing_and_goes_in_steps():
    steps = 0
    generator = check(lambda: BytesIO(TEXT.encode()), BUS)
    while True:
        try:
            next(generator)
            steps += 1
        except StopIteration as end:
            policy = end.value
            break
    assert steps > 15
    assert policy.corners is None and policy.hash == digest(TEXT)[:8]


def test_the_grid_finds_what_walking_finds():
    policy = loaded(TEXT)
    areas = policy.areas
    for lat in range(129900000, 131300000, 17000):
        for lon in range(1007900000, 1009100000, 31000):
            found = [item for item in policy.grid.at(lat, lon) if item < areas.n]
            for area in range(areas.n):
                if (
                    areas.south[area] <= lat <= areas.north[area]
                    and areas.west[area] <= lon <= areas.east[area]
                ):
                    assert area in found, (lat, lon, area)
            pieces = [item for item in policy.grid.at(lat, lon) if item >= areas.n]
            for line in (0, 1):
                first = policy.lines.first[line]
                reach = policy.lines.width_m[line] * 1000
                mm, _ = geo.nearest(
                    policy.corners, first, 2, lat, lon, False, 0, reach,
                    policy.lines.south[line], policy.lines.west[line], policy.lines.step[line],
                )  # fmt: skip
                if mm is not None:
                    assert areas.n + first - policy.grid.road_corner in pieces, (lat, lon, line)
    for item in policy.grid.at(-900000000, 0):
        assert item >= areas.n or not contains(policy, item, -900000000, 0)


def test_a_zone_that_covers_everything_is_listed_once():
    zone = '{"id":"%s","kind":"flood","circle":{"at":[13.1,100.9],"radius_m":%d}}'
    text = '{"v":1,"version":1,"zones":[%s,%s]}' % (zone % ("big", 20000), zone % ("small", 100))
    policy = loaded(text)
    assert list(policy.grid.at(131000000, 1009000000)) == [1, 0]
    assert list(policy.grid.at(132000000, 1009000000)) == [0]


def test_the_error_of_a_deep_or_strange_value_is_a_json_error():
    for text in (
        '{"rules":{"overspeed_kmh":[[1]]}}',
        '{"rules":{"overspeed_kmh":{}}}',
        '{"rules":{"disabled":[nul]}}',
    ):
        try:
            loaded('{"v":1,"version":1,' + text[1:])
        except PolicyError as error:
            assert "rules." in str(error)
        else:
            raise AssertionError(text)


def test_a_full_pack_fits():
    """200 zones of 20 corners: what it costs on the VM, where objects take twice an ESP32's."""
    zones = []
    for index in range(200):
        corners = []
        for corner in range(20):
            corners.append(
                "[%d.%07d,%d.%07d]" % (13, 10000 * index + 7 * corner * corner, 100, 900 * corner)
            )
        zones.append('{"id":"zone_%d","kind":"flood","polygon":[%s]}' % (index, ",".join(corners)))
    data = ('{"v":1,"version":1,"zones":[%s]}' % ",".join(zones)).encode()
    zones = None
    gc.collect()
    before = gc.mem_alloc() if sys.implementation.name == "micropython" else 0
    policy = None
    generator = load(lambda: BytesIO(data), BUS)
    while policy is None:
        try:
            next(generator)
        except StopIteration as end:
            policy = end.value
    generator = None
    gc.collect()
    assert policy.corner_n == 4000
    if before and sys.platform != "webassembly":  # that VM collects only between scripts
        assert gc.mem_alloc() - before < 60000, gc.mem_alloc() - before

"""Which road the bus is on, and which limit holds there."""

from packs import at, loaded, place

from firmware.policy.limits import limit_at, road_at


def roads(*lines, before=""):
    """Each line: (north_m, east_m) in turn, 50 m to each side; road 0 is called r0."""
    told = []
    for number, line in enumerate(lines):
        path = ",".join([place(*corner) for corner in line])
        told.append(
            '{"id":"r%d","class":"town","width_m":50,"limit_kmh":%d,"line":[%s]}'
            % (number, 40 + 10 * number, path)
        )
    return loaded('{"v":1,"version":1,%s"roads":[%s]}' % (before, ",".join(told)))


def found(policy, north_m, east_m, heading_deg=None):
    pieces = range(policy.lines.first[0], policy.corner_n - 1)
    starts = [policy.lines.first[line] for line in range(policy.roads.n)]
    ends = [policy.lines.first[line] + policy.lines.count[line] - 1 for line in range(len(starts))]
    pieces = [piece for piece in pieces if piece not in ends]
    return road_at(policy, pieces, *at(north_m, east_m), heading_deg)


def test_a_road_reaches_to_its_width_on_both_sides_and_beyond_its_ends():
    policy = roads(((0, 0), (1000, 0)))
    for east_m in (0, 20, 49, -49):
        assert found(policy, 500, east_m) == 0, east_m
    for east_m in (51, -51, 300):
        assert found(policy, 500, east_m) is None, east_m
    assert found(policy, 1049, 0) == found(policy, -49, 0) == 0
    assert found(policy, 1051, 0) is None and found(policy, -51, 0) is None


def test_the_nearest_of_two_roads_whichever_stands_first():
    near, far = ((0, 0), (1000, 0)), ((0, 60), (1000, 60))
    for lines in ((near, far), (far, near)):
        policy = roads(*lines)
        assert found(policy, 500, 25) == lines.index(near)
        assert found(policy, 500, 35) == lines.index(far)


def test_between_two_roads_there_is_none():
    """The corner after a road's last one is the next road's first: no road joins them."""
    policy = roads(((0, 0), (1000, 0)), ((1000, 2000), (0, 2000)))
    assert found(policy, 1000, 1000) is None
    bent = roads(((0, 0), (1000, 0), (1000, 1000)), ((0, 3000), (500, 3000)))
    assert found(bent, 1000, 500) == 0 and found(bent, 500, 0) == 0
    assert found(bent, 500, 2000) is None


def test_a_road_that_leads_to_the_north_east_is_not_one_to_the_south_east():
    policy = roads(((0, 0), (1000, 1000)), ((1000, 0), (0, 1000)))
    for heading, road in ((45, 0), (225, 0), (20, 0), (70, 0), (135, 1), (315, 1), (110, 1)):
        assert found(policy, 505, 495, heading) == road, heading


def test_the_limit_of_a_zone_holds_where_there_is_no_road_and_where_it_is_lower():
    zones = []
    for name, limit in (("slow", ',"limit_kmh":30'), ("fast", ',"limit_kmh":90'), ("flood", "")):
        kind = "flood" if name == "flood" else "speed"
        zones.append(
            '{"id":"%s","kind":"%s"%s,"circle":{"at":%s,"radius_m":100}}'
            % (name, kind, limit, place(0, 0))
        )
    policy = roads(((0, 0), (1000, 0)), before='"zones":[%s],' % ",".join(zones))
    slow, fast, flood = 0, 1, 2
    assert limit_at(policy, [], None) == (None, None)
    assert limit_at(policy, [], 0) == (40, "r0")
    assert limit_at(policy, [fast], None) == (90, "fast")
    assert limit_at(policy, [fast, slow], None) == (30, "slow")
    assert limit_at(policy, [slow, fast], None) == (30, "slow")
    assert limit_at(policy, [slow], 0) == (30, "slow")
    assert limit_at(policy, [fast], 0) == (40, "r0")
    assert limit_at(policy, [flood], None) == (None, None)
    assert limit_at(policy, [flood], 0) == (40, "r0")


def test_stops_stand_before_the_zones():
    stops = '"stops":[{"id":"a","at":%s},{"id":"b","at":%s}],' % (place(0, 0), place(500, 0))
    zone = '{"id":"%s","kind":"speed","limit_kmh":%d,"circle":{"at":%s,"radius_m":100}}'
    zones = ",".join([zone % (name, kmh, place(0, 0)) for name, kmh in (("x", 20), ("y", 30))])
    policy = roads(((0, 0), (1000, 0)), before=stops + '"zones":[%s],' % zones)
    assert limit_at(policy, [2], None) == (20, "x")
    assert limit_at(policy, [3], None) == (30, "y")

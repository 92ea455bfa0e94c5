"""The grid finds every item that may be at a position; fences at their edges; a new trip."""

from on_the_map import LON, METRE_E7, MORNING_MS, Ride
from packs import loaded

from firmware.policy.fences import contains, is_near
from firmware.policy.places import Places

# 13.0 to 13.09 N, 100.8 to 100.89 E: cells of about 310 m
SOUTH, WEST, WIDE = 130000000, 1008000000, 900000
METRE_EAST_E7 = 92.2  # of longitude there


def pack(**parts):
    lists = ",".join(['"%s":[%s]' % (part, ",".join(items)) for part, items in parts.items()])
    return loaded('{"v":1,"version":1,%s}' % lists)


def degrees(lat_e7, lon_e7):
    return "[%d.%07d,%d.%07d]" % (divmod(lat_e7, 10000000) + divmod(lon_e7, 10000000))


def circle(number, lat_e7, lon_e7, radius_m=20):
    told = '{"id":"c%d","kind":"flood","circle":{"at":%s,"radius_m":%d}}'
    return told % (number, degrees(lat_e7, lon_e7), radius_m)


def road(number, lat_e7, lon_e7, north, east):
    """100 m wide, beginning so many units on."""
    told = '{"id":"r%d","class":"town","width_m":100,"line":[%s,%s]}'
    line = degrees(lat_e7, lon_e7), degrees(lat_e7 + north, lon_e7 + east)
    return told % ((number,) + line)


def in_turn(n):
    """n positions all over the grid, its corners too, each at another offset in its cell."""
    places = [(0, 0), (0, WIDE), (WIDE, 0), (WIDE, WIDE)]
    places += [(at * 7919 * 97 % WIDE, at * 104729 * 31 % WIDE) for at in range(1, n - 3)]
    return [(SOUTH + north, WEST + east) for north, east in places]


def test_a_zone_is_found_up_to_its_very_edge():
    places = in_turn(30)
    policy = pack(zones=[circle(at, *place) for at, place in enumerate(places)])
    areas = policy.areas
    for area, (lat, lon) in enumerate(places):
        for place in (
            (lat, lon), (areas.south[area], lon), (areas.north[area], lon),
            (lat, areas.west[area]), (lat, areas.east[area]),
        ):  # fmt: skip
            assert area in list(policy.grid.at(*place)), (area, place)


def test_a_circle_is_found_as_far_as_its_radius_reaches():
    places = in_turn(30)
    policy = pack(zones=[circle(at, *place, 500) for at, place in enumerate(places)])
    up, aside = round(499 * METRE_E7), round(499 * METRE_EAST_E7)
    for area, (lat, lon) in enumerate(places):
        for n, e in ((up, 0), (-up, 0), (0, aside), (0, -aside)):
            assert contains(policy, area, lat + n, lon + e), (area, n, e)
            assert area in list(policy.grid.at(lat + n, lon + e)), (area, n, e)


def test_a_road_is_found_as_far_as_its_corridor_reaches():
    """Roads alone: no area widens the grid."""
    for north, east in ((40000, 0), (0, 40000), (-30000, 30000)):
        places = in_turn(30)
        policy = pack(roads=[road(at, *place, north, east) for at, place in enumerate(places)])
        up, aside = round(99 * METRE_E7), round(99 * METRE_EAST_E7)
        for number, (lat, lon) in enumerate(places):
            piece = policy.lines.first[number] - policy.grid.road_corner
            for corner in ((lat, lon), (lat + north, lon + east)):
                for n, e in ((0, 0), (up, 0), (-up, 0), (0, aside), (0, -aside)):
                    place = corner[0] + n, corner[1] + e
                    assert piece in list(policy.grid.at(*place)), (number, place)


def test_what_touches_32_cells_is_found_as_what_touches_more_or_fewer():
    corners = [circle(at, *place) for at, place in enumerate(in_turn(4))]
    cell = (WIDE + 1) // 32
    for columns, rows in ((31, 1), (32, 1), (17, 2)):
        west, south = WEST + cell // 2, SOUTH + 5 * cell + cell // 4
        east, north = west + (columns - 1) * cell, south + rows * cell // 2
        strip = '{"id":"strip","kind":"closed","polygon":[%s]}'
        places = (south, west), (south, east), (north, east), (north, west)
        strip %= ",".join([degrees(*place) for place in places])
        policy = pack(zones=corners + [strip])
        for place in places:
            assert 4 in list(policy.grid.at(*place)), (columns, rows, place)
        elsewhere = list(policy.grid.at(SOUTH, WEST))
        assert elsewhere == ([0] if rows == 1 else [0, 4]), "it stands in the list for all cells"


def test_a_circle_reaches_to_its_radius_and_its_neighbourhood_30_m_further():
    policy = pack(zones=[circle(1, SOUTH, WEST, 10000)])
    metre = 90.395  # here, right to 0.5 m of 10 km
    for metres, inside, near in (
        (9998, True, True), (10002, False, True), (10028, False, True), (10032, False, False),
    ):  # fmt: skip
        lat = SOUTH - round(metres * metre)
        assert contains(policy, 0, lat, WEST) == inside, metres
        assert is_near(policy, 0, lat, WEST, 30000) == near, metres


def test_far_inside_a_polygon_is_near_it():
    policy = loaded()
    assert is_near(policy, 3, 131000000, LON, 30000)
    assert not is_near(policy, 3, 131100000, LON, 30000)


def test_without_a_policy_the_route_of_the_one_before_is_forgotten():
    ride = Ride()
    assert ride.at(13.07).place.route == "in"
    ride.places = Places(None, {"geofence_edge_m": 30, "geofence_dwell_s": 10})
    s = ride.at(13.07)
    assert (s.place.route, s.place.next_stop, s.place.stops_done) == (None, None, ())


def test_a_new_trip_without_a_route_forgets_the_one_before():
    ride = Ride()
    ride.opens(13.08)
    s = ride.at(13.085, trip=2, utc_ms=MORNING_MS + 14 * 3600000)
    assert (s.place.route, s.place.next_stop, s.place.stops_done) == (None, None, ())
    assert (s.place.off_route_mm, s.place.next_stop_mm) == (None, None)


def test_a_parked_bus_is_off_no_route():
    ride = Ride()
    assert ride.at(13.07).place.off_route_mm == 0
    s = ride.at(13.07, phase="parked")
    assert (s.place.off_route_mm, s.place.next_stop_mm) == (None, None)


def test_only_the_trip_during_which_the_board_was_reset_is_resumed():
    ride = Ride(is_resumed=True)
    ride.at(13.07)
    ride.at(13.07, trip=2)
    ride.at(13.08)
    assert ride.at(13.085).place.stops_missed == ["a"]


def test_where_children_boarded_counts_for_the_next_trip_alone():
    ride = Ride(trip=0, phase="parked")
    ride.at(13.08, phase="boarding", front_door=True)
    ride.at(13.08, phase="driving", trip=1, front_door=False)
    s = ride.at(13.07, trip=2)
    assert (s.place.stops_done, s.place.next_stop) == ([], "a")


def test_an_unknown_hour_has_no_route_not_even_one_that_always_holds():
    policy = loaded(bus="bus-99")
    assert Ride(policy).at(13.07).place.route == "other"
    assert Ride(policy, utc_ms=None).at(13.07).place.route is None

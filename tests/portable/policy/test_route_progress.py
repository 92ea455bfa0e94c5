"""A route stop by stop, and how far the bus is from its line."""

from packs import at, loaded, place

from firmware.policy.route_progress import RouteProgress


def route(line=(), others=((), ())):
    """The route `mine`, between two others; each is a line of (north_m, east_m)."""
    named = ["a", "b", "c", "d"]
    told = ['{"id":"%s","at":%s}' % (name, place(1000 * n, 0)) for n, name in enumerate(named)]
    routes = []
    for name, path in (("before", others[0]), ("mine", line), ("after", others[1])):
        corners = ",".join([place(*corner) for corner in path])
        path = ',"line":[%s]' % corners if corners else ""
        served = {"before": "b", "after": "a"}.get(name)  # another last stop than mine
        ids = '"%s"' % served if served else ",".join(['"%s"' % stop for stop in named])
        routes.append('{"id":"%s","stops":[%s]%s}' % (name, ids, path))
    text = '{"v":1,"version":1,"stops":[%s],"routes":[%s]}' % (",".join(told), ",".join(routes))
    return loaded(text)


def begin(is_resumed=False):
    return RouteProgress(route(), 1, is_resumed)


def test_what_was_served_early_is_passed_over_when_its_turn_comes():
    trip = begin()
    trip.serve(1)
    assert (trip.odd, trip.names[trip.next]) == ([("b", "a")], "a")
    trip.serve(0)
    assert (trip.odd, trip.names[trip.next], trip.missed) == ([("b", "a")], "c", [])
    trip.serve(2)
    trip.serve(3)
    assert trip.next is None and trip.done == ["b", "a", "c", "d"] and trip.missed == []


def test_two_that_were_served_early_are_passed_over_as_well():
    trip = begin()
    for stop in (1, 2, 0):
        trip.serve(stop)
    assert trip.names[trip.next] == "d"
    assert trip.odd == [("b", "a"), ("c", "a")]


def test_after_a_reset_only_the_first_stop_is_taken_as_it_comes():
    trip = begin(is_resumed=True)
    trip.serve(1)
    assert (trip.odd, trip.names[trip.next]) == ([], "c")
    trip.serve(3)
    assert trip.odd == [("d", "c")] and trip.missed == ["c"]


def test_after_a_reset_a_stop_is_missed_only_once_one_was_served():
    trip = begin(is_resumed=True)
    trip.at(0)
    trip.at(None)
    assert trip.missed == []
    trip.serve(0)
    trip.at(1)
    trip.at(None)
    assert trip.missed == ["b"] and trip.names[trip.next] == "c"


def path(east_m):
    """Ten pieces of 300 m to the north."""
    return [(300 * n, east_m) for n in range(11)]


def test_along_the_whole_line_the_bus_is_on_it():
    policy = route(line=path(0), others=(path(-400), path(400)))
    trip = RouteProgress(policy, 1, False)
    for north_m in range(0, 3001, 50):
        assert abs(trip.off_mm(*at(north_m, 30)) - 30000) < 100, north_m
    for north_m in range(3000, -1, -150):
        assert trip.off_mm(*at(north_m, 0)) < 100, north_m


def test_on_the_line_of_another_route_it_is_off_its_own_wherever_it_was_before():
    policy = route(line=path(0), others=(path(-400), path(400)))
    for was_m in range(0, 3001, 300):
        for east_m in (-400, 400):
            for north_m in range(0, 3001, 300):
                trip = RouteProgress(policy, 1, False)
                trip.off_mm(*at(was_m, 0))
                off_mm = trip.off_mm(*at(north_m, east_m))
                assert abs(off_mm - 400000) < 400, (was_m, east_m, north_m)


def test_the_ends_of_two_lines_are_not_joined():
    policy = route(line=path(0), others=(path(-4000), path(4000)))
    for north_m, east_m in ((2400, 800), (600, -800)):
        trip = RouteProgress(policy, 1, False)
        trip.off_mm(*at(north_m, 0))
        assert trip.off_mm(*at(north_m, east_m)) > 750000


def test_a_route_without_a_line_has_no_distance():
    assert RouteProgress(route(), 1, False).off_mm(*at(0, 0)) is None


def test_the_end_of_a_line_is_not_joined_to_its_beginning():
    for corners in (3, 11):
        step = 3000 // (corners // 2)
        bend = [(north, 0) for north in range(0, 3001, step)]
        bend += [(3000, east) for east in range(step, 3001, step)]
        trip = RouteProgress(route(line=bend), 1, False)
        trip.off_mm(*at(0, 0))
        assert abs(trip.off_mm(*at(1500, 1500)) - 1500000) < 2000

"""Places: what a position means under a policy, second by second."""

from on_the_map import LON, METRE_E7, MORNING_MS, RULES, Ride
from packs import loaded
from parts import get, snapshot

from firmware.policy.fences import Fences
from firmware.policy.limits import _unit
from firmware.policy.places import Places


def test_without_a_policy_nothing_is_known():
    s = snapshot(lat_e7=130900000, lon_e7=LON, fix_new=True)
    Places(None, RULES).update(s)
    assert (
        s.place.policy,
        s.place.limit_kmh,
        s.place.zones,
        s.place.stop,
        s.place.at_stop,
        s.place.route,
    ) == (None,) * 6
    assert s.place.stops_done == ()


def test_an_unknown_position_is_none_and_comes_back():
    ride = Ride()
    s = ride.at(13.09, 11)
    assert (s.place.limit_kmh, s.place.stop, s.place.at_stop, s.place.route) == (
        60,
        "b",
        True,
        "in",
    )
    s = ride.at(None)
    for name in ("limit_kmh", "limit_of", "zones", "at_stop", "stop", "at_school",
                 "next_stop_mm", "off_route_mm"):  # fmt: skip
        assert get(s, name) is None, name
    assert s.place.policy == ride.policy.hash and s.place.route == "in" and s.place.next_stop == "a"
    assert ride.at(13.09).place.stop == "b"


def test_a_tick_without_a_fix_changes_nothing():
    ride = Ride()
    ride.at(13.09)
    ride.s.gnss.lat_e7 = 131000000
    ride.s.gnss.fix_new = False
    ride.places.update(ride.s)
    assert ride.s.place.stop == "b"


def test_the_limit_is_the_roads_or_the_lower_one_of_the_zones():
    ride = Ride()
    s = ride.at(13.095, heading_deg=0)
    assert (s.place.limit_kmh, s.place.limit_of) == (60, "r1")
    s = ride.at(13.0995, heading_deg=180)
    assert (s.place.limit_kmh, s.place.limit_of) == (30, "z1")
    s = ride.at(13.2)
    assert (s.place.limit_kmh, s.place.limit_of) == (None, None)


def test_at_a_crossing_the_road_that_leads_where_the_bus_goes():
    ride = Ride()
    for heading, road in ((0, "r1"), (180, "r1"), (90, "r2"), (270, "r2"), (30, "r1"), (120, "r2")):
        assert ride.at(13.09, heading_deg=heading).place.limit_of == road, heading
    assert ride.at(13.0901, heading_deg=None).place.limit_of == "r1"
    assert ride.at(13.095, heading_deg=90).place.limit_of is None


def test_directions_right_to_eight_degrees():
    for heading, wanted in ((0, (100, 0)), (90, (0, 100)), (180, (-100, 0)), (270, (0, -100)),
                            (45, (71, 71)), (225, (-71, -71)), (359, (100, 0))):  # fmt: skip
        assert _unit(heading) == wanted, heading


def test_a_school_zone_holds_in_its_hours_and_when_the_time_is_unknown():
    for utc_ms, limit in (
        (MORNING_MS, 30), (MORNING_MS - 1000 * 60, 60), (MORNING_MS + 7200000 - 60000, 30),
        (MORNING_MS + 7200000, 60), (MORNING_MS + 5 * 86400000, 60), (None, 30),
    ):  # fmt: skip
        assert Ride(utc_ms=utc_ms).at(13.0995, heading_deg=0).place.limit_kmh == limit, utc_ms


def test_a_zone_is_entered_after_10_s_and_left_30_m_outside_after_10_s():
    ride = Ride()
    at, edge = 13.099 + 1e-5, 13.099
    assert ride.at(at, 10).place.zones == []
    assert ride.at(at, 1).place.zones == [("school", "z1")]
    assert ride.at(edge - 29 * METRE_E7 / 1e7, 60).place.zones == [("school", "z1")]
    assert ride.at(edge - 31 * METRE_E7 / 1e7, 10).place.zones == [("school", "z1")]
    assert ride.at(edge - 29 * METRE_E7 / 1e7, 1).place.zones == [("school", "z1")]
    assert ride.at(edge - 31 * METRE_E7 / 1e7, 10).place.zones == [("school", "z1")]
    assert ride.at(edge - 31 * METRE_E7 / 1e7, 1).place.zones == []


def test_a_short_visit_enters_nothing():
    ride = Ride()
    for _ in range(5):
        assert ride.at(13.0995, 9).place.zones == []
        assert ride.at(13.0985, 1).place.zones == []


def test_leaving_is_forgotten_by_coming_back_in():
    ride = Ride()
    ride.at(13.0995, 11)
    ride.at(13.098, 9)
    ride.at(13.0995, 1)
    assert ride.at(13.098, 10).place.zones == [("school", "z1")]
    assert ride.at(13.098, 1).place.zones == []


def test_a_zone_whose_hours_end_is_left():
    ride = Ride()
    ride.at(13.0995, 11)
    s = ride.at(13.0995, 11, utc_ms=MORNING_MS + 7200000)
    assert s.place.limit_kmh == 60
    assert Ride(utc_ms=MORNING_MS).at(13.085, 11, lon=1008900000).place.zones == [("flood", "z2")]


def test_fences_know_several_zones():
    fences = Fences(loaded(), 30000, 0)
    fences.update(0, 130995000, LON, [3, 4])
    assert fences.entered == [3, 4]
    fences.update(1000, 130995000, LON, [3])
    assert fences.entered == [3]


def test_a_stop_is_left_30_m_outside_its_circle():
    ride = Ride()
    edge = 13.08 + 50 * METRE_E7 / 1e7
    assert ride.at(edge + 10 * METRE_E7 / 1e7).place.stop is None
    assert ride.at(13.08).place.stop == "a"
    assert ride.at(edge + 29 * METRE_E7 / 1e7).place.stop == "a"
    s = ride.at(edge + 31 * METRE_E7 / 1e7)
    assert (s.place.stop, s.place.at_stop) == (None, False)


def test_a_policy_without_stops_knows_no_stop():
    ride = Ride(loaded('{"v":1,"version":1}'))
    s = ride.at(13.08)
    assert (s.place.at_stop, s.place.stop, s.place.at_school, s.place.route) == (
        None,
        None,
        False,
        None,
    )


def test_a_route_from_stop_to_stop():
    ride = Ride()
    s = ride.at(13.07)
    assert (s.place.route, s.place.next_stop, s.place.off_route_mm) == ("in", "a", 0)
    assert abs(s.place.next_stop_mm - 1106300) < 2000
    s = ride.opens(13.08)
    assert (s.place.stops_done, s.place.next_stop, s.place.stops_missed) == (["a"], "b", [])
    s = ride.opens(13.08)
    assert s.place.stops_done == ["a"]
    ride.at(13.085)
    s = ride.opens(13.09)
    assert (s.place.stops_done, s.place.next_stop, s.place.at_school) == (
        ["a", "b"],
        "school",
        False,
    )
    s = ride.opens(13.10)
    assert (s.place.stops_done, s.place.next_stop, s.place.at_school) == (
        ["a", "b", "school"],
        None,
        True,
    )
    s = ride.at(13.105)
    assert (s.place.stops_missed, s.place.stops_odd, s.place.next_stop_mm) == ([], [], None)


def test_a_door_at_a_stop_while_driving_serves_nothing():
    ride = Ride()
    assert ride.at(13.08, front_door=True).place.stops_done == []


def test_driving_past_the_next_stop_misses_it():
    ride = Ride()
    ride.at(13.08)
    assert ride.s.place.stops_missed == []
    s = ride.at(13.082)
    assert (s.place.stops_missed, s.place.next_stop) == (["a"], "b")
    ride.at(13.10)  # not the next stop, so not missed
    s = ride.at(13.105)
    assert (s.place.stops_missed, s.place.next_stop) == (["a"], "b")


def test_a_trip_that_begins_where_they_boarded_has_served_that_stop():
    ride = Ride(trip=0, phase="parked")
    ride.at(13.08, phase="boarding", front_door=True)
    ride.at(13.08, front_door=False)
    s = ride.at(13.08, phase="driving", trip=1)
    assert (s.place.stops_done, s.place.next_stop) == (["a"], "b")
    assert ride.at(13.085).place.stops_missed == []
    ride = Ride(trip=0, phase="parked")
    ride.at(13.08, phase="boarding", front_door=True)
    ride.at(13.08, phase="parked", front_door=False)
    assert ride.at(13.08, phase="driving", trip=1).place.stops_done == []
    ride = Ride(trip=0, phase="parked")
    ride.at(13.09, phase="boarding", front_door=True)
    s = ride.at(13.09, phase="driving", trip=1)
    assert (s.place.stops_done, s.place.stops_odd) == ([], []), "not where the route begins"


def test_the_last_stop_before_the_others_misses_them():
    ride = Ride()
    ride.at(13.07)
    s = ride.opens(13.10)
    assert s.place.stops_done == ["school"]
    assert s.place.stops_odd == [("school", "a")]
    assert (s.place.stops_missed, s.place.next_stop) == (["a", "b"], None)


def test_a_stop_out_of_order_and_then_the_one_before():
    ride = Ride()
    ride.at(13.07)
    s = ride.opens(13.09)
    assert (s.place.stops_odd, s.place.next_stop) == ([("b", "a")], "a")
    ride.at(13.085)
    s = ride.opens(13.08)
    assert (s.place.stops_odd, s.place.next_stop, s.place.stops_done) == (
        [("b", "a")],
        "school",
        ["b", "a"],
    )


def test_after_a_reset_the_first_stop_served_is_the_next():
    ride = Ride(is_resumed=True)
    ride.at(13.08)
    ride.at(13.085)
    s = ride.opens(13.09)
    assert (s.place.stops_missed, s.place.stops_odd, s.place.next_stop) == ([], [], "school")
    ride = Ride(is_resumed=True, phase="parked")
    ride.at(13.07)
    ride.at(13.08, phase="driving")
    assert ride.at(13.085).place.stops_missed == ["a"]


def test_the_route_follows_the_hour_the_bus_and_the_trip():
    assert Ride(utc_ms=MORNING_MS + 8 * 3600000).at(13.07).place.route == "out"
    assert Ride(utc_ms=MORNING_MS + 14 * 3600000).at(13.07).place.route is None
    assert Ride(utc_ms=None).at(13.07).place.route is None
    assert Ride(phase="boarding").at(13.07).place.route is None
    ride = Ride()
    ride.at(13.07)
    assert ride.at(13.07, utc_ms=MORNING_MS + 8 * 3600000).place.route == "in"
    s = ride.at(13.07, trip=2)
    assert (s.place.route, s.place.next_stop, s.place.off_route_mm) == ("out", "school", None)
    s = ride.at(13.07, phase="parked")
    assert (s.place.route, s.place.next_stop, s.place.stops_done) == (None, None, ())


def test_the_school_where_a_route_begins_is_not_where_it_ends():
    assert Ride(utc_ms=MORNING_MS + 8 * 3600000).at(13.10).place.at_school is False
    assert Ride(utc_ms=None).at(13.10).place.at_school is True


def test_how_far_off_the_route():
    ride = Ride()
    ride.at(13.075)
    s = ride.at(13.085, lon=LON + 20000)
    assert abs(s.place.off_route_mm - 216900) < 300

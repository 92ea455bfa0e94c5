"""Thresholds that no table of test_settings.py can test: each at two other values."""

from bus_bench import Bench
from packs import at, loaded, place
from parts import Nvs, snapshot
from watch import CONFIG, MINUTE, Watch, kmh, tuned

from firmware.policy.places import Places
from firmware.rules.child_standing import ChildStanding
from firmware.rules.expander_reset import ExpanderReset
from firmware.rules.gnss_jump import GnssJump
from firmware.rules.heat import Heat
from firmware.rules.off_route import OffRoute
from firmware.rules.overspeed import Overspeed
from firmware.rules.supply import Supply
from firmware.trip.driving_hours import DrivingHours

HERE = {"lat_e7": 130827000, "lon_e7": 1008833000, "sats": 10}
NOWHERE = {"lat_e7": None, "lon_e7": None, "speed_mms": None}
DRIVES = {"phase": "driving", "speed_mms": kmh(40)}
AT_SCHOOL = {"phase": "boarding", "at_school": True, "stop": "school", "speed_mms": 0,
             "front_door": True, "route": "r", "sitting": [3]}  # fmt: skip
HOT = {"ignition_off_ms": 3600000, "sitting": [1], "taken": [1]}

ZONE = """{"v": 1, "version": 1, "name": "zone", "utc_offset_min": 420, "zones": [
 {"id": "z", "kind": "flood", "circle": {"at": %s, "radius_m": 100}}]}""" % place(0, 0)


def test_when_the_supply_is_cut():
    for cut_mv in (3000, 9000):
        config = dict(CONFIG, supply_low_mv=2000, supply_cut_mv=cut_mv)
        watch = Watch(Supply, config, supply_mv=cut_mv)
        assert watch.sees(5 * MINUTE) == []
        told = watch.sees(5 * MINUTE, supply_mv=cut_mv - 1)
        assert [state for state, _ in told[:1]] == ["raised"]


def test_the_margin_on_a_limit_of_the_policy():
    for margin in (0, 10):
        watch = tuned(Overspeed, "overspeed_margin_kmh", margin, limit_kmh=50, limit_of="r")
        limit = (50 + margin) * 10000 // 36
        assert watch.sees(MINUTE, speed_mms=limit) == []
        assert watch.states(10100, speed_mms=limit + 1) == ["raised"]


def test_how_long_the_dlt_waits():
    for dlt_s in (30, 300):
        watch = tuned(Overspeed, "overspeed_dlt_s", dlt_s, speed_mms=kmh(95))
        assert watch.states(dlt_s * 1000) == ["raised"]
        assert watch.states() == ["updated"]


def standing(**rules):
    watch = Watch(ChildStanding, dict(CONFIG, **rules), taken=[3, 7], **DRIVES)
    watch.sees()
    watch.s.seats.changes += 1
    return watch


def test_when_a_child_stands():
    for held_s in (1, 20):
        watch = standing(standing_s=held_s)
        assert watch.sees(held_s * 1000, taken=[3]) == []
        assert watch.states() == ["raised"]
    for limit_kmh in (5, 50):
        watch = standing(standing_kmh=limit_kmh)
        assert watch.sees(MINUTE, taken=[3], speed_mms=kmh(limit_kmh)) == []
        assert watch.states(3100, speed_mms=kmh(limit_kmh) + 1) == ["raised"]


def test_what_is_a_jump():
    for limit_kmh in (120, 400):
        for more, told in ((-20, []), (20, ["raised"])):
            watch = tuned(GnssJump, "gnss_jump_kmh", limit_kmh, fix_new=True, **HERE)
            watch.sees()
            watch.now_ms = 10000
            way_m = 200 + limit_kmh * 10000 // 3600 + more
            assert watch.states(lat_e7=HERE["lat_e7"] + way_m * 904 // 10) == told, limit_kmh


def test_when_an_expander_is_calm():
    for calm_s in (60, 1200):
        watch = tuned(ExpanderReset, "expander_calm_s", calm_s, chip_resets=[0])
        watch.sees()
        assert watch.states(chip_resets=[1]) == ["raised"]
        assert watch.sees(calm_s * 1000 - 100) == []
        assert watch.states() == ["cleared"]


def test_what_is_a_break():
    for rest_min in (10, 100):
        for rests_min, goes_on in ((rest_min - 1, True), (rest_min + 1, False)):
            driven = DrivingHours(Nvs(), dict(CONFIG, rest_min=rest_min))
            s = snapshot(phase="driving", speed_mms=kmh(40), ignition_off_ms=None)
            for minutes, phase, speed_mms in ((20, "driving", kmh(40)), (rests_min, "parked", 0),
                                              (2, "driving", kmh(40))):  # fmt: skip
                s.trip.phase, s.gnss.speed_mms = phase, speed_mms
                s.trip.ignition_off_ms = None if phase == "driving" else 0
                for _ in range(minutes * 60):
                    s.now_ms += 1000
                    driven.update(s)
            assert (s.trip.driven_min >= 20) == goes_on, (rest_min, rests_min)


def test_heat_how_far_ahead_how_soon_and_from_where():
    def heat(off_min, **rules):
        watch = Watch(Heat, dict(CONFIG, **rules), sitting=[1], taken=[1],
                      ignition_off_ms=off_min * MINUTE, alone_ms=off_min * MINUTE)  # fmt: skip
        watch.sees(2000)
        return [data["level"] for _, data in watch.sees()]

    assert heat(1, heat_after_s=60) == ["ahead"] and heat(1, heat_after_s=90) == []
    assert heat(4, heat_ahead_min=0) == [] and heat(4, heat_ahead_min=10) == ["ahead"]
    assert heat(4, heat_start_c=40) == ["now"] and heat(4, heat_start_c=5) == []


def test_when_a_press_of_the_button_is_too_soon():
    for walk_s in (3, 30):
        for after_ms, told in ((walk_s * 1000 - 1000, ["raised"]), (walk_s * 1000 + 1000, [])):
            bench = Bench()
            bench.config["rules"]["check_walk_s"] = walk_s
            bench.start()
            bench.parks_with(1)
            bench.waits(after_ms - 1000)
            bench.presses()
            assert bench.told("check_too_soon") == told, (walk_s, after_ms)


def test_how_near_and_how_long_is_back():
    for edge_m, dwell_s in ((5, 0), (100, 60)):
        watch = Watch(
            OffRoute, dict(CONFIG, geofence_edge_m=edge_m, geofence_dwell_s=dwell_s),
            off_route_mm=300000, **dict(DRIVES, **HERE),
        )  # fmt: skip
        watch.sees(MINUTE + 100)
        assert watch.sees(5 * MINUTE, off_route_mm=(200 - edge_m) * 1000 + 1) == []
        if dwell_s:
            assert watch.sees(dwell_s * 1000, off_route_mm=(200 - edge_m) * 1000) == []
        assert watch.states(100, off_route_mm=(200 - edge_m) * 1000) == ["cleared"]


def test_how_far_and_how_long_a_zone_is_left():
    """A circle of 100 m around a place, left to the north."""
    for edge_m, dwell_s in ((5, 0), (100, 60)):
        zones = Zones(geofence_edge_m=edge_m, geofence_dwell_s=dwell_s)
        least = max(dwell_s, 2)  # three positions have to agree
        assert zones.at(0, least) == 0
        assert zones.at(0, 1) == 1, "and it is entered after as long"
        assert zones.at(99 + edge_m, 200) == 1
        assert zones.at(102 + edge_m, least) == 1
        assert zones.at(102 + edge_m, 1) == 0


class Zones:
    def __init__(self, **rules):
        self.places = Places(loaded(ZONE), dict(CONFIG, **rules))
        self.s = snapshot(phase="driving", clock="gnss")

    def at(self, north_m, seconds):
        """-> in how many the bus is after so long there."""
        self.s.gnss.lat_e7, self.s.gnss.lon_e7 = at(north_m, 0)
        for _ in range(seconds):
            self.s.now_ms += 1000
            self.s.gnss.fix_new = True
            self.places.update(self.s)
        return len(self.s.place.zones)

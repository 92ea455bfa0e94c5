"""Each threshold is what its setting says: at two other values one below, at and above it.

Beside test_rules_tuned.py, for what a table can say: a reading that is held for so long, and a
reading at its limit.
"""

from bench import Bench
from packs import at, loaded, place
from parts import Nvs, snapshot
from watch import CONFIG, MINUTE, Watch, kmh

from firmware.config.settings import of_rules
from firmware.policy.places import Places
from firmware.rules.arrival_notice import ArrivalNotice
from firmware.rules.belt_off import BeltOff
from firmware.rules.child_standing import ChildStanding
from firmware.rules.crash import Crash
from firmware.rules.door_off_stop import DoorOffStop
from firmware.rules.door_open_moving import DoorOpenMoving
from firmware.rules.driver_hours import DriverHours
from firmware.rules.expander_reset import ExpanderReset
from firmware.rules.gnss_jammed import GnssJammed
from firmware.rules.gnss_jump import GnssJump
from firmware.rules.gnss_lost import GnssLost
from firmware.rules.harsh_driving import HarshDriving
from firmware.rules.heat import Heat
from firmware.rules.idling import Idling
from firmware.rules.off_route import OffRoute
from firmware.rules.overspeed import Overspeed
from firmware.rules.parked_movement import ParkedMovement
from firmware.rules.seats_mismatch import SeatsMismatch
from firmware.rules.sensor_silent import SensorSilent
from firmware.rules.sensor_stuck import SensorStuck
from firmware.rules.sos import Sos
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

# setting: rule, ms of one of it, two values, what goes before (for a minute), what is held
HELD = {
    "overspeed_s": (Overspeed, 1000, (0, 31), DRIVES, {"speed_mms": kmh(95)}),
    "door_open_s": (DoorOpenMoving, 1000, (0, 7), {"speed_mms": kmh(20), "front_door": False},
                    {"front_door": True}),
    "belt_s": (BeltOff, 1000, (0, 33), DRIVES, {"unbelted": [3]}),
    "sensor_silent_s": (SensorSilent, 1000, (1, 9), {"silent": [], "sensors": ["gnss"]},
                        {"silent": ["gnss"]}),
    "off_route_s": (OffRoute, 1000, (10, 100), dict(DRIVES, off_route_mm=0, **HERE),
                    {"off_route_mm": 900000}),
    "door_off_stop_s": (DoorOffStop, 1000, (0, 9),
                        {"phase": "boarding", "at_stop": False, "front_door": False},
                        {"front_door": True}),
    "mismatch_s": (SeatsMismatch, 1000, (0, 9), AT_SCHOOL, {"front_door": False}),
    "harsh_ms": (HarshDriving, 1, (100, 900), DRIVES, {"accel_mms2": -6000}),
    "parked_movement_s": (ParkedMovement, 1000, (0, 9), {"phase": "parked", "ignition_off_ms": 9},
                          {"sitting": [3]}),
    "sos_s": (Sos, 1000, (1, 6), {"sos_button": False}, {"sos_button": True}),
    "idling_s": (Idling, 1000, (60, 200), dict(DRIVES, ignition=True), {"speed_mms": 0}),
    "supply_low_s": (Supply, 1000, (10, 100), {"supply_mv": 12600}, {"supply_mv": 11000}),
    "supply_cut_s": (Supply, 1000, (0, 8), {"supply_mv": 12600}, {"supply_mv": 5000}),
    "gnss_lost_s": (GnssLost, 1000, (10, 100), HERE, NOWHERE),
    "gnss_jammed_s": (GnssJammed, 1000, (5, 44), dict(HERE, speed_mms=0), NOWHERE),
    "stuck_h": (SensorStuck, 3600000, (1, 2), {}, {"taken": [3], "seat_changes": 2}),
}  # fmt: skip

# setting: rule, two values, the same for each tick, and name and value of the reading that is
# the last one without an event
LIMITS = {
    "overspeed_kmh": (Overspeed, (30, 110), DRIVES, "speed_mms", kmh, 1),
    "door_open_kmh": (DoorOpenMoving, (1, 15), {"front_door": True}, "speed_mms", kmh, 1),
    "belt_kmh": (BeltOff, (5, 50), dict(DRIVES, unbelted=[3]), "speed_mms", kmh, 1),
    "off_route_m": (OffRoute, (150, 900), dict(DRIVES, **HERE), "off_route_mm",
                    lambda m: m * 1000, 1),
    "arrival_m": (ArrivalNotice, (100, 900), dict(DRIVES, next_stop="a", trip=1), "next_stop_mm",
                  lambda m: m * 1000 + 1, -1),
    "harsh_cms2": (HarshDriving, (300, 900), DRIVES, "accel_mms2", lambda c: c * 10 - 1, 1),
    "corner_cms2": (HarshDriving, (300, 900), DRIVES, "lateral_mms2", lambda c: c * 10 - 1, 1),
    "crash_mg": (Crash, (1000, 6000), DRIVES, "shock_mg", lambda mg: mg - 1, 1),
    "supply_low_mv": (Supply, (10000, 23000), {}, "supply_mv", lambda mv: mv, -1),
    "heat_c": (Heat, (30, 45), HOT, "cabin_c10", lambda c: c * 10 - 1, 1),
    "drive_run_min": (DriverHours, (30, 300), {}, "driven_min", lambda n: n - 1, 1),
    "drive_day_min": (DriverHours, (60, 600), {}, "driven_day_min", lambda n: n - 1, 1),
}  # fmt: skip

ELSEWHERE = {
    "disabled": "test_engine.py, test_bus.py",
    "left_behind_profile": "test_rules.py",
    "overspeed_end_kmh": "test_rules_tuned.py",
    "calm_s": "test_rules_tuned.py",
    "emergency_door_s": "test_rules_tuned.py",
    "crash_stop_cms2": "test_sudden_stop.py",
    "crash_stand_s": "test_sudden_stop.py",
    "crash_end_s": "test_rules_tuned.py",
    "boarding_s": "test_boarding.py",
    "boarding_door_s": "test_boarding.py",
    "heat_end_c": "test_rules_tuned.py",
    "supply_end_mv": "test_rules_tuned.py",
    "flaps": "test_rules_tuned.py",
    "flap_window_s": "test_rules_tuned.py",
    "button_stuck_s": "test_rules_tuned.py",
}
BELOW = (
    "check_walk_s", "supply_cut_mv", "geofence_edge_m", "geofence_dwell_s", "overspeed_margin_kmh",
    "overspeed_dlt_s", "standing_kmh", "standing_s", "gnss_jump_kmh", "expander_calm_s",
    "rest_min", "heat_ahead_min", "heat_after_s", "heat_start_c",
)  # fmt: skip


def test_every_setting_has_its_place():
    known = set(HELD) | set(LIMITS) | set(ELSEWHERE) | set(BELOW)
    settings = of_rules()
    for name in settings:
        assert name in known, (
            name + ": test it at two values, in this file or in another named here"
        )
    assert known == set(settings)
    for table in (HELD, LIMITS):
        for name, row in table.items():
            values = row[2] if table is HELD else row[1]
            for value in values:
                assert settings[name].accepts(value), name
                assert value != settings[name].default, name


def tuned(rule, name, value, **readings):
    return Watch(rule, dict(CONFIG, **{name: value}), **readings)


def test_what_is_held_for_as_long_as_the_setting_says():
    for name, (rule, unit_ms, values, before, held) in HELD.items():
        for value in values:
            watch = tuned(rule, name, value, **before)
            assert watch.sees(MINUTE) == [], name
            ms = value * unit_ms
            if ms:
                assert watch.sees(ms, **held) == [], (name, value)
            assert watch.states(100, **held) == ["raised"], (name, value)


def test_limits_at_what_the_setting_says():
    for name, (rule, values, readings, reading, last, beyond) in LIMITS.items():
        for value in values:
            watch = tuned(rule, name, value, **readings)
            assert watch.sees(5 * MINUTE, **{reading: last(value)}) == [], (name, value)
            told = watch.sees(5 * MINUTE, **{reading: last(value) + beyond})
            assert [state for state, _ in told[:1]] == ["raised"], (name, value)


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
        watch = tuned(ExpanderReset, "expander_calm_s", calm_s, expander_resets=[0])
        watch.sees()
        assert watch.states(expander_resets=[1]) == ["raised"]
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
            bench.parks_with()
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
        assert zones.at(0, dwell_s + 1) == 1, "and it is entered after as long"
        assert zones.at(99 + edge_m, 200) == 1
        assert zones.at(102 + edge_m, dwell_s or 1) == (1 if dwell_s else 0)
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

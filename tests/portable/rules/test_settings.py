"""Each threshold is what its setting says: at two other values one below, at and above it.

Beside test_tuned.py, for what a table can say: a reading that is held for so long, and a
reading at its limit.
"""

from packs import place
from watch import MINUTE, kmh, tuned

from firmware.config.rule_settings import of_rules
from firmware.rules.arrival_notice import ArrivalNotice
from firmware.rules.belt_off import BeltOff
from firmware.rules.crash import Crash
from firmware.rules.door_off_stop import DoorOffStop
from firmware.rules.door_open_moving import DoorOpenMoving
from firmware.rules.driver_hours import DriverHours
from firmware.rules.gnss_jammed import GnssJammed
from firmware.rules.gnss_lost import GnssLost
from firmware.rules.harsh_driving import HarshDriving
from firmware.rules.heat import Heat
from firmware.rules.idling import Idling
from firmware.rules.monthly_test_overdue import MonthlyTestOverdue
from firmware.rules.off_route import OffRoute
from firmware.rules.overspeed import Overspeed
from firmware.rules.parked_movement import ParkedMovement
from firmware.rules.seats_mismatch import SeatsMismatch
from firmware.rules.sensor_silent import SensorSilent
from firmware.rules.sensor_stuck import SensorStuck
from firmware.rules.sos import Sos
from firmware.rules.supply import Supply

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
    "test_days": (MonthlyTestOverdue, (7, 90), {}, "sos_idle_days", lambda n: n, 1),
    "drive_day_min": (DriverHours, (60, 600), {}, "driven_day_min", lambda n: n - 1, 1),
}  # fmt: skip

ELSEWHERE = {
    "disabled": "test_engine.py, test_bus.py",
    "left_behind_profile": "test_child_left_behind.py",
    "overspeed_end_kmh": "test_tuned.py",
    "calm_s": "test_tuned.py",
    "emergency_door_s": "test_tuned.py",
    "crash_stop_cms2": "test_sudden_stop.py",
    "crash_stand_s": "test_sudden_stop.py",
    "crash_end_s": "test_tuned.py",
    "boarding_s": "test_boarding.py",
    "rocking_mg": "test_parked_rocking.py",
    "rocking_bouts": "test_parked_rocking.py",
    "presence_hold_s": "test_presence.py",
    "presence_window_s": "test_presence.py",
    "presence_prompt_s": "test_parked_movement.py, test_presence.py",
    "boarding_door_s": "test_boarding.py",
    "heat_end_c": "test_tuned.py",
    "supply_end_mv": "test_tuned.py",
    "flaps": "test_tuned.py",
    "flap_window_s": "test_tuned.py",
    "button_stuck_s": "test_tuned.py",
    "check_walk_s": "test_settings_one_by_one.py",
    "supply_cut_mv": "test_settings_one_by_one.py",
    "geofence_edge_m": "test_settings_one_by_one.py",
    "geofence_dwell_s": "test_settings_one_by_one.py",
    "overspeed_margin_kmh": "test_settings_one_by_one.py",
    "overspeed_dlt_s": "test_settings_one_by_one.py",
    "standing_kmh": "test_settings_one_by_one.py",
    "standing_s": "test_settings_one_by_one.py",
    "gnss_jump_kmh": "test_settings_one_by_one.py",
    "expander_calm_s": "test_settings_one_by_one.py",
    "rest_min": "test_settings_one_by_one.py",
    "heat_ahead_min": "test_settings_one_by_one.py",
    "heat_after_s": "test_settings_one_by_one.py",
    "heat_start_c": "test_settings_one_by_one.py",
}


def test_every_setting_has_its_place():
    known = set(HELD) | set(LIMITS) | set(ELSEWHERE)
    settings = of_rules()
    for name in settings:
        assert name in known, name + ": add it to HELD or LIMITS, or to ELSEWHERE with its test"
    assert known == set(settings)
    for table in (HELD, LIMITS):
        for name, row in table.items():
            values = row[2] if table is HELD else row[1]
            for value in values:
                assert settings[name].accepts(value), name
                assert value != settings[name].default, name


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

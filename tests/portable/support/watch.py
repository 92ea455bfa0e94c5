"""One rule under watch: hand-set or random readings, ten times a second."""

from parts import put, snapshot

from firmware.config.load import defaults

CONFIG = defaults()["rules"]
MINUTE = 60000


def kmh(speed):
    return speed * 10000 // 36


class Watch:
    """One rule fed with hand-set readings ten times a second."""

    def __init__(self, rule, config=CONFIG, **readings):
        self.rule = rule(config)
        self.s = snapshot(**_alone(readings))
        self.now_ms = 0
        self.events = []

    def sees(self, ms=100, **readings):
        """-> the events of this time, as (state, data)."""
        for name, value in _alone(readings).items():
            put(self.s, name, value)
        before = len(self.events)
        for _ in range(ms // 100):
            self.s.now_ms = self.now_ms
            event = self.rule.judge(self.s)
            if event is not None:
                self.events.append(event)
            self.now_ms += 100
        return [(event.state, dict(event.data)) for event in self.events[before:]]

    def states(self, ms=100, **readings):
        return [state for state, _ in self.sees(ms, **readings)]


def tuned(rule, name, value, **readings):
    """Watch of a rule with one setting that is not at its default."""
    return Watch(rule, dict(CONFIG, **{name: value}), **readings)


def _alone(readings):
    """As trip.py has it where nobody boards with the engine off."""
    if "ignition_off_ms" in readings and "alone_ms" not in readings:
        return dict(readings, alone_ms=readings["ignition_off_ms"])
    return readings


_MAYBE = (None, True, False)
_METRES = (None, 0, 29999, 30001, 199999, 200001, 499999, 500001, 5000000)
_ACCEL = (None, -20000, -4401, -4399, 0, 4399, 4401, 5501, 20000)
_SEATS = "seats"  # a list of seat numbers, drawn beside the others
SEATS = 8

# What every reading of a Snapshot may be, around the thresholds. A new reading is a
# line here, and the contracts of all rules meet it. Not drawn: time and what is fixed.
READINGS = {
    "utc_ms": (None, 1795388400000, 1795395600000, 1795417200000),  # 06:00, 08:00, 14:00 Thai
    "clock": ("none", "rtc", "gnss"),
    "fix_new": (True, False),
    "lat_e7": (None, 130827000, 130900000, -900000000),
    "lon_e7": (None, 1008833000, 1009000000, 1800000000),
    "speed_mms": (
        None,
        0,
        999,
        1388,
        1389,
        2223,
        2778,
        2779,
        5556,
        8334,
        16667,
        22222,
        22223,
        40000,
    ),
    "heading_deg": (None, 0, 90, 359),
    "sats": (None, 0, 3, 12),
    "hdop_e2": (None, 80, 9999),
    "step_mms2": (None, -14000, 12001),
    "best_lat_e7": (None, 130827000),
    "best_lon_e7": (None, 1008833000),
    "accuracy_m": (None, 5, 30000),
    "estimated": (True, False),
    "ignition": _MAYBE,
    "front_door": _MAYBE,
    "emergency_door": _MAYBE,
    "check_button": _MAYBE,
    "check_press_ms": (None, 400, 10000),
    "contradicts": (None, "check_button", "check_button_2"),
    "sos_button": _MAYBE,
    "here_button": _MAYBE,
    "driver_seat": _MAYBE,
    "presence": ([], [None, False], [False, True], [True, True]),
    "taken": _SEATS,
    "unknown": _SEATS,
    "unbelted": _SEATS,
    "sitting": _SEATS,
    "doubtful": _SEATS,
    "strapped": _SEATS,
    "buckled_empty": _SEATS,
    "loose": _SEATS,
    "out_of_service": _SEATS,
    "flapping_wires": ([], ["here"], ["front_door", "driver_seat"]),
    "supply_mv": (None, 0, 8999, 9800, 11499, 11501, 12600, 13800, 30000),
    "backup_mv": (None, 0, 3399, 4200),
    "cabin_c10": (None, -300, 0, 349, 350, 351, 700),
    "signal_dbm": (None, -110, -65),
    "phase": ("parked", "boarding", "driving", "checking"),
    "trip": (0, 1, 2),
    "ignition_off_ms": (None, 0, 179999, 180000, 899999, 900000, 86400000),
    "alone_ms": (None, 0, 179999, 180000, 899999, 900000, 86400000),
    "checked": (True, False),
    "engine": _MAYBE,
    "ignition_fault": (None, "flapping", "stuck_on", "dead"),
    "attended": (None, "engine", "key", "driver_seat", "here", "stay"),
    "attended_until_ms": (None, 300000),
    "here_presses": (0, 1, 2),
    "driver_seat_fault": (True, False),
    "mode": ("normal", "service", "drill", "evacuation"),
    "exercise": (True, False),
    "moved": ([], [1], [1, 2]),
    "presence_quiet": ([], [2]),
    "presence_restless": ([], [1], [1, 2]),
    "faulty": ([], ["emergency_door"], ["front_door", "supply"]),
    "called": (False, True),
    "early_presses": (0, 1, 2),
    "policy": (None, "a1b2c3d4"),
    "limit_kmh": (None, 30, 60, 80, 90),
    "limit_of": (None, "school-1", "highway-3"),
    "zones": (None, (), (("flood", "z1"),), (("closed", "z2"), ("flood", "z1"))),
    "at_stop": _MAYBE,
    "stop": (None, "s1", "s2"),
    "at_school": _MAYBE,
    "route": (None, "r1"),
    "next_stop": (None, "s1", "s2"),
    "next_stop_mm": _METRES,
    "off_route_mm": _METRES,
    "stops_done": ((), ("s1",), ("s1", "s2")),
    "stops_missed": ((), ("s2",)),
    "stops_odd": ((), (("s2", "s1"),)),
    "accel_mms2": _ACCEL,
    "lateral_mms2": _ACCEL,
    "shock_mg": (None, 0, 2499, 2500, 7000),
    "taken_before": (None, [], [2]),
    "unknown_before": (None, [], [3]),
    "driven_min": (0, 239, 240, 241),
    "driven_day_min": (0, 479, 480, 481),
    "flapping": ([], [1], [1, 2]),
    "flapping_belts": ([], [4]),
    "chip_resets": ([0, 0], [1, 0], [1, 1]),
    "sos_idle_days": (None, 0, 35, 36),
    "door_idle_days": (None, 0, 35, 36),
    "failing": ([], ["horn"], ["buzzer", "horn"]),
}
FIXED = ("now_ms", "seat_count", "seat_changes", "sensors", "silent", "settling", "chips")


def generator(seed):
    """-> draw(n) -> 0..n-1, the same on both Pythons."""
    state = [seed]

    def draw(n):
        state[0] = (state[0] * 1103515245 + 12345) & 0x3FFFFFFF
        return (state[0] >> 12) % n

    return draw


def random_snapshot(draw, s):
    """Everything that a Snapshot may hold; any reading may be None."""
    for name, values in READINGS.items():
        if values != _SEATS:
            put(s, name, values[draw(len(values))])
    s.seats.taken = [seat for seat in range(1, SEATS + 1) if draw(3) == 0]
    s.seats.unknown = [
        seat for seat in range(1, SEATS + 1) if seat not in s.seats.taken and draw(4) == 0
    ]
    s.seats.unbelted = [seat for seat in s.seats.taken if draw(2)]
    s.seats.sitting = sorted(s.seats.taken + [seat for seat in s.seats.unknown if draw(2)])
    empty = [seat for seat in range(1, SEATS + 1) if seat not in s.seats.taken + s.seats.unknown]
    turn = s.seats.changes
    s.seats.strapped = [seat for seat in s.seats.taken if (seat + turn) % 3 == 0]
    s.seats.buckled_empty = [seat for seat in empty if (seat + turn) % 4 == 0]
    s.seats.doubtful = sorted(
        [seat for seat in s.seats.unknown if seat not in s.seats.sitting] + s.seats.buckled_empty
    )
    s.seats.changes += 1
    s.seats.loose = [seat for seat in range(1, SEATS + 1) if (seat + s.seats.changes) % 5 == 0]
    s.sensors = s.vehicle.chips = ("a", "b")
    s.silent = [name for name in s.sensors if draw(2) == 0]


def check_turns(rule, active, event, place):
    """One occurrence at a time of each subject: raised, updated, cleared."""
    assert event.kind == rule.kind, place
    assert event.why or event.data, place
    if event.subject is None:
        assert event.state == "raised", place
        return
    assert active.get(event.subject, False) == (event.state != "raised"), place
    active[event.subject] = event.state != "cleared"

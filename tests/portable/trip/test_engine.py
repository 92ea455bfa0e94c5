"""The engine by all evidence: the key, the supply, and whether the bus drives."""

from parts import snapshot

from firmware.config.load import defaults
from firmware.trip.engine import Engine

MINUTE = 60000
HOUR = 60 * MINUTE
FAST = 9000  # mm/s
CHARGING, IDLING, RESTING = 13200, 12800, 12799  # at the limits, and below them


class Bench:
    """An Engine fed ten times a second; the bus goes north at its speed."""

    def __init__(self, **trip):
        config = defaults()
        config["trip"].update(trip)
        self.engine = Engine(config)
        self.s = snapshot(
            ignition=False, speed_mms=0, supply_mv=RESTING, lat_e7=130827000, lon_e7=1008833000
        )
        self.in_use = False
        self.now_ms = 0
        self.is_parked = True
        self._north_mm = 0

    def goes(self, ms=100, **readings):
        """-> the bus is in use."""
        for name, value in readings.items():
            part = self.s.gnss if name == "speed_mms" else self.s.vehicle
            setattr(part, name, value)
        for _ in range(ms // 100):
            self.s.now_ms = self.now_ms
            gnss = self.s.gnss
            gnss.fix_new = gnss.speed_mms is not None
            if gnss.fix_new:
                self._north_mm += gnss.speed_mms // 10
                gnss.lat_e7 += self._north_mm // 11
                self._north_mm %= 11
            self.in_use = self.engine.update(self.s, self.in_use, self.is_parked)
            self.now_ms += 100
        return self.in_use

    @property
    def told(self):
        return self.s.trip.engine, self.s.trip.ignition_fault


def test_the_key_and_a_charging_alternator_are_an_engine():
    bus = Bench()
    assert not bus.goes()
    assert bus.told == (False, None)
    assert bus.goes(ignition=True, supply_mv=CHARGING)
    assert bus.told == (True, None)
    assert bus.goes(supply_mv=IDLING), "with the air conditioning on"
    assert bus.goes(2 * HOUR - 200), "children wait"
    assert bus.told == (True, None)
    assert not bus.goes(200), "a charger, and a lithium battery, look like an engine"
    assert bus.told == (True, None)
    assert bus.goes(3000, speed_mms=FAST)
    assert not bus.goes(ignition=False, speed_mms=0)
    assert bus.goes(ignition=True) and bus.told == (False, None), "it has to charge anew"
    bus.goes(ignition=False)
    assert bus.told == (False, None)


def test_a_24_v_bus_needs_twice_as_much_unless_its_own_voltage_is_set():
    for trip, rests, charges in (({}, 26399, 26400), ({"alternator_mv": 27000}, 26999, 27000)):
        bus = Bench(**trip)
        bus.goes(ignition=True, supply_mv=rests)
        assert bus.told == (False, None)
        bus.goes(supply_mv=charges)
        assert bus.told == (True, None)


def test_a_charger_in_the_yard_is_no_engine():
    bus = Bench()
    assert not bus.goes(HOUR, supply_mv=14400)
    assert bus.told == (False, None)


def test_a_key_without_the_engine_counts_for_five_minutes():
    bus = Bench()
    assert bus.goes(5 * MINUTE, ignition=True)
    assert bus.told == (False, None)
    assert not bus.goes()
    assert not bus.goes(HOUR)
    assert bus.goes(supply_mv=CHARGING), "now it is started"
    assert bus.goes(5 * MINUTE - 100, supply_mv=RESTING), "and stopped, the radio on"
    assert not bus.goes()


def test_a_key_that_is_turned_again_gains_no_time_unless_the_bus_is_parked():
    bus = Bench()
    bus.goes(4 * MINUTE, ignition=True)
    bus.is_parked = False
    bus.goes(ignition=False)
    assert bus.goes(MINUTE, ignition=True)
    assert not bus.goes()
    bus.goes(ignition=False)
    bus.is_parked = True
    assert bus.goes(5 * MINUTE - 100, ignition=True)


def test_key_on_min_and_alternator_mv_are_settings():
    bus = Bench(key_on_min=1, alternator_mv=26400)
    assert bus.goes(MINUTE, ignition=True, supply_mv=26399)
    assert not bus.goes()
    assert bus.goes(supply_mv=26400)


def test_a_supply_that_says_nothing_leaves_it_to_the_key():
    for readings in ({"supply_mv": None}, {"supply_mv": 5999}, {"alternator_mv": 0}):
        bus = Bench(alternator_mv=readings.pop("alternator_mv", 13200))
        assert bus.goes(HOUR // 2, ignition=True, **readings)
        assert bus.told == (None, None)
        assert not bus.goes()
        assert not bus.goes(ignition=False)
        assert bus.told == (False, None)
    bus = Bench()
    assert bus.goes(5 * MINUTE, ignition=True, supply_mv=6000)
    assert not bus.goes(), "that is a flat battery, not a cut wire"


def test_an_alternator_that_does_not_charge_on_the_way_says_nothing():
    bus = Bench()
    bus.goes(ignition=True)
    bus.goes(MINUTE, speed_mms=FAST)
    assert bus.goes(3 * MINUTE, speed_mms=0)
    assert bus.told == (False, None)
    bus = Bench()
    bus.goes(ignition=True)
    bus.goes(MINUTE + 100, speed_mms=FAST)
    assert bus.goes(HOUR // 2, speed_mms=0), "its belt is torn: the key has to do"
    assert bus.told == (None, None)
    bus.goes(supply_mv=CHARGING)
    bus.goes(5 * MINUTE, supply_mv=RESTING)
    assert not bus.goes()


def test_a_key_of_which_nothing_else_speaks_is_stuck_after_half_an_hour_at_standstill():
    bus = Bench(alternator_mv=0)
    assert bus.goes(HOUR // 2, ignition=True)
    assert bus.told == (None, None)
    assert not bus.goes()
    assert bus.told == (None, "stuck_on")
    assert bus.goes(3000, speed_mms=FAST)
    assert bus.told == (True, None)


def test_a_key_without_the_engine_is_stuck_after_two_hours_too():
    bus = Bench()
    bus.goes(2 * HOUR, ignition=True, speed_mms=None)
    assert bus.told == (False, None)
    bus.goes()
    assert bus.told == (False, "stuck_on")
    bus.goes(ignition=False)
    assert bus.told == (False, None)
    assert bus.goes(ignition=True), "that it was parked for long does not count"
    assert bus.told == (False, None)


def test_with_an_unknown_speed_a_key_is_stuck_after_two_hours_unless_its_supply_charges():
    bus = Bench(alternator_mv=0)
    assert bus.goes(2 * HOUR, ignition=True, speed_mms=None)
    assert bus.told == (None, None)
    assert not bus.goes()
    assert bus.told == (None, "stuck_on")
    bus = Bench()
    assert bus.goes(3 * HOUR, ignition=True, speed_mms=None, supply_mv=CHARGING)


def test_a_bus_that_creeps_in_a_jam_is_not_left():
    bus = Bench()
    assert bus.goes(HOUR, ignition=True, speed_mms=1400)
    assert bus.goes(5 * MINUTE - 100, speed_mms=1399)
    assert not bus.goes()


def test_with_the_key_off_and_a_supply_that_says_nothing_a_drift_is_no_drive():
    bus = Bench(alternator_mv=0)
    assert not bus.goes(29900, speed_mms=FAST)
    assert bus.goes(200)


def test_a_bus_that_drives_with_its_key_off_has_a_dead_wire():
    bus = Bench()
    assert not bus.goes(2300, speed_mms=FAST, supply_mv=CHARGING), "a jump of the receiver"
    assert bus.goes()
    assert bus.told == (True, None)
    assert bus.goes(5000)
    assert bus.told == (True, "dead")
    assert bus.goes(HOUR, speed_mms=0), "at a light its supply says that the engine runs"
    assert not bus.goes(supply_mv=RESTING)
    assert bus.told == (False, "dead")
    bus.goes(ignition=True)
    assert bus.told == (False, None)


def test_a_charger_holds_a_dead_wire_in_use_for_two_hours_at_most():
    bus = Bench()
    bus.goes(10000, speed_mms=FAST, supply_mv=CHARGING)
    assert bus.goes(2 * HOUR, speed_mms=0)
    assert not bus.goes()


def test_without_the_supply_a_dead_wire_is_in_use_for_end_s():
    bus = Bench(alternator_mv=0)
    bus.goes(40000, speed_mms=FAST)
    assert bus.goes(5 * MINUTE, speed_mms=0)
    assert bus.told == (None, "dead")
    assert not bus.goes()


def test_the_receiver_may_lag_behind_a_bus_that_stops():
    bus = Bench(alternator_mv=0)
    bus.goes(10000, ignition=True, speed_mms=FAST)
    assert bus.goes(5000, ignition=False)
    assert not bus.goes(speed_mms=0)
    bus = Bench(alternator_mv=0)
    bus.goes(10000, ignition=True, speed_mms=FAST)
    bus.goes(5100, ignition=False)
    assert bus.goes(speed_mms=0)
    assert bus.told == (None, "dead")


def test_a_bus_on_a_ferry_is_carried():
    bus = Bench()
    assert not bus.goes(HOUR, speed_mms=FAST)
    assert bus.told == (False, None)
    assert bus.goes(ignition=True)


def test_a_key_that_cannot_be_read_is_judged_like_a_dead_wire():
    bus = Bench()
    assert not bus.goes(ignition=None)
    assert bus.told == (False, None)
    bus.goes(10000, speed_mms=FAST, supply_mv=CHARGING)
    assert bus.goes(HOUR, speed_mms=0)
    assert bus.told == (True, None), "another rule names what cannot be read"
    assert not bus.goes(supply_mv=RESTING)
    bus = Bench()
    bus.goes(1000, ignition=True, supply_mv=CHARGING)
    assert bus.goes(MINUTE, ignition=None)
    assert bus.told == (None, None)


def flaps(bus, changes, every_ms=1000):
    for number in range(changes):
        bus.goes(every_ms, ignition=number % 2 == 0)


def test_more_changes_in_a_minute_than_a_hand_makes_are_a_loose_plug():
    bus = Bench()
    bus.goes(MINUTE)
    flaps(bus, 20)
    assert bus.told[1] is None
    flaps(bus, 1)
    assert bus.told == (False, "flapping")
    assert not bus.in_use, "the key is unknown"
    assert not bus.goes(2 * MINUTE - 21000 - 100)
    assert bus.told[1] == "flapping", "until a whole minute was calm"
    assert bus.goes(200)
    assert bus.told[1] is None


def test_a_mechanic_does_not_flap():
    bus = Bench()
    flaps(bus, 16, every_ms=5000)
    assert bus.told[1] is None

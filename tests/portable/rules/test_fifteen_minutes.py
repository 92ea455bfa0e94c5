"""No setting pushes the horn beyond 15 min after the last adult, and none switches it off.

The parts that judge a left child (Trip and the rules that sound the horn) see four ways to leave
one, with each threshold at its least and its most, and with many of them at once. Ticks are a
second apart, which saves time and changes no decision that is made in minutes.
"""

from parts import Nvs, snapshot
from watch import generator

from firmware.config.load import defaults, parse
from firmware.config.rule_settings import of_rules
from firmware.config.settings import settings
from firmware.rules.catalogue import RULES
from firmware.trip.trip import Trip
from firmware.warnings import HORN

LATEST_S = 15 * 60
CHILD = [rule for rule in RULES if getattr(rule, "always_on", False)]


class Bus:
    """Eight seats, every contact known; `horn_s`: when the horn first sounded."""

    def __init__(self, rules, trip, checked=True):
        config = defaults()
        config["rules"].update(rules)
        config["trip"].update(trip)
        self.trip = Trip(config, Nvs({"unchecked": 0} if checked else {}))
        self.rules = [rule(config["rules"]) for rule in CHILD]
        self.s = snapshot(
            seats=8, ignition=False, front_door=False, emergency_door=False, check_button=False,
            speed_mms=0, unknown=[], cabin_c10=200,
        )  # fmt: skip
        self.now_s = 0
        self.horn_s = None

    def goes(self, seconds, taken=None, **vehicle):
        s = self.s
        if taken is not None:
            s.seats.taken = taken
            s.seats.changes += 1
        for name, value in vehicle.items():
            setattr(s.gnss if name == "speed_mms" else s.vehicle, name, value)
        for _ in range(seconds):
            s.now_ms = self.now_s * 1000
            self.trip.update(s)
            for rule in self.rules:
                rule.judge(s)
                if rule.warning == HORN and self.horn_s is None:
                    self.horn_s = self.now_s
            self.now_s += 1

    def presses(self):
        self.goes(2, check_button=True)
        self.goes(2, check_button=False)

    def has_driven(self):
        self.goes(3)
        self.goes(30, taken=[3, 7], ignition=True, speed_mms=9000)
        self.goes(10, speed_mms=0)


def left_on_its_seat(bus):
    """The driver lets the others off, walks past, presses, locks up and leaves."""
    bus.has_driven()
    bus.goes(20, taken=[7], front_door=True, ignition=False)
    bus.goes(1, front_door=False)
    bus.goes(70)
    bus.presses()


def boarded_at_the_open_door(bus):
    """Children board a parked bus, and its driver goes away."""
    bus.goes(120)
    bus.goes(60, front_door=True)
    bus.goes(1, taken=[7])


def boarded_before_the_door_closed(bus):
    bus.goes(120)
    bus.goes(60, front_door=True)
    bus.goes(5, taken=[7])
    bus.goes(1, front_door=False)


def slid_to_the_floor(bus):
    bus.has_driven()
    bus.goes(20, taken=[7], front_door=True, ignition=False)
    bus.goes(20, front_door=False)
    bus.goes(1, taken=[])


WAYS = (left_on_its_seat, boarded_at_the_open_door, boarded_before_the_door_closed,
        slid_to_the_floor)  # fmt: skip


def extremes():
    """-> [(section, name, [values])]: the least and the most of each threshold, and each word."""
    found = []
    for section, known in (("rules", of_rules()), ("trip", settings()["trip"])):
        for name in sorted(known):
            setting = known[name]
            if hasattr(setting, "_words"):
                found.append((section, name, list(setting._words)))
            elif hasattr(setting, "_low"):
                found.append((section, name, [setting._low, setting._high]))
    return found


def horn_after_s(way, given):
    """-> s from the last that an adult did to the horn."""
    bus = Bus(given.get("rules", {}), given.get("trip", {}))
    way(bus)
    last_s = bus.now_s
    bus.goes(LATEST_S + 60)
    assert bus.horn_s is not None, (way.__name__, given)
    return bus.horn_s - last_s


def test_each_setting_at_its_extremes_lets_the_horn_come_in_time():
    for section, name, values in extremes():
        for value in values:
            for profile in ("korea", "japan"):
                given = {"rules": {"left_behind_profile": profile}}
                given.setdefault(section, {})[name] = value
                for way in WAYS[:2]:
                    late_s = horn_after_s(way, given)
                    assert late_s <= LATEST_S, (way.__name__, given, late_s)


def test_all_settings_together_do_too():
    seed = 20261129
    draw = generator(seed)
    known = extremes()
    for number in range(24):
        given = {"rules": {}, "trip": {}}
        for section, name, values in known:
            index = number if number < 2 else draw(2)
            given[section][name] = values[min(index, len(values) - 1)]
        for way in WAYS:
            late_s = horn_after_s(way, given)
            assert late_s <= LATEST_S, (seed, number, way.__name__, given, late_s)


def test_no_setting_of_a_policy_or_a_file_reaches_beyond():
    for name, value in (("boarding_s", 721), ("boarding_s", 1800)):
        config, errors = parse('{"board":"devkit","rules":{"%s":%d}}' % (name, value))
        assert len(errors) == 1 and config["rules"][name] == 720
        assert not of_rules()[name].accepts(value)
    for rule in CHILD:
        assert not of_rules()["disabled"].accepts([rule.kind])

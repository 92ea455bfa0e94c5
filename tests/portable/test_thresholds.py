"""Every part works as it is made, and follows the thresholds of a new policy."""

from bus_bench import Bench, Parts
from nor import Flash
from packs import BUS, PACK, Memory, offered
from parts import Chip, Nvs, Output, snapshot
from recording import recording

from firmware.config.load import defaults
from firmware.rules.engine import RuleEngine
from firmware.sensing.seats import SeatMap
from firmware.sensing.self_check import SelfCheck
from firmware.sensing.sensors import Sensors
from firmware.trip.boarding import Boarding
from firmware.trip.check import Check
from firmware.trip.doors import Door
from firmware.trip.driving_hours import DrivingHours
from firmware.trip.persons import Persons
from firmware.trip.presence import Presence
from firmware.trip.trip import Trip

SEATS = {"count": 7, "debounce_ms": 200, "belts": True}
RULES = defaults()["rules"]


class Outputs:
    lamp, buzzer, horn = Output(), Output(), Output()


def configured(rules):
    return dict(defaults(), rules=dict(RULES, **rules))


def flap(s, chip, sense):
    """Five changes of seat 1's contact -> seats that flap."""
    for now_ms in range(0, 1000, 100):
        if now_ms >= 500:
            chip.word ^= 1
        s.now_ms = now_ms
        sense(s)
    return s.seats.flapping


# Each is one of these: make(rules) -> part; then what is seen of the part.


def seat_map(rules):
    chip, s = Chip(), snapshot(7)
    seats = SeatMap(SEATS, [chip], dict(RULES, **rules))
    return seats, lambda: flap(s, chip, seats.sense)


def sensors(rules):
    parts, s = Parts(Flash(4), Nvs()), snapshot(40)
    made = Sensors(configured(rules), parts, s)
    return made, lambda: flap(s, parts.seats.banks[0], made.sense)


def self_check(rules):
    s = snapshot(sos_button=True)
    check = SelfCheck(Outputs, dict(RULES, **rules))

    def seen():
        for s.now_ms in (0, 15000):
            check.update(s)
        return s.vehicle.failing

    return check, seen


def driving_hours(rules):
    hours = DrivingHours(Nvs(), dict(RULES, **rules))

    def seen():
        s = snapshot(ignition_off_ms=None)
        for minute in range(40):
            s.now_ms = minute * 60000
            s.trip.ignition_off_ms = 0 if 20 <= minute < 35 else None
            hours.update(s)
        return s.trip.driven_min < 20

    return hours, seen


def press(s, update):
    """Of the check button, 3 s after the ignition went off."""
    for now_ms in range(0, 3600, 100):
        s.now_ms = now_ms
        s.vehicle.check_press_ms = 500 if now_ms == 3500 else None
        update(s)
    return s.trip.checked


def check(rules):
    s = snapshot()
    made = Check(False, dict(RULES, **rules))

    def update(s):
        made.press(s, s.now_ms)
        made.judge(s, False)

    return made, lambda: press(s, update)


def persons(rules):
    """A door stands open for 15 s, then a walk follows."""
    s, door = snapshot(taken=[7]), Door()
    made = Persons(Nvs(), dict(RULES, **rules))
    made.update(s, door, door, 0, False)
    s.seats.taken, s.seats.changes = [], 2
    made.update(s, door, door, 0, False)
    s.now_ms = 15000

    def seen():
        made.update(s, door, door, 0, True)
        return s.seats.loose

    return made, seen


def trip(rules):
    s = snapshot(ignition=True, speed_mms=0, front_door=False)
    made = Trip(configured(rules), Nvs())
    made.update(s)
    s.vehicle.ignition = False
    return made, lambda: press(s, made.update)


def presence(rules):
    s, door = snapshot(presence=[True], phase="parked", checked=True), Door()
    config = configured(rules)
    config["inputs"]["presence"] = 1
    made = Presence(config, Nvs())

    def seen():
        for s.now_ms in (0, 60000, 65000):
            made.update(s, door, door, 0, False)
        return s.trip.moved

    return made, seen


def boarding(rules):
    made = Boarding(dict(RULES, **rules), 0)

    def seen():
        s, door = snapshot(), Door()
        made.watch(s, door)
        door.is_open = door.is_believed = True
        s.now_ms = 20000
        made.watch(s, door)
        s.seats.sitting = [1]
        made.begins(s)
        return made.is_on

    return made, seen


def rules_in_force(rules):
    made = RuleEngine(recording()[1], dict(RULES, **rules))

    def seen():
        made.judge(snapshot(), [])
        return "supply" in [rule.kind for rule in made.rules]

    return made, seen


# part, what it is made with, what comes later
CASES = (
    (seat_map, {"flaps": 8}, {"flaps": 4}),
    (sensors, {"flaps": 8}, {"flaps": 4}),
    (self_check, {"button_stuck_s": 30}, {"button_stuck_s": 10}),
    (driving_hours, {"rest_min": 30}, {"rest_min": 10}),
    (check, {"check_walk_s": 5}, {"check_walk_s": 2}),
    (persons, {"check_walk_s": 5}, {"check_walk_s": 8}),
    (trip, {"check_walk_s": 5}, {"check_walk_s": 2}),
    (presence, {"presence_hold_s": 10}, {"presence_hold_s": 5}),
    (boarding, {"boarding_s": 600}, {"boarding_s": 0}),
    (rules_in_force, {"disabled": []}, {"disabled": ["supply"]}),
)


def test_every_part_works_as_it_is_made_and_follows():
    for make, first, later in CASES:
        seen = [make(rules)[1]() for rules in (first, later)]
        assert seen[0] != seen[1], make
        part, look = make(first)
        part.on_thresholds(dict(RULES, **later))
        assert look() == seen[1], make
        part, look = make(later)
        part.on_thresholds(dict(RULES, **first))
        assert look() == seen[0], make


def followers(thing, found, seen):
    """Every part below this one that takes thresholds."""
    if id(thing) in seen:
        return found
    seen.add(id(thing))
    if isinstance(thing, (list, tuple)):
        for item in thing:
            followers(item, found, seen)
    elif hasattr(thing, "__dict__") and not callable(thing):
        if hasattr(thing, "on_thresholds"):
            found.append(thing)
        for item in list(thing.__dict__.values()):
            followers(item, found, seen)
    return found


def test_a_new_policy_reaches_every_part_once():
    bench = Bench(dict(defaults(), bus=BUS))
    bench.files = Memory()
    bench.start()
    bench.waits(1000)
    told = []
    parts = followers(bench.bus, [], set())
    for part in parts:
        part.on_thresholds = spy(part, told)
    for request in offered(bench.bus.policy, PACK % 1):
        bench.bus.policy.take_part(request)
    bench.waits(120000)
    assert bench.bus.policy.hash is not None
    names = sorted([type(part).__name__ for part in parts])
    assert " ".join(names) == (
        "Boarding Check DrivingHours Persons Presence RuleEngine SeatMap SelfCheck Sensors Trip "
        "Wires" + " _Bank" * 6
    )
    assert sorted([type(part).__name__ for part, _ in told]) == names
    for _, thresholds in told:
        assert thresholds == bench.bus.policy.thresholds
        assert thresholds["overspeed_kmh"] == 75


def spy(part, told):
    on_thresholds = part.on_thresholds

    def noted(thresholds):
        told.append((part, thresholds))
        on_thresholds(thresholds)

    return noted

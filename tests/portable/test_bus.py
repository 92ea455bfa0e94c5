"""The whole bus on hand-set parts and a NOR flash: one tick in the order of the arrows."""

from bus_bench import MINUTE, Bench, Supply
from nor import drain

from firmware import VERSION
from firmware.config.load import defaults, parse
from firmware.event import Event
from firmware.journal.journal import ALARM, KIND_EVENT, TRACK, WARNING
from firmware.rules import engine
from firmware.rules.child_left_behind import ChildLeftBehind

FILLER = b'"kind":"filler"}'


def test_a_start_is_an_event_and_an_odd_one_a_warning():
    bench = Bench()
    bench.waits(1000)
    started = [event for event in bench.events(TRACK) if event["kind"] == "started"]
    assert started[0]["data"]["boot"] == 1
    assert started[0]["severity"] == "info"
    bench.start(reset_cause="watchdog")
    bench.waits(1000)
    assert bench.events()[0]["kind"] == "started"
    assert bench.events()[0]["data"] == {
        "boot": 2,
        "reset": "watchdog",
        "start": "normal",
        "fw": VERSION,
    }
    assert bench.events()[0]["severity"] == "warning"


def test_a_restart_that_was_asked_for_is_no_warning():
    for reset_cause, start, was_asked, severity in (
        ("external", "normal", True, "info"),
        ("external", "normal", False, "warning"),
        ("external", "previous", True, "warning"),
        ("external", "safe", True, "warning"),
        ("watchdog", "normal", True, "warning"),
        ("soft", "normal", True, "warning"),
    ):
        bench = Bench()
        bench.start(reset_cause=reset_cause, start=start, was_asked=was_asked)
        bench.waits(1000)
        started = [event for event in bench.events(TRACK, WARNING) if event["kind"] == "started"]
        assert [event["severity"] for event in started[:1]] == [severity], (reset_cause, start)


def test_p7_a_bad_config_runs_on_defaults_and_is_told():
    config, errors = parse('{"board": "devkit", "rules": {"overspeed_kmh": 900}, "nonsense": 1}')
    bench = Bench(config, errors)
    bench.waits(1000)
    faults = [event for event in bench.events() if event["kind"] == "fault"]
    assert [fault["data"]["what"] for fault in faults] == ["config", "config"]
    assert "overspeed_kmh is 900" in faults[0]["data"]["text"] + faults[1]["data"]["text"]
    assert bench.parts.watchdog.fed > 0


def test_an_empty_checked_bus_that_starts_with_its_door_open_stays_quiet():
    bench = Bench()
    bench.parts.front_door.on = True
    bench.waits(100)
    assert bench.bus.snapshot.settling
    bench.waits(400)
    assert not bench.bus.snapshot.settling
    bench.waits(4 * MINUTE)
    assert bench.told("check_button_missed") == []
    assert bench.bus.snapshot.trip.phase == "parked"


def test_a_seat_that_is_unknown_at_a_start_is_unknown_after_two_seconds_at_most():
    bench = Bench()
    bench.parts.front_door.on = True
    bench.parts.seats.banks[0].dead = True
    bench.waits(2500)
    assert not bench.bus.snapshot.settling
    assert bench.bus.snapshot.trip.phase == "boarding"


def test_a_child_left_behind_is_confirmed_and_heard():
    bench = Bench()
    bench.parks_with(7)
    assert not bench.parts.horn.on
    bench.waits(3 * MINUTE)
    assert bench.told("child_left_behind") == ["raised"]
    bench.waits(1000)
    assert bench.bus.warnings.level == 5
    bench.presses()
    assert bench.told("child_left_behind") == ["raised"]
    bench.parts.front_door.on = True
    bench.waits(1000)
    assert bench.bus.warnings.level == 4, "somebody is there"
    bench.sits(7, False)
    bench.waits(11000)
    assert bench.told("child_left_behind") == ["raised", "updated"]
    bench.presses()
    assert bench.told("child_left_behind") == ["raised", "updated", "cleared"]
    assert bench.bus.snapshot.trip.phase == "parked"
    assert bench.parts.horn.on is False


def test_p6_the_alarm_outlives_a_reset():
    bench = Bench()
    bench.parks_with(7)
    bench.waits(3 * MINUTE)
    bench.start()
    bench.sits(7)
    bench.waits(3000)
    assert bench.told("child_left_behind") == ["raised", "raised"]
    assert bench.bus.warnings.level == 5


def test_p6_a_reset_in_the_first_minute_of_a_check_alarms_at_once():
    bench = Bench()
    bench.parks_with(7)
    bench.waits(20000)
    bench.start()
    bench.sits(7)
    bench.waits(3000)
    assert bench.told("child_left_behind") == ["raised"]


def test_p5_a_silent_expander_is_told_and_its_seats_count_as_taken():
    bench = Bench()
    bench.parts.seats.banks[2].dead = True
    bench.parks_with()
    bench.waits(3 * MINUTE)
    silent = [event for event in bench.events() if event["kind"] == "sensor_silent"]
    assert {"expander 3", "gnss"} == {event["data"]["sensor"] for event in silent}
    left = [event for event in bench.events() if event["kind"] == "child_left_behind"]
    assert left[0]["data"]["unknown"] == list(range(15, 22))


def test_every_part_silent_and_the_tick_goes_on():
    bench = Bench()
    for chip in bench.parts.seats.banks:
        chip.dead = True
    bench.parts.supply.dead = True
    bench.parks_with()
    bench.waits(10000)
    assert bench.bus.snapshot.seats.unknown == list(range(1, 41))
    assert bench.bus.snapshot.vehicle.supply_mv is None
    assert bench.parts.watchdog.fed > 100
    assert bench.told("sensor_silent").count("raised") == 8


def test_a_rule_that_raises_is_told_once_and_the_others_go_on():
    class Broken:
        kind = "broken"
        warning = 0

        def __init__(self, config):
            pass

        def judge(self, s):
            raise KeyError("belt")

    rules = engine.RULES
    engine.RULES = (Broken,) + rules
    try:
        bench = Bench()
        bench.parks_with(7)
        bench.waits(3 * MINUTE)
    finally:
        engine.RULES = rules
    faults = [event for event in bench.events() if event["kind"] == "fault"]
    assert [fault["data"]["what"] for fault in faults] == ["broken"]
    assert "belt" in faults[0]["data"]["text"]
    assert bench.told("child_left_behind") == ["raised"]


def test_a_rule_that_is_switched_off_is_silent_and_stands_in_the_status():
    text = '{"board": "devkit", "rules": {"disabled": ["supply", "check_too_soon"]}}'
    config, errors = parse(text)
    assert not errors
    bench = Bench(config)
    bench.parks_with()
    bench.presses()
    assert bench.told("check_too_soon") == []
    status = bench.status()
    assert status["disabled"] == ["check_too_soon", "supply"]


def test_what_nothing_in_this_bus_can_show_stands_in_the_status_too():
    text = '{"board": "devkit", "seats": {"belts": false}}'
    config, errors = parse(text)
    assert not errors
    status = Bench(config).status()
    assert status["disabled"] == ["belt_off"]
    assert Bench().status()["disabled"] == []


def test_only_a_completed_tick_feeds_the_watchdog():
    bench = Bench()
    bench.waits(1000)
    fed = bench.parts.watchdog.fed
    bench.parts.horn = None
    bench.bus.sensors = None  # a defect that nothing catches
    try:
        bench.bus.tick(bench.now_ms)
        raised = False
    except AttributeError:
        raised = True
    assert raised
    assert bench.parts.watchdog.fed == fed


def test_a_quiet_parked_bus_ticks_once_a_second_and_wakes_for_the_ignition():
    bench = Bench()
    bench.says_once_a_second(5000)
    fed = bench.parts.watchdog.fed
    bench.says_once_a_second(20000)
    assert bench.parts.watchdog.fed - fed == 24, "and ends the flash of its lamp 0.1 s later"
    bench.parts.ignition.on = True
    bench.waits(1500)
    assert bench.bus.snapshot.trip.phase == "boarding"
    fed = bench.parts.watchdog.fed
    bench.waits(5000)
    assert bench.parts.watchdog.fed - fed == 50


def test_the_journal_tidies_up_right_behind_a_tick_and_not_before_the_next():
    """An erase takes 45 ms, and an acknowledgement that allows it comes at any time. P4."""
    bench = Bench()
    bench.parts.ignition.on = True
    bench.waits(2000)
    at_ms = []
    bench.bus.journal.housekeep = at_ms.append
    for now_ms in range(2005, 3005, 5):
        if now_ms >= bench.bus.next_tick_ms:
            bench.bus.tick(now_ms)
        bench.bus.turn(now_ms)
    assert at_ms == list(range(2100, 3100, 100))


def test_a_backup_that_cannot_be_read_does_not_stop_the_tick():
    bench = Bench()
    bench.waits(2000)
    bench.parts.supply.read_mv = lambda: 0
    bench.parts.backup = Supply()
    bench.waits(2000)
    assert bench.bus.snapshot.vehicle.backup_mv == 12600
    bench.parts.backup.dead = True
    fed = bench.parts.watchdog.fed
    bench.waits(2000)
    assert bench.bus.snapshot.vehicle.backup_mv is None
    assert bench.parts.watchdog.fed > fed


def test_after_a_start_no_tick_waits_for_an_erase():
    bench = Bench()
    bench.waits(1000)
    bench.start(reset_cause="watchdog")
    bench.parts.ignition.on = True
    bench.flash.reset_counts()
    while bench.now_ms < 5000:
        erases = bench.flash.erases
        bench.now_ms = bench.bus.next_tick_ms
        bench.bus.tick(bench.now_ms)
        assert bench.flash.erases == erases, bench.now_ms
        bench.bus.turn(bench.now_ms)
    assert bench.flash.programs > 0


def test_the_flash_that_refuses_does_not_stop_the_horn():
    bench = Bench()
    bench.waits(1000)
    bench.bus.journal.append = _refuse
    bench.parks_with(7)
    bench.waits(3 * MINUTE)
    assert bench.bus.warnings.level == 5
    assert bench.parts.watchdog.fed > 1000


def _refuse(lane, kind, payload):
    raise OSError(5)


def test_the_check_button_held_at_power_on_begins_service():
    bench = Bench()
    bench.parts.check_button.on = True
    bench.waits(4000)
    bench.parts.check_button.on = False
    bench.waits(1000)
    assert bench.bus.snapshot.trip.mode == "service"
    assert bench.told("service_mode") == ["raised"]


def test_a_bus_that_was_in_use_or_reset_itself_takes_no_service_from_the_button():
    for checked, reset_cause in ((False, "power_on"), (True, "watchdog")):
        bench = Bench(checked=checked)
        bench.start(reset_cause=reset_cause)
        bench.parts.check_button.on = True
        bench.waits(4000)
        bench.parts.check_button.on = False
        bench.waits(1000)
        assert bench.bus.snapshot.trip.mode == "normal", (checked, reset_cause)


def test_what_a_crash_loop_led_to_is_told():
    bench = Bench()
    bench.start(start="safe", crash="MemoryError()", why="Safe mode: 3 resets.")
    bench.waits(1000)
    started, why, crash = bench.events()[:3]
    assert (started["kind"], started["severity"]) == ("started", "warning")
    assert started["data"]["start"] == "safe"
    assert (why["kind"], why["data"]) == (
        "fault",
        {"what": "start", "text": "Safe mode: 3 resets."},
    )
    assert (crash["kind"], crash["data"]) == ("fault", {"what": "crash", "text": "MemoryError()"})


def body_of(bench, kind):
    return [event["data"] for event in bench.events() if event["kind"] == kind]


def test_what_a_full_lane_drops_is_told_to_the_city_exactly():
    """The station explains its gaps by this event."""
    kept = {"alarm_kb": 64, "warning_kb": 64, "cursor_s": 30}
    for lane, name in ((TRACK, "track"), (WARNING, "warning"), (ALARM, "alarm")):
        bench = Bench(dict(defaults(), journal=kept), blocks=42)
        bench.waits(1000)
        journal, mine = bench.bus.journal, []
        for _ in range(200):
            mine += [journal.append(lane, KIND_EVENT, FILLER) for _ in range(20)]
            bench.waits(100)
        bench.waits(5000)
        left = {seq for seq, _, _ in drain(journal, lane)}
        gone = [seq for seq in mine if seq not in left]
        told = [lost for lost in body_of(bench, "records_lost") if lost["lane"] == name]
        assert gone and told, name
        for lost in told:
            assert lost["exact"]
            assert lost["count"] >= len([n for n in gone if lost["first"] <= n <= lost["last"]]) > 0
            assert not [seq for seq in left if lost["first"] <= seq <= lost["last"]]


def test_a_record_that_cannot_be_read_any_more_is_told():
    bench = Bench()
    bench.waits(1000)
    bench.sits(3)
    first = bench.bus.journal.append(ALARM, KIND_EVENT, FILLER)
    bench.bus.journal.append(ALARM, KIND_EVENT, FILLER)
    at = bytes(bench.flash.data).index(FILLER)
    bench.flash.data[at] ^= 1
    bench.start()
    drain(bench.bus.journal, ALARM)
    bench.bus.journal.ack(ALARM, first + 1)
    bench.waits(2000)
    texts = [data["text"] for data in body_of(bench, "fault") if data["what"] == "journal"]
    assert texts == ["1 records since the start cannot be read any more."]


def test_an_alarm_that_broke_as_it_was_put_into_words_comes_a_tick_later():
    for fails in (1, 3):
        bench = Bench()
        left = [fails]
        whole = ChildLeftBehind._event

        def broken(self, state, s, left=left, whole=whole):
            if left[0]:
                left[0] -= 1
                raise MemoryError
            return whole(self, state, s)

        ChildLeftBehind._event = broken
        try:
            bench.parks_with(7)
            bench.waits(3 * MINUTE + 2000)
            assert left == [0] and bench.told("child_left_behind") == ["raised"]
            bench.parts.front_door.on = True
            bench.waits(1000)
            bench.sits(7, False)
            bench.waits(11000)
            bench.presses()
            assert bench.told("child_left_behind") == ["raised", "updated", "cleared"]
        finally:
            ChildLeftBehind._event = whole


def test_an_end_without_a_beginning_ends_no_tick():
    bench = Bench()
    s = bench.bus.snapshot
    data = (("top_kmh", 91), ("lasted_s", 12))
    for state, told in (("cleared", []), ("updated", ["raised"])):
        bench.bus.recorder.event(Event("overspeed", "warning", state, data), s)
        assert bench.told("overspeed") == told


def test_a_cut_wire_out_of_service_raises_no_alarm_and_the_walk_is_asked_for():
    bench = Bench()
    bench.waits(1000)
    bench.sits(7)
    bench.waits(3000)
    assert bench.bus.warnings.level == 5
    bench.bus.out_of_service.grant([7], 3, 1795388400000, "somchai")
    bench.waits(1000)
    assert bench.told("child_left_behind") == ["raised", "cleared"]
    bench.presses()
    bench.waits(2000)
    assert bench.bus.snapshot.trip.phase == "parked" and bench.bus.warnings.level <= 1
    bench.start()
    bench.waits(500)
    assert bench.bus.snapshot.seats.out_of_service == [7] and bench.bus.recorder.active() == [
        "seat_out_of_service"
    ]
    bench.sits(7)
    bench.parks_with()
    bench.waits(3 * MINUTE)
    missed = [event for event in bench.events() if event["kind"] == "check_button_missed"]
    assert missed[-1]["data"] == {"seats": [], "unwatched": [7]}
    assert bench.told("child_left_behind") == ["raised", "cleared"]

"""A whole bus hears the city, and others: its alarms wait for none of it."""

import json

import signed
from bus_bench import MINUTE, Bench
from flash_files import Files
from packs import PACK, Memory, offered

from firmware.config.load import defaults
from firmware.uplink.inbox import LATER


def enrolled(identity=None):
    config = dict(defaults(), fleet="f", bus="b", identity=identity or signed.identity())
    bench = Bench(config)
    bench.waits(1000)
    return bench


def hears(bench, name, payload):
    """-> (ok, sentence); as the uplink does it, with the turns of the bus in between."""
    turns = 0
    told = bench.bus._answer(name, payload, False)
    while told is LATER:
        assert bench.bus.turn(bench.now_ms), "there is more to do"
        turns += 1
        told = bench.bus._answer(name, payload, False)
    told = json.loads(told)
    return told["ok"], told["message"], turns


def test_a_drill_says_who_asked_for_it_and_who_ended_it():
    bench = enrolled()
    ok, _, turns = hears(bench, "drill", signed.DRILL_6)
    assert ok and turns > 300
    bench.waits(1000)
    bench.bus.modes.leave("somsri")
    bench.waits(1000)
    told = [event for event in bench.events() if event["kind"] == "drill"]
    assert [(event["state"], event["data"]["by"]) for event in told] == [
        ("raised", "\u0e2a\u0e21\u0e0a\u0e32\u0e22"),
        ("cleared", "somsri"),
    ]


def test_a_command_that_finds_no_memory_ends_no_turn():
    bench = enrolled()
    real = bench.bus.enter

    def full(*given):
        raise MemoryError()

    bench.bus.enter = full
    try:
        ok, text, _ = hears(bench, "drill", signed.DRILL_6)
    finally:
        bench.bus.enter = real
    assert not ok and "send this again" in text


def test_a_drill_that_ends_by_itself_was_ended_by_nobody():
    bench = enrolled()
    hears(bench, "drill", signed.DRILL_6)
    bench.waits(31 * MINUTE)
    told = [event for event in bench.events() if event["kind"] == "drill"]
    assert (told[1]["state"], "by" in told[1]["data"]) == ("cleared", False)


def test_forged_commands_are_an_event_and_the_alarm_of_a_child_is_on_time():
    quiet, flooded = enrolled(), enrolled()
    told = []
    for bench in (quiet, flooded):
        bench.parks_with(7)
        for _ in range(1900):
            if bench is flooded:
                bench.bus._answer("normal", signed.NORMAL_FORGED, False)
            bench.waits(100)
        raised = [event for event in bench.events() if event["kind"] == "child_left_behind"]
        told.append([(event["state"], event["at"] or event["up_ms"]) for event in raised])
    assert told[0] == told[1] and told[0]
    (refused,) = [event for event in flooded.events() if event["kind"] == "command_refused"]
    data = refused["data"]
    assert (data["reason"], data["command"], data["count"]) == ("signature", "normal", 1)
    assert flooded.parts.nvs.get("command_n") is None


class Receiving(Bench):
    """A bus to which a policy is offered."""

    files = Memory()

    def __init__(self):
        Bench.__init__(self)
        self.waits(1000)
        self.parts_sent = offered(self.bus.policy, PACK % 1)
        self.woken = 0
        self.bus.uplink.wake = self.wakes

    def wakes(self):
        self.woken += 1

    def part(self, number, far_ms):
        """A turn so long before the next tick, in which this part comes -> is it here now?"""
        self.bus.turn(self.bus.next_tick_ms - far_ms)
        return self.sends(number)

    def sends(self, number):
        told = self.bus._answer("part", json.dumps(self.parts_sent[number - 1]).encode(), False)
        if told is LATER:
            return False
        assert "Part %d of 5 is here" % number in json.loads(told)["message"], told
        return True


def test_in_a_driving_bus_a_part_is_written_only_if_the_next_tick_is_far():
    bench = Receiving()
    bench.bus.snapshot.trip.phase = "driving"
    assert not bench.part(1, 79)
    assert json.loads(bench.bus._answer("ping", b'{"v":1,"id":"a"}', False))["ok"]
    bench.bus._supervisor.turn = lambda *given: bench.sends(1)  # as the uplink, once it is woken
    assert bench.bus.turn(bench.bus.next_tick_ms - 78) and bench.woken == 1, "look again at once"
    assert bench.bus.turn(bench.bus.next_tick_ms - 80) and bench.woken == 2
    assert not bench.bus.gap.is_awaited
    bench.bus._supervisor.turn = lambda *given: False
    assert not bench.sends(2), "one a turn"
    bench.bus._has_kept_house, bench.bus.journal.housekeep = False, lambda now_ms: True
    assert not bench.part(2, 100), "the journal has just erased a sector"
    assert bench.part(2, 100)
    bench.bus.snapshot.trip.phase = "parked"
    assert bench.part(3, 1)


def test_a_part_for_which_there_is_never_time_holds_others_up_for_a_second():
    bench = Receiving()
    bench.bus.snapshot.trip.phase = "driving"
    for far_ms in range(79, 79 - 1000, -10):
        assert not bench.part(1, far_ms)
    assert bench.part(1, 79 - 1000)
    assert not bench.part(2, 79 - 1000), "the next one waits as long"
    bench.bus.turn(bench.bus.next_tick_ms - 50)
    bench.bus.turn(bench.bus.next_tick_ms + 2000)
    assert not bench.sends(2), "nobody has waited since"


def test_without_an_offer_no_part_waits():
    bench = Receiving()
    bench.bus.policy._store._give_up()
    bench.bus.snapshot.trip.phase = "driving"
    bench.bus.turn(bench.bus.next_tick_ms)
    told = bench.bus._answer("part", json.dumps(bench.parts_sent[0]).encode(), False)
    assert "cmd/policy first" in json.loads(told)["message"]


def test_an_unsigned_bus_obeys_only_a_ping():
    bench = Bench()
    for name in ("drill", "service", "normal", "evacuation", "out_of_service", "policy"):
        ok, text, _ = hears(bench, name, signed.NORMAL_5)
        assert not ok and "no key" in text, name
    assert hears(bench, "ping", b'{"v":1,"id":"a"}')[0]


def test_the_number_outlives_a_restart():
    bench = enrolled()
    assert hears(bench, "normal", signed.NORMAL_5)[0]
    bench.start()
    assert "may have done it" in hears(bench, "normal", signed.NORMAL_5)[1]


def test_without_a_clock_what_ended_before_the_bus_was_enrolled_has_expired():
    bench = enrolled(signed.identity(at=signed.NOW_S))
    assert bench.bus.snapshot.utc_ms is None
    assert hears(bench, "normal", signed.NORMAL_LATE)[1] == "This command has expired."
    assert hears(bench, "drill", signed.DRILL_6)[0]


def test_an_offer_of_a_release_is_signed_and_counts_once():
    bench = enrolled()
    bench.parts.files = Files()
    bench.bus.updates._parts = bench.parts
    ok, text = hears(bench, "release", signed.RELEASE_13)[:2]
    assert ok and text == "The bus takes the offer of the release 2c26b46b68ffc68f."
    assert json.loads(bench.parts.files.content["update.json"])["bytes"] == 842
    for payload, word in (
        (signed.RELEASE_13, "may have done it"),
        (signed.RELEASE_13.replace(b"842", b"841"), "may have done it"),
        (b'{"v":1,"id":"a","manifest":null}', "for"),
    ):
        ok, text = hears(bench, "release", payload)[:2]
        assert not ok and word in text, text
    bench.waits(1000)
    told = [event["data"] for event in bench.events(2) if event["kind"] == "update"]
    assert told[0] == {"what": "taken"}

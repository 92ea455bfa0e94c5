"""A flash that goes on refusing is a fault that the city hears. P5."""

import json

from bus_bench import Bench
from parts import snapshot

from firmware.journal.journal import ALARM, KIND_EVENT, Journal
from firmware.journal.outage import Outage
from firmware.warnings import INSIDE


class Recorder:
    failed = False


class Refusing:
    refuses = False


def test_a_refusal_that_passes_is_no_fault_and_one_that_lasts_is_one():
    journal, recorder, s = Refusing(), Recorder(), snapshot()
    outage = Outage(journal, recorder)
    told = []
    for ms in range(0, 60000, 100):
        s.now_ms = ms
        journal.refuses = 10000 <= ms < 14000 or 20000 <= ms < 40000
        recorder.failed = 50000 <= ms < 58000
        told += [(ms, event.data[0][1]) for event in outage.update(s)]
        assert outage.is_on == (25000 <= ms < 40000 or 55000 <= ms < 58000), ms
    assert told == [(25000, "journal"), (55000, "journal")]


def status(bench):
    return json.loads(bench.bus._publisher.status())


def state(bench):
    return json.loads(bench.bus._publisher._state())


def test_a_bus_that_cannot_read_its_journal_runs_and_says_so():
    bench = Bench()
    bench.waits(1000)
    bench.bus.journal.append(ALARM, KIND_EVENT, b'"kind":"sos"}')
    bench.flash.refuses_one_in = 1
    bench.start()
    bench.waits(3000)
    assert bench.parts.watchdog.fed > 3, "it ticks"
    assert status(bench)["epoch"] is None and status(bench)["journal"] == "ok"
    assert state(bench)["backlog"] == {"alarm": None, "warning": None, "track": None}
    bench.waits(3000)
    assert status(bench)["journal"] == "refused"
    bench.parks_with(7)
    bench.flash.answer()
    bench.waits(5000)
    assert status(bench)["epoch"] == "9f3a21c4" and status(bench)["journal"] == "ok"
    assert state(bench)["backlog"]["alarm"] > 0
    kinds = [event["kind"] for event in bench.events()]
    assert kinds[0] == "sos", "what was there before"
    faults = [event["data"]["what"] for event in bench.events() if event["kind"] == "fault"]
    assert faults == ["journal"]


def test_a_journal_of_other_sizes_is_renewed_while_the_bus_is_quiet():
    bench = Bench()
    bench.waits(5000)
    bus = bench.bus
    assert isinstance(bus.journal, Journal)
    bus.journal._sizes = (64, 128, 64)
    bus._link.drained = True
    bus._renew_journal()
    assert bus.journal.opened == 1, "there are records that the city lacks"
    for lane in range(3):
        bus.journal.ack(lane, 10**6)
    bus._renew_journal()
    assert bus.journal.opened == 2 and not bus.journal.is_outdated
    bench.waits(1000)
    assert bus._publisher._opened == 2


def test_a_flash_that_refuses_for_ever_silences_no_alarm():
    bench = Bench()
    bench.flash.refuses_one_in = 1
    bench.start()
    bench.parks_with(7)
    bench.waits(200000)
    assert bench.bus.warnings.level >= INSIDE
    assert status(bench)["journal"] == "refused"
    bench.flash.answer()
    bench.waits(2000)
    assert bench.told("child_left_behind")[0] == "raised"

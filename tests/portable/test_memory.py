"""Numbers that outlive a reset, and a flash that takes none."""

from bus_bench import MINUTE, Bench
from parts import Nvs, snapshot

from firmware.memory import Memory


def told(memory, now_ms):
    return [dict(event.data)["text"] for event in memory.update(snapshot(now_ms=now_ms))]


def test_a_number_outlives_a_reset():
    nvs = Nvs()
    memory = Memory(nvs)
    assert memory.get("trip") is None
    memory.set("trip", 7)
    assert memory.update(snapshot()) == ()
    assert nvs == {"trip": 7} and Memory(nvs).get("trip") == 7


def test_what_is_refused_is_told_once_and_offered_again():
    nvs = Nvs(trip=6, boot=2)
    memory = Memory(nvs)
    nvs.refuses = True
    memory.set("trip", 7)
    memory.set("boot", 3)
    assert (memory.get("trip"), nvs["trip"]) == (7, 6)
    (text,) = told(memory, 0)
    assert "a reset would forget boot, trip." in text
    assert told(memory, 10000) == []
    nvs.refuses = False
    assert told(memory, 19999) == [] and nvs["trip"] == 6
    assert told(memory, 20000) == []
    assert nvs == {"trip": 7, "boot": 3}
    memory.set("trip", 8)
    assert (memory.get("trip"), nvs["trip"]) == (8, 8)


def test_each_outage_is_told_and_a_newer_number_is_not_overtaken():
    nvs = Nvs()
    memory = Memory(nvs)
    for outage in range(2):
        nvs.refuses = True
        memory.set("trip", 10 * outage)
        assert len(told(memory, outage * 30000)) == 1
        nvs.refuses = False
        memory.set("trip", 10 * outage + 1)
        assert told(memory, outage * 30000 + 20000) == []
        assert nvs["trip"] == memory.get("trip") == 10 * outage + 1


def test_a_bus_whose_memory_refuses_watches_as_ever():
    bench = Bench()
    bench.nvs.refuses = True
    bench.start()
    bench.parks_with(7)
    bench.waits(3 * MINUTE)
    assert bench.told("child_left_behind") == ["raised"]
    faults = [event["data"]["what"] for event in bench.events() if event["kind"] == "fault"]
    assert faults.count("memory") == 1
    assert bench.nvs["unchecked"] == 0
    bench.nvs.refuses = False
    bench.waits(11000)
    assert bench.nvs["unchecked"] == 1 and bench.nvs["boot"] == bench.bus.startup.boot

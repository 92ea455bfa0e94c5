"""Stop missed, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch

from firmware.rules.stop_missed import StopMissed


def test_stop_missed_tells_each_stop_once():
    watch = Watch(StopMissed, route="r")
    assert watch.sees(MINUTE) == []
    assert watch.sees(100, stops_missed=["a"]) == [("raised", {"stop": "a", "route": "r"})]
    assert watch.sees(MINUTE) == []
    told = watch.sees(300, stops_missed=["a", "b", "c"], stops_done=["d"])
    assert [data["stop"] for _, data in told] == ["b", "c"]
    assert dict(watch.events[-1].why)["served"] == ["d"]
    assert {event.subject for event in watch.events} == {None}
    assert watch.sees(100, stops_missed=()) == []
    assert watch.states(100, stops_missed=["a"]) == ["raised"]
    assert watch.states(100, stops_missed=["a", "b"]) == ["raised"]


def test_stop_missed_of_the_next_trip_is_told_even_without_a_tick_in_between():
    watch = Watch(StopMissed, stops_missed=["a", "b"])
    assert len(watch.sees(300)) == 2
    assert [data["stop"] for _, data in watch.sees(100, stops_missed=["c"])] == ["c"]

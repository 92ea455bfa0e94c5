"""Stop out of order, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch

from firmware.rules.stop_out_of_order import StopOutOfOrder


def test_stop_out_of_order_names_what_was_expected():
    watch = Watch(StopOutOfOrder, route="r")
    assert watch.sees(MINUTE) == []
    assert watch.sees(200, stops_odd=[("b", "a")]) == [
        ("raised", {"stop": "b", "expected": "a", "route": "r"})
    ]
    assert len(Watch(StopOutOfOrder, stops_odd=[("b", "a")]).sees(200)) == 1
    assert watch.sees(100, stops_odd=()) == []
    assert watch.states(200, stops_odd=[("b", "a")]) == ["raised"]

"""A part of the school morning on the virtual board, its power cut while the city is out of
reach: what the journal on the image holds reaches the city once, unchanged and in order.
"""

import pytest
from board_driving import DrivenBoard
from vm import program

from sim.network import brokers


@pytest.fixture
def bus(tmp_path):
    program("micropython")
    with brokers.start() as broker:
        one = DrivenBoard(tmp_path, broker)
        yield one
        one.close()


@pytest.mark.soak
def test_a_morning_with_a_power_cut_reaches_the_city_once_and_in_order(bus):
    bus.runner.power_on()
    bus.runs_until(lambda: ("trip_started", "raised") in bus.heard(), "a trip")
    bus.proxy.is_silent = True
    bus.runs_until(lambda: bus.morning.missing() >= 3, "records that wait")
    bus.runner.power_cut()
    assert bus.morning.missing() >= 3
    bus.proxy.reset()
    bus.proxy.is_silent = False
    bus.runner.power_on()
    bus.runs_until(lambda: bus.heard().count(("started", "raised")) == 2, "a second start")
    minutes = bus.morning.minutes + 1
    bus.runs_until(lambda: bus.morning.minutes >= minutes, "a minute later")
    bus.runs_until(lambda: bus.morning.missing() == 0, "everything at the city")
    bus.morning.check()
    assert "records_lost" not in [kind for kind, _ in bus.heard()]
    assert bus.morning.records >= 10
    assert any(topic.endswith("/track") for _, topic, _ in bus.morning.city)

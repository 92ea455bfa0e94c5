"""sim/network/subscriber.py: what anybody publishes does not stop the city's own program."""

import time

from live_uplink import City

from sim.network import brokers
from sim.network.subscriber import Subscriber


def test_what_is_no_message_of_a_bus_is_passed_over():
    with brokers.start("nats-server") as broker:
        subscriber = Subscriber(broker.host, broker.port, "laemchabang")
        subscriber.start()
        city = City(broker.host, broker.port, "other")
        root = "schoolbus/laemchabang/bus-01/"
        for payload in (b"", b"{", b"[1]", b"\xff", b'{"v":1}'):
            city.say(root + "event", payload)
        heard = []
        end = time.monotonic() + 10
        while not heard and time.monotonic() < end:
            heard += subscriber.take()
            time.sleep(0.05)
        subscriber.stop()
        city.leave()
    assert [one.message for one in heard] == [{"v": 1}]

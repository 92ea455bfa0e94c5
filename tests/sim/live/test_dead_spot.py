"""In a dead spot nothing leaves the bus, not even the end of its connection."""

import socket
import time

from sim.live.dead_spot import TownDialer


def dialled(dialer):
    """-> what the bus got, and the broker's end."""
    here, there = socket.socketpair()
    there.settimeout(0.2)
    dialer.start(lambda: here)
    end_s = time.monotonic() + 5
    while (got := dialer.poll(0)) is None:
        assert time.monotonic() < end_s
    return got, there


def is_over(there):
    try:
        return there.recv(1) == b""
    except TimeoutError:
        return False


def test_the_broker_sees_the_end_only_when_the_bus_connects_again():
    has_network = True
    dialer = TownDialer(lambda: has_network)
    first, broker = dialled(dialer)
    first.send(b"x")
    assert broker.recv(1) == b"x"
    has_network = False
    first.close()
    assert not is_over(broker)
    has_network = True
    second, again = dialled(dialer)
    assert is_over(broker) and not is_over(again)
    second.close()
    assert is_over(again)
    broker.close()
    again.close()

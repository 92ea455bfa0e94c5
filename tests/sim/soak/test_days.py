"""A few bus-days of the soak, and that it notices a broken promise."""

import pytest

from sim.soak.days import Fleet
from sim.soak.fault_injection import FAULTS
from sim.soak.promise import PromiseBroken


def test_two_buses_through_a_day_of_everything():
    fleet = Fleet(buses=2, days=1, seed=20261122, seats=16)
    fleet.live(0)
    assert fleet.confirmed > 200
    assert len(fleet.begun) > len(FAULTS) // 2

    heard = [at for at, (_, topic, _) in enumerate(fleet.peer.city) if topic.endswith("/event")]
    del fleet.peer.city[heard[len(heard) // 2]]
    with pytest.raises(PromiseBroken, match="1 confirmed records never came"):
        for injection in fleet.injections:
            fleet._hold(injection.rig)

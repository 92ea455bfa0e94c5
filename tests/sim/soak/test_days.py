"""A few bus-days of the soak, and that it notices a broken promise."""

import pytest

from sim.soak.days import Broken, Fleet
from sim.soak.fault_injection import TROUBLES


def test_two_buses_through_a_day_of_everything():
    fleet = Fleet(buses=2, days=1, seed=20261122, seats=16)
    fleet.live(0)
    assert fleet.confirmed > 200
    assert len(fleet.begun) > len(TROUBLES) // 2

    heard = [at for at, (_, topic, _) in enumerate(fleet.peer.city) if topic.endswith("/event")]
    del fleet.peer.city[heard[len(heard) // 2]]
    with pytest.raises(Broken, match="1 confirmed records never came"):
        for storm in fleet.storms:
            fleet._hold(storm.rig)

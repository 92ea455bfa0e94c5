"""The soak of school days: a morning of one bus here, whole days of several in `make soak`."""

import pytest

from sim.soak import days
from sim.soak.days import Broken, Fleet
from sim.soak.fault_injection import TROUBLES

_MORNING_MS = 3 * 3_600_000  # from five to eight


def test_a_morning_of_everything_and_a_broken_promise_is_noticed(monkeypatch):
    monkeypatch.setattr(days, "_A_DAY", 400.0)  # as many faults as in a day of the soak
    fleet = Fleet(buses=1, days=1, seed=20261122, seats=16)
    (storm,) = fleet.storms
    storm.pass_over(_MORNING_MS)
    storm.calm()
    fleet._hold(storm.rig)
    assert fleet.confirmed > 100
    assert len(fleet.begun) > len(TROUBLES) // 2

    events = [at for at, (_, topic, _) in enumerate(fleet.peer.city) if topic.endswith("/event")]
    del fleet.peer.city[events[len(events) // 2]]
    with pytest.raises(Broken, match="1 confirmed records never came"):
        fleet._hold(storm.rig)

"""The soak of school days: a morning of one bus here, whole days of several in `make soak`."""

import pytest

from sim.soak import days
from sim.soak.days import Fleet
from sim.soak.fault_injection import FAULTS
from sim.soak.promise import PromiseBroken

_MORNING_MS = 3 * 3_600_000  # from five to eight


def test_a_morning_with_a_day_of_faults_and_a_broken_promise_is_noticed(monkeypatch):
    monkeypatch.setattr(days, "_A_DAY", 400.0)  # as many faults as in a day of the soak
    fleet = Fleet(buses=1, days=1, seed=20261122, seats=16)
    (injection,) = fleet.injections
    injection.run_until(_MORNING_MS)
    injection.mend_all()
    fleet._hold(injection.rig)
    assert fleet.confirmed > 100
    assert len(fleet.begun) > len(FAULTS) // 2

    heard = [at for at, (_, topic, _) in enumerate(fleet.peer.city) if topic.endswith("/event")]
    del fleet.peer.city[heard[len(heard) // 2]]
    with pytest.raises(PromiseBroken, match="1 confirmed records never came"):
        fleet._hold(injection.rig)

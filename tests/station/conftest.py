"""Fixtures: a real broker, both databases, and a station between them."""

import pytest
from argon2 import PasswordHasher

from sim.bus.city import City
from sim.live.postgres import Cluster, programs
from sim.network import brokers
from station.alarms import alarms, silence, two_boards, unrecorded, untrusted
from station.ingest import quarantine
from station.people import passwords
from station.settings import Address, Settings


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch):
    """argon2 as ever, but it need not take long here."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    monkeypatch.setattr(passwords, "_NOBODY", quick.hash("nobody"))


@pytest.fixture(autouse=True)
def quick_turns(monkeypatch):
    """What the station looks at once a second it looks at more often here."""
    for part in (silence, alarms, two_boards, unrecorded, untrusted, quarantine):
        monkeypatch.setattr(part, "_TICK_S", 0.1)


@pytest.fixture(scope="session")
def cluster():
    where = programs()
    if where is None:
        pytest.skip("PostgreSQL is not installed")
    cluster = Cluster(where)
    yield cluster
    cluster.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request, tmp_path):
    """An empty database of each kind, by its address."""
    if request.param == "sqlite":
        return str(tmp_path / "station.db")
    return request.getfixturevalue("cluster").emptied()


@pytest.fixture
def broker():
    with brokers.start() as broker:
        yield broker


@pytest.fixture
def settings(db, broker):
    address = Address(broker.host, broker.port)
    return Settings(broker=address, db=db, accept_unsealed=True, city_key=City().pem)

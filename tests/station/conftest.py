"""Fixtures: a real broker, both databases, and a station between them."""

import pytest
from postgres import Cluster, programs

from sim import brokers
from station.settings import Settings


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
    return request.getfixturevalue("cluster").new()


@pytest.fixture
def broker():
    with brokers.start() as broker:
        yield broker


@pytest.fixture
def settings(db, broker):
    return Settings(broker=(broker.host, broker.port), db=db)

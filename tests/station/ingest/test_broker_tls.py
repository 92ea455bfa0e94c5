"""TLS to a real mosquitto that asks for name and password."""

import asyncio
import logging
import shutil
import subprocess

import pytest
from station_told import running, until
from tls import authority, mosquitto, vouched

from sim.network import brokers
from station.settings import load

USER, PASSWORD = "station", "pa55word-of-the-broker"
pytestmark = [
    pytest.mark.skipif(brokers.executable("mosquitto") is None, reason="mosquitto is missing"),
    pytest.mark.skipif(shutil.which("mosquitto_passwd") is None, reason="no mosquitto_passwd"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing"),
]


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """-> (port of a broker on localhost, folder of certificates)."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = vouched(folder, authority(folder, "city"), "localhost")
    authority(folder, "stranger")
    names = folder / "names.txt"
    subprocess.run(["mosquitto_passwd", "-b", "-c", names, USER, PASSWORD], check=True)
    settings = ("allow_anonymous false", f"password_file {names}", f"certfile {certificate}",
                f"keyfile {key}")  # fmt: skip
    with mosquitto(folder, "\n".join(settings)) as port:
        yield port, folder


@pytest.fixture
def station_at(city, tmp_path, monkeypatch):
    """station_at(host, authority, password) -> settings, as `make station` reads them."""
    port, folder = city

    def make(host="localhost", ca="city", password=PASSWORD):
        monkeypatch.setenv("STATION_BROKER_USER", USER)
        monkeypatch.setenv("STATION_BROKER_PASSWORD", password)
        given = {"broker": f"mqtts://{host}:{port}", "db": str(tmp_path / "s.db")}
        if ca:
            given["broker_ca"] = str(folder / f"{ca}.pem")
        return load(given)

    return make


def test_it_connects_to_the_broker_that_its_authority_vouches_for(station_at, caplog):
    caplog.set_level(logging.DEBUG)

    async def scenario():
        async with running(station_at()) as station:
            await until(lambda: station.services.broker.ok and station.broker.records.ready)

    asyncio.run(scenario())
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"ca": "stranger"}, "certificate verify failed"),
        ({"ca": None}, "certificate verify failed"),
        ({"host": "127.0.0.1"}, "IP address mismatch"),
        ({"password": "wrong-pa55word"}, "Not authorized"),
    ],
    ids=["another authority", "this computer's authorities", "another name", "password"],
)
def test_else_it_says_why_not_and_stays_away(station_at, caplog, given, reason):
    async def scenario():
        async with running(station_at(**given)) as station:
            await until(lambda: reason in caplog.text, reason)
            assert not station.services.broker.ok

    asyncio.run(scenario())
    assert "pa55word" not in caplog.text

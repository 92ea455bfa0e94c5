"""TLS to a real mosquitto that asks for name and password."""

import asyncio
import logging
import shutil
import subprocess

import pytest
from station_told import running, until
from tls import authority, mosquitto, vouched

from sim.network import brokers
from station.settings import SettingsError, load

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
            await until(lambda: station.health.broker.ok and station.broker.records.ready)

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
            assert not station.health.broker.ok

    asyncio.run(scenario())
    assert "pa55word" not in caplog.text


@pytest.mark.parametrize(
    ("text", "address", "tls"),
    [
        ("mqtt.example.org:1884", ("mqtt.example.org", 1884), False),
        ("mqtt://mqtt.example.org", ("mqtt.example.org", 1883), False),
        ("mqtts://mqtt.example.org", ("mqtt.example.org", 8883), True),
        ("mqtts://[::1]:8884/", ("::1", 8884), True),
        ("mqtts://[::1]", ("::1", 8883), True),
    ],
)
def test_addresses(text, address, tls):
    settings = load({"broker": text})
    assert (settings.broker, settings.broker_tls) == (address, tls)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"broker": "ws://mqtt.example.org"}, "neither mqtt:// nor mqtts://"),
        ({"broker": "mqtts://me:secret@mqtt.example.org"}, "STATION_BROKER_PASSWORD"),
        ({"broker_ca": "/no/such/file"}, "/no/such/file cannot be read: No such file"),
        ({"broker_ca": __file__}, "holds no certificate in PEM"),
        ({"tiles": "/no/such/town.pmtiles"}, "/no/such/town.pmtiles is no file here"),
    ],
)
def test_what_is_wrong_is_named_and_no_secret_repeated(given, told):
    with pytest.raises(SettingsError, match=told) as error:
        load(given)
    assert "secret" not in str(error.value)

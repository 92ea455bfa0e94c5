"""A broker that ends the connection without a word: the station's log says what may be the cause.

The broker is a real mosquitto with the configuration that the station writes for it.
"""

import asyncio

import pytest
from station_told import running, until

from sim.network import brokers
from station.__main__ import main
from station.settings import load


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """-> (port of the buses, port of the station, the broker's folder)."""
    program = brokers.executable("mosquitto")
    if program is None:
        pytest.skip("mosquitto is not installed")
    folder = tmp_path_factory.mktemp("silent")
    assert (
        main(["keys", "--first", "--out", str(folder / "keys"), "--db", str(folder / "s.db")]) == 0
    )
    port, station_port = brokers.free_port(), brokers.free_port()
    made = ["--out", str(folder / "broker"), "--keys", str(folder / "keys"), "--db",
            str(folder / "s.db"), "--host", "localhost", "--bind", "127.0.0.1",
            "--port", str(port), "--station-port", str(station_port)]  # fmt: skip
    assert main(["broker", "mosquitto", *made]) == 0
    config = folder / "broker" / "mosquitto.conf"
    with brokers.Broker("mosquitto", program, port, config, (station_port,)):
        yield port, station_port, folder / "broker"


@pytest.mark.parametrize(
    ("scheme", "has_certificate", "is_buses", "reason"),
    [
        ("mqtt", False, False, "it may speak TLS alone"),
        ("mqtts", False, False, "it may want the station's certificate"),
        ("mqtts", True, True, "this may be the port of the buses"),
    ],
)
def test_its_log_says_why(written, tmp_path, caplog, scheme, has_certificate, is_buses, reason):
    *ports, folder = written
    address = f"{scheme}://localhost:{ports[not is_buses]}"
    given = {"broker": address, "db": str(tmp_path / "s.db")}
    if scheme == "mqtts":
        given["broker_ca"] = str(folder / "authority.crt")
    if has_certificate:
        given |= {"broker_cert": str(folder / "station.crt"),
                  "broker_key": str(folder / "station.key")}  # fmt: skip

    async def scenario():
        async with running(load(given)):
            await until(lambda: reason in caplog.text, reason)

    asyncio.run(scenario())
    (said,) = [one for one in caplog.messages if "without an answer" in one]
    assert said.startswith(f"The broker localhost:{ports[not is_buses]} cannot be reached: ")

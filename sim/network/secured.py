"""A fleet as a city runs it: its keys, an identity for every bus, and the broker that lets in these
buses and the station alone, by TLS.

The station's own commands make all of it, in a temporary folder that is removed at the end.
"""

from __future__ import annotations

import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from firmware.identity import Identity, read
from sim.network import brokers

_KINDS = {"mosquitto": "mosquitto", "nats-server": "nats"}


class SecuredFleet:
    """For a with block. FileNotFoundError: no broker is installed. OSError: it did not start."""

    def __init__(self, fleet: str, buses: Sequence[str], utc_ms: int, kind: str | None = None):
        """utc_ms: the time in the town, when they were enrolled."""
        found = [name for name in ((kind,) if kind else brokers.KINDS) if brokers.executable(name)]
        if not found:
            raise FileNotFoundError("no broker here; make setup installs nats-server")
        self.kind = found[0]
        self._files = Path(tempfile.mkdtemp(prefix="busguard-fleet-"))
        self._broker: brokers.Broker | None = None
        try:
            self._make(fleet, buses, utc_ms)
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> SecuredFleet:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _make(self, fleet: str, buses: Sequence[str], utc_ms: int) -> None:
        keys, db, out = (self._files / name for name in ("keys", "db", "broker"))
        self.given = given = self._files / "given"
        """The identity files."""
        self.address = brokers.HOST, brokers.free_port()
        """Where the buses connect."""
        has_a_port = self.kind == "mosquitto"
        port = brokers.free_port() if has_a_port else self.address[1]
        self.station_address = brokers.HOST, port
        on = ["--keys", str(keys), "--db", str(db)]
        _commands(
            ["keys", "--out", str(keys), "--first", "--db", str(db)],
            ["enrol", fleet, *buses, *on, "--out", str(given), "--clock", str(utc_ms)],
            ["broker", _KINDS[self.kind], "--out", str(out), *on, "--host", brokers.HOST,
             "--bind", brokers.HOST, "--port", str(self.address[1]), "--station-port", str(port)],
        )  # fmt: skip
        self.identities: dict[str, Identity] = {
            bus: read((given / f"{bus}.identity.json").read_bytes()) for bus in buses
        }
        names = ("authority.crt", "station.crt", "station.key")
        self._ca, self._certificate, self._key = (str(out / name) for name in names)
        self.for_station = {
            "STATION_BROKER": f"mqtts://{brokers.HOST}:{port}", "STATION_BROKER_CA": self._ca,
            "STATION_BROKER_CERT": self._certificate, "STATION_BROKER_KEY": self._key,
            "STATION_KEYS": str(keys), "STATION_DB": str(db),
        }  # fmt: skip
        """Its settings."""
        program = brokers.executable(self.kind)
        assert program is not None
        (config,) = (
            out / name for name in ("mosquitto.conf", "nats.conf") if (out / name).exists()
        )
        self._broker = brokers.Broker(self.kind, program, self.address[1], config, (port,))

    def as_station(self) -> ssl.SSLContext:
        """For another program that listens with the station's rights."""
        context = ssl.create_default_context(cafile=self._ca)
        context.load_cert_chain(self._certificate, self._key)
        return context

    def stop(self) -> None:
        if self._broker is not None:
            self._broker.stop()
        shutil.rmtree(self._files, ignore_errors=True)


def _commands(*commands: list[str]) -> None:
    """Of the station, in one process: each would take half a second to start. OSError."""
    lines = [f"if main({command!r}): sys.exit(2)" for command in commands]
    code = "\n".join(["import sys", "from station.__main__ import main", *lines])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        start_new_session=True,
    )  # fmt: skip
    if done.returncode:
        raise OSError(done.stderr.strip()[-500:])

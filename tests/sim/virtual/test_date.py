"""The ESP32 begins in the year 2000, and still verifies its broker in the first minute."""

import json
import re
import time

import pytest
from bench_board import BenchBoard
from certificates import certified
from tls import mosquitto
from vm import program

from sim.bus import identities
from sim.network import brokers
from sim.virtual.date import BoardDate, library
from sim.vm import _ops as ops

FLEET, BUS = "laemchabang", "bus-01"
TOLD = re.compile(rb"\r\nselftest ({.*})\r\n")


def broker(folder, city):
    """Speaks to clients with a certificate of the city only."""
    ca, _ = city.save(folder, "city")
    certificate, key = certified("localhost", city, host="localhost").save(folder, "broker")
    files = f"cafile {ca}\ncertfile {certificate}\nkeyfile {key}\n"
    return mosquitto(folder, files + "require_certificate true\nuse_identity_as_username true")


def starts(bus):
    """-> {part: (ok, text)} of the self-test of this start, and the year that the clock shows."""
    bus.runner.power_cut()
    bus.output = b""
    bus.runner.power_on()
    bus.runs_until(lambda: TOLD.search(bus.output), "a self-test")
    report = json.loads(TOLD.search(bus.output)[1])
    return {name: (ok, told) for name, ok, told in report["parts"]}


@pytest.mark.skipif(brokers.executable("mosquitto") is None, reason="mosquitto is missing")
@pytest.mark.skipif(library() is None, reason="faketime is missing")
def test_tls_works_without_satellites_because_the_board_sets_its_clock(tmp_path):
    program("micropython")
    city = certified("city")
    mine = certified(f"{FLEET}/{BUS}", city)
    at = int(time.time()) - 3600
    given = identities.fields(FLEET, BUS, at=at, ca=city.der, cert=mine.der, key=mine.key_der)
    files = {"identity.json": json.dumps(given).encode()}
    with broker(tmp_path, city) as port:
        date = BoardDate(tmp_path / "date")
        where = {"host": "localhost", "tls": True}
        bus = BenchBoard(tmp_path, port, files, date, broker=where)
        try:
            bus.world.sky = "blocked"  # a garage
            parts = starts(bus)
            assert parts["broker"][0] is True, parts["broker"]
            today = time.strftime("%Y-%m-%d", time.gmtime(at))
            assert parts["identity"] == (
                True,
                f"{given['serial']}, made {today}, with a certificate; TLS; "
                f"the date is at least {today}",
            )
            assert parts["gnss"][0] is None, "no position"
            # The same board, whose clock cannot be set: it stays in the year 2000.
            bus.board._answers[ops.RTC_OFFSET] = lambda *_: (0, b"", 0)
            parts = starts(bus)
            assert parts["broker"][0] is False
            assert "certificate is not valid yet" in parts["broker"][1]
        finally:
            bus.close()

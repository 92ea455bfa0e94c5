"""The log as JSON: every line of a station that runs, and no secret in it."""

import json
import logging
import os
import socket
import subprocess
import sys

from station_told import wait
from vm import ROOT

from sim.network.brokers import free_port
from station.log_lines import JsonLines

MEMBERS = {"at", "level", "logger", "message"}


def test_a_traceback_is_one_member_of_one_line():
    try:
        raise ValueError("first line\nsecond line")
    except ValueError:
        told = sys.exc_info()
    record = logging.LogRecord("station.x", logging.ERROR, "", 1, "%s failed\nand more", ("this",),
                               told)  # fmt: skip
    text = JsonLines().format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert set(line) == MEMBERS | {"error"}
    assert line["message"] == "this failed\nand more" and line["level"] == "error"
    assert "Traceback" in line["error"] and "second line" in line["error"]
    assert line["at"].endswith("Z") and len(line["at"]) == 24


def test_every_line_of_a_station_is_an_object(tmp_path):
    port, log = free_port(), tmp_path / "log"
    hidden = {"STATION_BROKER_USER": "station", "STATION_BROKER_PASSWORD": "hush-broker",
              "STATION_FEED_TOKEN": "hush-feed"}  # fmt: skip
    words = ["serve", "--db", str(tmp_path / "s.db"), "--http", f"127.0.0.1:{port}",
             "--broker", "127.0.0.1:9"]  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "station", *words], cwd=ROOT, stdout=out,
                                   env={**os.environ, **hidden, "STATION_LOG": "json"},
                                   stderr=out)  # fmt: skip
    try:
        wait(lambda: "cannot be reached" in log.read_text() and _listens(port), 60)
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            client.sendall(b"hush-header \xff\r\n\r\n")
            client.recv(100)
        wait(lambda: "Invalid HTTP request" in log.read_text(), 30)
    finally:
        process.terminate()
        process.wait(30)
    text = log.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert all(set(line) == MEMBERS for line in lines)
    loggers = {line["logger"] for line in lines}
    assert {"uvicorn.error", "station.ingest.broker", "station.operator.serve"} <= loggers
    assert "hush" not in text


def _listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True

"""Another program holds the database: the station answers at once, says so, and goes on after."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time

from programs import ended
from station_told import (
    PASSWORD,
    browser,
    connected,
    count,
    event,
    on_one_database,
    running,
    signed_in,
    telling,
    until,
)
from vm import ROOT

SENTENCE = "Another program holds the database, so nothing was stored. Try again in a moment."
LONG_S = 20
"""What no person waits for: it was 38 s, and no test of speed."""


@contextlib.contextmanager
def another_program(settings, begin):
    other = sqlite3.connect(settings.db, timeout=LONG_S, isolation_level=None)
    other.execute(begin)
    other.execute("SELECT count(*) FROM buses").fetchall()
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@on_one_database
def test_who_asks_hears_that_it_is_locked_and_afterwards_all_goes_on(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await connected(station)
            staff = await signed_in(station, "duty", "duty")
            staff._transport.raise_app_exceptions = True  # the server would log each at length
            with telling(broker) as bus:
                bus.say(event(1))
                await until(lambda: station.alarms.at_hand)
                number = next(iter(station.alarms.at_hand))
                who = {"name": "duty", "password": PASSWORD}
                with another_program(settings, "BEGIN IMMEDIATE"):
                    begun_s = time.monotonic()
                    signs_in = browser(station).post("/api/login", json=who)
                    answers = staff.post(f"/api/alarms/{number}/ack", json={"note": "calling"})
                    said = await asyncio.gather(signs_in, answers)
                    assert time.monotonic() - begun_s < LONG_S
                    assert [one.status_code for one in said] == [503, 503]
                    assert {one.json()["detail"] for one in said} == {SENTENCE}
                    assert (await staff.get("/healthz")).status_code == 503
                    bus.say(event(2))
                assert await is_well(station, staff), "no record has to come for it"
                await until(lambda: len(station.alarms.at_hand) == 2)
                said = await staff.post(f"/api/alarms/{number}/ack", json={"note": "calling"})
                assert said.status_code == 200

    asyncio.run(scenario())


async def is_well(station, client):
    async def asked():
        return (await client.get("/healthz")).status_code == 200

    return await until(asked)


@on_one_database
def test_who_only_reads_is_in_nobodys_way(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await connected(station)
            staff = await signed_in(station, "duty", "duty")
            with another_program(settings, "BEGIN"), telling(broker) as bus:
                bus.say(event(1))
                await until(lambda: station.alarms.at_hand)
                assert await count(station, "events") == 1
                well = await staff.get("/healthz")
                assert (well.status_code, well.json()["notices"]["ok"]) == (200, True)

    asyncio.run(scenario())


@on_one_database
def test_it_can_be_ended_while_it_is_locked(settings, broker):
    command = [sys.executable, "-m", "station", "serve", "--http", "127.0.0.1:0"]
    where = {**os.environ, "STATION_DB": settings.db, "STATION_ACCEPT_UNSEALED": "1",
             "STATION_BROKER": f"{broker.host}:{broker.port}"}  # fmt: skip
    with ended(subprocess.Popen(command, env=where, cwd=ROOT, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)) as station:  # fmt: skip
        assert "http://" in station.stdout.readline()
        with another_program(settings, "BEGIN IMMEDIATE"), telling(broker) as bus:
            bus.say(event(1))
            time.sleep(0.5)  # so that it waits for the lock
            station.send_signal(signal.SIGTERM)
            station.communicate(timeout=LONG_S)
    assert station.returncode in (0, -signal.SIGTERM)


@on_one_database
def test_healthz_is_true_again_without_a_record_when_the_server_is_back(cluster, broker, settings):
    """All night no bus speaks: a probe would have restarted the station again and again."""
    ours = settings.model_copy(update={"db": cluster.emptied()})

    async def scenario():
        async with running(ours) as station:
            await connected(station)
            client = browser(station)
            assert await is_well(station, client)
            await asyncio.to_thread(cluster.halt)
            try:
                await until(lambda: not station.services.database.ok)
                assert (await client.get("/healthz")).status_code == 503
            finally:
                await asyncio.to_thread(cluster.start)
            assert await is_well(station, client)

    asyncio.run(scenario())

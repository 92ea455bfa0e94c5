"""One station works on a database; a second one says so and leaves it alone."""

import asyncio
import subprocess
import sys

import pytest
from station_told import NOW_MS, on_one_database, running
from vm import ROOT

from station.clock import FollowedClock
from station.db.database import Database, DatabaseError
from station.settings import Settings
from station.station import Station


def test_a_second_station_is_refused_or_waits_until_the_first_has_ended(settings, broker):
    """On SQLite it is refused; on PostgreSQL it may wait, and take over."""

    async def scenario():
        async with running(settings) as first:
            second = Database(settings.db)
            assert not await second.claim()
            if second.is_sqlite:
                with pytest.raises(DatabaseError, match="Another station works on the database"):
                    await second.lead()
            assert first.db.leads and not second.leads
            await second.close()
        async with running(settings):
            pass

    asyncio.run(scenario())


@on_one_database
def test_one_that_ends_while_it_writes_finishes_that(settings, broker):
    """Cancelled in the middle of it, a connection of SQLite may keep the lock for ever."""
    done = []

    async def writes(station):
        async with station.db.write():
            await asyncio.sleep(0.3)
        done.append("committed")

    async def scenario():
        async with running(settings) as station:
            station._tasks.append(asyncio.create_task(writes(station)))
            await asyncio.sleep(0.1)
        assert done == ["committed"]

    asyncio.run(scenario())


def commanded(settings, *words):
    """`python -m station ...` on the database of a station that runs -> how it ended."""
    command = [sys.executable, "-m", "station", *words, "--db", settings.db]

    async def scenario():
        async with running(settings):
            return await asyncio.to_thread(
                subprocess.run, command, cwd=ROOT, capture_output=True, text=True
            )

    return asyncio.run(scenario())


@on_one_database
def test_it_is_one_sentence_on_the_command_line(settings, broker):
    done = commanded(settings, "serve", "--http", "127.0.0.1:0")
    assert done.returncode == 2
    assert "Another station works on the database" in done.stderr
    assert "Traceback" not in done.stderr


@on_one_database
def test_people_and_policies_may_be_given_to_a_station_that_runs(settings, broker):
    assert commanded(settings, "admin", "boss", "--generate").returncode == 0


def test_a_part_that_finds_the_database_away_waits_before_it_tries_again(tmp_path):
    tries = []

    async def finds_it_away():
        tries.append(1)
        raise ConnectionRefusedError

    async def scenario():
        station = Station(Settings(db=str(tmp_path / "s.db")), FollowedClock(NOW_MS))
        task = asyncio.create_task(station._keep_on(finds_it_away))
        await asyncio.sleep(0.2)
        task.cancel()

    asyncio.run(scenario())
    assert len(tries) == 1

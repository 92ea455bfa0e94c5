"""What a revoked board left on the broker as retained messages is taken off."""

import asyncio

import pytest
from broker_client import Client, until
from sealed_told import enrol
from sqlalchemy import update
from station_told import NOW_MS, At, connected, on_one_database

from station.db.tables import identities

ROOT = "schoolbus/lc/bus-01/"
NAMES = ("status", "state", "event", "track", "reply", "fetch")
OTHER = "schoolbus/lc/bus-02/state"


def kept(port, number):
    """Names of the bus whose message the broker has."""
    reader = Client(port, f"reader-{number}")
    reader.hear("schoolbus/#")
    reader.say("schoolbus/end", "end")
    until(lambda: ("schoolbus/end", "end") in reader.heard)
    reader.leave()
    assert (OTHER, "left") in reader.heard
    return [name for name in NAMES if (ROOT + name, "left") in reader.heard]


@on_one_database
@pytest.mark.parametrize(("by", "next_board", "left"), [
    ("boss", False, []), ("boss", True, ["status", "state"]), ("rotation", True, list(NAMES)),
])  # fmt: skip
def test_messages_of_a_board_that_a_person_ended(settings, broker, by, next_board, left):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station, "00000000000000a1")
            thief = Client(broker.port, "thief")
            for topic in [ROOT + name for name in NAMES] + [OTHER]:
                await asyncio.to_thread(thief.say, topic, "left", True)
            thief.leave()
            if next_board:
                await enrol(station, "00000000000000a2")
            async with station.db.write() as connection:
                first = update(identities).where(identities.c.serial == "00000000000000a1")
                await connection.execute(first.values(revoked_ms=NOW_MS, revoked_by=by))
            await station.register.read()
            station.retained.take_off()
            for number in range(20):
                found = await asyncio.to_thread(kept, broker.port, number)
                if found == left:
                    break
                await asyncio.sleep(0.1)
            assert found == left

    asyncio.run(scenario())

"""A bus that seals what it says, and a station that takes nothing else: for the tests of seals."""

from sqlalchemy import insert
from station_told import NOW_MS, ROOT

from station.db import tables
from station.ingest import seal

SERIAL = "00000000000000a1"
KEY, OLD_KEY = bytes(range(32)), bytes(range(32, 64))
LEFT = "child_left_behind"


def sealed(message, key=KEY, root=ROOT):
    name, payload = message
    return name, seal.seal(key, root + name, payload)


async def enrol(station, serial=SERIAL, key=KEY, revoked_ms=None, bus="bus-01",
                revoked_by="boss"):  # fmt: skip
    async with station.db.write() as connection:
        values = {
            "fleet": "lc", "bus": bus, "serial": serial, "how": "certificate",
            "mac_key": key.hex(), "made_ms": NOW_MS, "made_by": "boss", "revoked_ms": revoked_ms,
            "revoked_by": revoked_by if revoked_ms else None,
        }  # fmt: skip
        await connection.execute(insert(tables.identities).values(values))
    await station.register.read()


def told(station):
    """Open alarms that a message could not be trusted: severity, reason, kinds of events."""
    return [
        (a["severity"], a["data"]["reason"], a["data"].get("active", []))
        for a in station.alarms.views()
        if a["kind"] == "untrusted" and a["cleared_at"] is None
    ]


def the_bus(station):
    return station.live.get("lc", "bus-01")

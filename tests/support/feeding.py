"""Buses and alarms as GET /api/live shows them, and a station whose feeds can be asked.

The broker is out of reach there; what a bus said is put in where the broker's messages come out.
"""

import asyncio
import contextlib

import httpx

from station.app import make_app
from station.clock import Clock, parse_iso
from station.ingest import contract
from station.ingest.came import Came
from station.settings import Settings
from station.station import Station

NOW_S = 1795306400
NOTHING = {"total": None, "taken": None, "unknown": None, "unbelted": None}
TOKEN = "a-token-for-the-map"


def bus(**known):
    """A bus that drives."""
    return {
        "fleet": "laemchabang", "bus": "bus-01", "label": "Bus 1", "show": "driving",
        "at": "2026-11-22T00:12:03.400Z", "heard_at": "2026-11-22T00:12:04.000Z", "stale": False,
        "clock": "gnss", "dark_since": None, "phase": "driving", "trip": 3, "ignition": True,
        "route": "north", "lat": 13.0827, "lon": 100.8833, "accuracy_m": 5, "estimated": False,
        "speed_kmh": 36.0, "heading_deg": 183, "alarms": 0, "phone": "081-000-0000",
        "seats": {"total": 4, "taken": [1], "unknown": [], "unbelted": []},
    } | known  # fmt: skip


class Now(Clock):
    ms = NOW_S * 1000

    def now_ms(self):
        return self.ms


class Fed:
    def __init__(self, station, client):
        self.station, self.client, self.clock = station, client, station.clock

    async def hears(self, topic, payload, bus="lcb/bus-01"):
        """topic, payload: as station_told makes them."""
        topic = f"schoolbus/{bus}/{topic}"
        message = contract.read(topic, payload)
        assert not isinstance(message, contract.Bad), message
        now_ms = self.clock.now_ms()
        if message.name == "state":
            self.station.live.state(message.fleet, message.bus, message.body, False, now_ms)
        else:
            came = Came(topic, b"", False, now_ms, 1, 1)
            await self.station.records.keep([(message, came)], [])

    async def reads(self, path, token=TOKEN):
        answer = await self.client.get(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        return answer


@contextlib.asynccontextmanager
async def fed(folder, at=None, **more):
    """A station at that moment (ISO)."""
    settings = Settings(broker=("127.0.0.1", 9), db=str(folder / "s.db"), feed_token=TOKEN,
                        accept_unsealed=True, **more)  # fmt: skip
    clock = Now()
    if at is not None:
        clock.ms = parse_iso(at)
    station = Station(settings, clock)
    for forwarder in station.forwards.all:
        forwarder.watch = asyncio.Event().wait  # its turns are taken by hand
    await station.start()
    try:
        transport = httpx.ASGITransport(make_app(station))
        async with httpx.AsyncClient(transport=transport, base_url="http://station") as client:
            yield Fed(station, client)
    finally:
        await station.stop()

"""A page process without a leader does not say that all is well."""

import asyncio

from station_told import browser

from station.clock import Clock
from station.db import lease
from station.db.database import Database
from station.live import leadership
from station.live.hub import Hub
from station.live.leadership import Leadership
from station.live.services import Services
from station.operator import serve
from station.settings import Settings
from station.station import Station

AWAY = ("127.0.0.1", 9)


def test_a_page_process_says_that_nobody_leads(cluster, monkeypatch):
    monkeypatch.setattr(leadership, "_LOOKS", 2)
    monkeypatch.setattr(lease, "_MARGIN_S", 0.1)

    async def scenario():
        address = cluster.emptied()
        pages, leads = Database(address), Database(address)
        await pages.upgrade()
        services = Services(Clock(), Hub(), pages, 5)
        one = Leadership(pages, services)
        await one.look()
        assert services.view()["leader"]["ok"] is False  # at once, at its start
        assert "NO station takes" in await serve._waits(pages, "page", False)

        await leads.lead()
        await one.look()
        assert services.view()["leader"]["ok"] is True
        assert "Another station takes" in await serve._waits(pages, "page", False)

        await leads.close()
        await one.look()
        assert services.leader.ok  # a standby may take over now
        await one.look()
        assert not services.leader.ok
        await pages.close()

    asyncio.run(scenario())


def test_healthz_of_a_page_process_names_the_leader(cluster, broker):
    settings = Settings(broker=(broker.host, broker.port), db=cluster.emptied(), role="page")

    async def scenario():
        station = Station(settings, leads=False)
        await station.start()
        try:
            async with browser(station) as client:
                for _ in range(100):
                    said = (await client.get("/healthz")).json()
                    if not said["leader"]["ok"]:
                        break
                    await asyncio.sleep(0.05)
                assert said["ok"] is False and said["leader"]["ok"] is False
        finally:
            await station.stop()

    asyncio.run(scenario())

"""Buses are announced, again when Home Assistant or the broker has started, and taken back."""

import asyncio
import json

import paho.mqtt.client as mqtt
import pytest
from station_told import (
    connected,
    count,
    on_one_database,
    running,
    signed_in,
    state,
    status,
    telling,
    until,
)

from sim.network import brokers
from station.feeds.home_assistant import announcer
from station.settings import Address

MINE = "homeassistant/device/busguard_lc_bus-01/config"


@pytest.fixture(autouse=True)
def quick_announcements(monkeypatch):
    monkeypatch.setattr(announcer, "_EVERY_S", 0.1)


class HomeAssistant:
    """Hears what is announced; says that it has started."""

    def __init__(self, broker):
        self.heard = []
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe("homeassistant/device/#", 1)
        self._client.on_message = lambda _, __, one: self.heard.append((one.topic, one.payload))
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._client.disconnect()
        self._client.loop_stop()

    def starts(self):
        self.heard.clear()
        self._client.publish("homeassistant/status", "online", 1).wait_for_publish(10)

    def expires(self):
        told = [json.loads(text)["components"] for _, text in self.heard if text]
        return [one["phase"]["expire_after"] for one in told]

    def names(self):
        return [json.loads(text)["device"]["name"] for _, text in self.heard if text]


@on_one_database
def test_buses_are_announced_again_after_its_birth_message_and_when_their_promise_changes(
    settings, broker
):
    async def story():
        async with running(settings.model_copy(update={"home_assistant": True})) as station:
            await connected(station)
            with telling(broker) as bus, HomeAssistant(broker) as home:
                bus.say(status(), state())
                await until(lambda: home.names()[-1:] == ["bus-01"], "announcing")
                await until(lambda: home.expires()[-1:] == [130], "announcing its promise")
                home.starts()
                await until(home.names, "announcing anew")
                home.heard.clear()
                bus.say(state(station.clock.now_ms(), phase="parked", next_s=900))
                await until(home.names, "announcing another promise")
                parts = json.loads(home.heard[-1][1])["components"]
                assert parts["phase"]["expire_after"] == 1020
            assert await count(station, "quarantine") == 0

    asyncio.run(story())


@on_one_database
def test_a_bus_that_is_taken_off_the_list_is_taken_back_also_after_a_restart(settings, broker):
    async def story():
        told = settings.model_copy(update={"home_assistant": True})
        async with running(told) as station:
            await connected(station)
            with telling(broker) as bus, HomeAssistant(broker) as home:
                bus.say(status(), state())
                await until(home.names, "announcing")
                bus.say(status(online=False))
                await until(lambda: station.live.get("lc", "bus-01").online is False, "leaving")
                boss = await signed_in(station, "boss", "admin")
                answer = await boss.post("/api/buses/lc/bus-01/gone", json={})
                assert answer.status_code == 204, answer.text
                await until(lambda: (MINE, b"") in home.heard, "taking back")
        with HomeAssistant(broker) as home:
            async with running(told) as station:
                await until(lambda: (MINE, b"") in home.heard, "taking back again")
                assert home.names() == []

    asyncio.run(story())


@on_one_database
@pytest.mark.parametrize("kind", brokers.KINDS)
def test_a_broker_that_has_forgotten_everything_is_told_anew(settings, kind):
    if brokers.executable(kind) is None:
        pytest.skip(f"{kind} is not installed")

    async def story(broker):
        address = Address(broker.host, broker.port)
        told = settings.model_copy(update={"home_assistant": True, "broker": address})
        async with running(told) as station:
            await connected(station)
            with telling(broker) as bus, HomeAssistant(broker) as home:
                bus.say(status(), state())
                await until(home.names, "announcing")
            await asyncio.to_thread(broker.restart, keeps_sessions=False)
            with HomeAssistant(broker) as home:
                await until(home.names, "announcing anew")

    with brokers.start(kind) as broker:
        asyncio.run(story(broker))

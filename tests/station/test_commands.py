"""An officer takes a seat out of service: the request to the bus, and what its answer comes to."""

import asyncio

import pytest
from commanded_bus import Bus
from station_told import At, on_one_database, signed_in, state, status, telling, until

from station import commands
from station.identity.signing import NO_KEY

ROUTE = "/api/buses/lc/bus-01/out_of_service"


@on_one_database
@pytest.mark.parametrize(
    ("answer", "code"), [((True, "Until then."), 200), ((False, "At most 4."), 409), (None, 504)]
)
def test_the_bus_answers_the_officer(settings, broker, monkeypatch, answer, code):
    monkeypatch.setattr(commands, "ANSWER_S", 0.5 if answer is None else 10)

    async def story():
        async with At(settings).running() as station:
            bus = Bus(broker, answer)
            with telling(broker) as teller:
                await _asks(station, teller, bus, answer, code)
            bus.leave()

    asyncio.run(story())


async def _asks(station, teller, bus, answer, code):
    body = {"seats": [7], "days": 3}
    viewer = await signed_in(station, "somchai", "viewer")
    officer = await signed_in(station, "anong", "duty")
    teller.say(state(), status(online=False))
    await until(lambda: station.live.get("lc", "bus-01"), "the bus")
    await until(lambda: station.live.bus("lc", "bus-01").online is False, "its will")
    asked = await officer.post(ROUTE, json=body)
    assert (asked.status_code, "not connected" in asked.text) == (409, True)
    teller.say(status())
    await until(lambda: station.live.bus("lc", "bus-01").online, "the status")
    assert (await viewer.post(ROUTE, json=body)).status_code == 403
    for wrong in ({"seats": []}, {"days": 8}, {"seats": [65]}, {"days": -1}):
        assert (await officer.post(ROUTE, json=body | wrong)).status_code == 422, wrong
    assert bus.requests == []
    asked = await officer.post(ROUTE, json=body)
    assert asked.status_code == code, asked.text
    ((name, request),) = bus.requests
    assert (name, request["seats"], request["days"]) == ("out_of_service", [7], 3)
    assert (request["for"], request["by"]) == ("lc/bus-01", "anong")
    assert 0 < request["until"] - station.clock.now_ms() // 1000 <= 60
    if answer is not None:
        assert answer[1] in asked.text
    assert station.commands._waiting == {}
    for one in (viewer, officer):
        await one.aclose()


MODE = "/api/buses/lc/bus-01/mode"


def test_an_officer_begins_and_ends_a_drill(settings, broker):
    async def story():
        async with At(settings).running() as station:
            bus = Bus(broker, (True, "It ends by itself."))
            with telling(broker) as teller:
                viewer = await signed_in(station, "somchai", "viewer")
                officer = await signed_in(station, "anong", "duty")
                teller.say(state(), status())
                await until(lambda: station.live.get("lc", "bus-01"), "the bus")
                await until(lambda: station.live.bus("lc", "bus-01").online, "the status")
                assert (await viewer.post(MODE, json={"mode": "drill"})).status_code == 403
                for wrong in ({"mode": "party"}, {}):
                    assert (await officer.post(MODE, json=wrong)).status_code == 422
                for mode in ("drill", "normal", "service", "evacuation"):
                    asked = await officer.post(MODE, json={"mode": mode})
                    assert asked.json() == {"message": "It ends by itself."}
                assert [name for name, _ in bus.requests] == [
                    "drill", "normal", "service", "evacuation"
                ]  # fmt: skip
                numbers = [request["n"] for _, request in bus.requests]
                assert numbers == sorted(set(numbers))
                assert {request["by"] for _, request in bus.requests} == {"anong"}
                log = await (await signed_in(station, "root-1", "admin")).get("/api/log")
                entry = [
                    (line["who"], line["note"]) for line in log.json() if line["what"] == "mode"
                ]
                assert ("anong", "drill") in entry and len(entry) == 4
            bus.leave()

    asyncio.run(story())


@on_one_database
def test_without_the_citys_key_all_works_but_commands(settings, broker):
    keyless = settings.model_copy(update={"city_key": None})

    async def story():
        async with At(keyless).running() as station:
            bus = Bus(broker, (True, "Never."))
            with telling(broker) as teller:
                officer = await signed_in(station, "anong", "duty")
                teller.say(state(), status())
                await until(lambda: station.live.get("lc", "bus-01"), "the bus")
                await until(lambda: station.live.bus("lc", "bus-01").online, "the status")
                for route, body in ((ROUTE, {"seats": [7], "days": 3}), (MODE, {"mode": "drill"})):
                    asked = await officer.post(route, json=body)
                    assert (asked.status_code, asked.json()["detail"]) == (409, NO_KEY)
                assert bus.requests == [] and station.commands._waiting == {}
            bus.leave()

    asyncio.run(story())

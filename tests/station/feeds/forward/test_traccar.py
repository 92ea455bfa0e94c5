"""Positions for Traccar, in the OsmAnd protocol."""

import asyncio

import pytest
from feeding import NOW_S, bus, fed
from other_system import OtherSystem
from station_told import NOW_MS, state

from station.clock import iso
from station.feeds.forward.forwarder import Away
from station.feeds.forward.traccar import Traccar, position

NOW = NOW_S * 1000


def test_a_position_has_knots_and_seconds():
    assert position(bus(), NOW) == {
        "id": "laemchabang/bus-01", "timestamp": 1795306323, "valid": "true", "lat": "13.082700",
        "lon": "100.883300", "speed": "19.44", "bearing": 183, "accuracy": 5, "passengers": 1,
        "ignition": "true",
    }  # fmt: skip


@pytest.mark.parametrize(
    "missing", [{"stale": True}, {"clock": "odd"}, {"lat": 0.0, "lon": 0.0}, {"estimated": True}]
)
def test_a_bus_that_cannot_be_told_to_be_there_is_not_sent(missing):
    assert position(bus(**missing), NOW) is None


def test_what_is_not_known_is_left_out():
    unknown = bus(speed_kmh=None, heading_deg=None, accuracy_m=None, ignition=None,
                  seats={"total": None})  # fmt: skip
    assert set(position(unknown, NOW)) == {"id", "timestamp", "valid", "lat", "lon"}


def test_a_bus_that_traccar_does_not_know_stops_no_other(caplog):
    with OtherSystem() as server:
        server.status = lambda came: 400 if came[1]["id"] == "new" else 200
        traccar = Traccar(server.url)
        for _ in range(2):
            traccar.put([("new", {"id": "new"}), ("known", {"id": "known"})])
        assert [query["id"] for _, query, *_ in server.came] == ["new", "known"] * 2
    assert len([one for one in caplog.records if "new" in one.message]) == 1


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_answer_that_is_none_is_tried_again(status):
    with OtherSystem() as server:
        server.status = status
        with pytest.raises(Away):
            Traccar(server.url).put([("x", {"id": "x"})])


def test_a_station_sends_each_new_position_once(tmp_path):
    async def story():
        with OtherSystem() as server:
            server.status = 200
            async with fed(tmp_path, iso(NOW_MS), traccar=server.url) as scene:
                (forwarder,) = scene.station.forwards.all
                for number in (1, 2):
                    await scene.hears(*state(NOW_MS), bus=f"lcb/bus-0{number}")
                await forwarder.turn()
                await forwarder.turn()
                assert [query["id"] for _, query, *_ in server.came] == ["lcb/bus-01", "lcb/bus-02"]
                scene.clock.ms += 10_000
                await scene.hears(*state(scene.clock.ms), bus="lcb/bus-02")
                await forwarder.turn()
                assert [query["id"] for _, query, *_ in server.came[2:]] == ["lcb/bus-02"]

    asyncio.run(story())

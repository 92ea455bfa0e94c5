"""What a person writes and no database can keep is refused with a sentence, and stops nothing."""

import asyncio
import contextlib

import pytest
from feeding import fed
from station_told import event, signed_in

HEADERS = {"Content-Type": "application/json"}


@pytest.mark.parametrize("written", [r"\ud800", r"a\udfffb"])
def test_half_a_character_is_refused_wherever_it_is_written(tmp_path, written):
    async def story():
        async with fed(tmp_path) as scene:
            await scene.hears(*event(1))
            (alarm,) = scene.station.alarms.views()
            async with contextlib.AsyncExitStack() as at_end:
                client = await signed_in(scene.station, "somchai", "admin")
                at_end.push_async_callback(client.aclose)
                for path, body in (
                    (f"/api/alarms/{alarm['id']}/ack", '{"note": "%s"}'),
                    ("/api/buses/lcb/bus-01", '{"label": "%s", "phone": null, "layout": null}'),
                    ("/api/login", '{"name": "somchai", "password": "%s"}'),
                    ("/api/login", '{"name": "%s", "password": "a long one, really"}'),
                ):
                    text = (body % written).encode()
                    answer = await client.post(path, content=text, headers=HEADERS)
                    assert answer.status_code == 422, (path, answer.text)
            assert scene.station.alarms.views()[0]["acked_at"] is None

    asyncio.run(story())

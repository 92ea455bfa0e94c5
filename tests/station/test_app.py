"""What is compressed on its way to the browser, and what must not be."""

import asyncio
import contextlib

import httpx
import pytest
from station_told import connected, event, on_one_database, running, signed_in, telling, until

from station.app import make_app
from station.settings import Settings

PASSWORD = "a long one, really"


@pytest.fixture
def ask(broker, tmp_path):
    """ask(path, **headers) -> the answer, without its body, of a station that knows a bus."""
    tiles = tmp_path / "town.pmtiles"
    tiles.write_bytes(b"PMTiles" + bytes(5000))
    settings = Settings(broker=(broker.host, broker.port), db=str(tmp_path / "s.db"),
                        tiles=str(tiles))  # fmt: skip

    def run(path, **headers):
        async def scenario():
            async with running(settings) as station, contextlib.AsyncExitStack() as stack:
                await connected(station)
                with telling(broker) as bus:
                    bus.say(event(1))
                await until(lambda: station.alarms.at_hand)
                await station.accounts.put("boss", "admin", PASSWORD)
                # the stream never ends: it is asked for its first event by hand
                app = make_app(station)
                transport = httpx.ASGITransport(app)
                client = await stack.enter_async_context(
                    httpx.AsyncClient(transport=transport, base_url="http://station")
                )
                who = {"name": "boss", "password": PASSWORD}
                await client.post("/api/login", json=who)
                cookie = f"station={client.cookies['station']}"
                return await start_of(app, path, {**headers, "cookie": cookie})

        return asyncio.run(scenario())

    return run


async def start_of(app, path, headers):
    """-> headers of the answer, and of its body what came first."""
    came = asyncio.Queue()
    fields = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
             "path": path, "raw_path": path.encode(), "query_string": b"", "scheme": "http",
             "headers": fields, "server": ("station", 80), "client": ("::1", 1)}  # fmt: skip
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        return asked.pop() if asked else await asyncio.Event().wait()

    task = asyncio.create_task(app(scope, receive, came.put))
    start, body = await came.get(), await came.get()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert start["status"] in (200, 206)
    return httpx.Headers(start["headers"]), body["body"]


@pytest.mark.parametrize("path", ["/", "/static/js/live.js", "/api/live", "/api/openapi.json"])
def test_pages_scripts_and_json_are_compressed_for_who_can_read_it(ask, path):
    headers, body = ask(path, accept_encoding="gzip")
    assert headers["content-encoding"] == "gzip" and body.startswith(b"\x1f\x8b")
    assert "accept-encoding" in headers["vary"].lower()
    assert "content-encoding" not in ask(path)[0]


def test_the_stream_and_parts_of_files_are_not(ask):
    headers, body = ask("/api/stream", accept_encoding="gzip")
    assert "content-encoding" not in headers and body.startswith(b"retry:")
    headers, body = ask("/api/map.pmtiles", accept_encoding="gzip", range="bytes=0-999")
    assert "content-encoding" not in headers and body.startswith(b"PMTiles")
    assert "content-encoding" not in ask("/api/map.pmtiles", accept_encoding="gzip")[0]


@on_one_database
def test_a_failure_is_answered_with_the_headers_of_every_answer(settings, monkeypatch):
    async def scenario():
        async with running(settings) as station:
            client = await signed_in(station, "boss", "admin")
            client.base_url = "https://station"

            def fails():
                raise ValueError("broken")

            monkeypatch.setattr(station.alarms, "views", fails)
            answer = await client.get("/api/live")
            assert answer.status_code == 500 and "log" in answer.json()["detail"]
            well = (await client.get("/api/me")).headers
            named = {"content-security-policy", "x-content-type-options", "cache-control",
                     "strict-transport-security", "referrer-policy", "x-frame-options"}  # fmt: skip
            assert named <= set(well) and answer.headers["cache-control"] == "no-store"
            assert {name: answer.headers.get(name) for name in named} == {
                name: well[name] for name in named
            }

    asyncio.run(scenario())

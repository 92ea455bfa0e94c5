"""A station on a real socket, and somebody who tries to use it up."""

import asyncio
import contextlib
import json
import logging
import resource
import socket

import pytest
from station_told import NOW_MS, PASSWORD, until

from station.app import make_app
from station.clock import FollowedClock
from station.doors import bodies, connections
from station.doors.bodies import Limit
from station.doors.connections import Limits
from station.doors.log_lines import OneAMinute
from station.doors.server import server
from station.doors.streams import Streams
from station.settings import Settings
from station.station import Station
from station.web.pages import WEB

STATIC = WEB / "static"
QUICK = Limits(headers_s=0.4, reading_s=0.4, static_s=0.4)


@contextlib.asynccontextmanager
async def served(tmp_path, limits=None, family=socket.AF_INET, **more):
    """-> (station, port); the broker is away."""
    settings = Settings(broker=("127.0.0.1", 9), db=str(tmp_path / "s.db"), **more)
    station = Station(settings, FollowedClock(NOW_MS))
    listener = socket.socket(family)
    listener.bind(("::" if family == socket.AF_INET6 else "127.0.0.1", 0))
    station.web = web = server(make_app(station), settings.proxies, limits or Limits())
    running = asyncio.create_task(web.serve([listener]))
    await until(lambda: web.started)
    try:
        await station.accounts.put("anong", "admin", PASSWORD)
        yield station, listener.getsockname()[1]
    finally:
        web.should_exit = True
        await running


async def told(port, text, host="127.0.0.1"):
    """-> the answer's first line; "" if the connection ends without one."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(text)
    try:
        return (await asyncio.wait_for(reader.readline(), 10)).decode().strip()
    except ConnectionError:
        return ""
    finally:
        writer.close()


def post(path, length, body=b"", *more):
    lines = [f"POST {path} HTTP/1.1", "Host: x", "Content-Type: application/json", *more]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def signed_in(port):
    """-> the headers of the session."""
    who = json.dumps({"name": "anong", "password": PASSWORD}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(post("/api/login", len(who), who, "Connection: close"))
    answer = (await reader.read()).decode()
    writer.close()
    cookie = answer.partition("station=")[2].partition(";")[0]
    return f"Cookie: station={cookie}", "X-CSRF-Token: " + answer.partition('"csrf":"')[2][:32]


LEAFLET = b"GET /static/vendor/leaflet.js HTTP/1.1\r\nHost: x\r\n\r\n"


def reads_nothing(port, ask=LEAFLET * 100):
    """A browser that asks 100 times at once, and takes nothing of the answers."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    client.sendall(ask)
    client.setblocking(False)
    return client


GOOD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
WELL = "HTTP/1.1 503 Service Unavailable"  # the broker is away, and the station says so


def test_a_body_of_300_mb_is_refused_before_it_is_read(tmp_path):
    async def scenario():
        async with served(tmp_path) as (_, port):
            before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for path in ("/api/login", "/api/alarms/1/ack", "/", "/no/such/path"):
                assert "413" in await told(port, post(path, 300_000_000)), path
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(post("/api/login", None, b"", "Transfer-Encoding: chunked"))
            sent, part = 0, b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
            with contextlib.suppress(ConnectionError):  # the end may overtake the answer
                while sent < 300_000_000:
                    writer.write(part)
                    await writer.drain()
                    sent += len(part)
                assert b"413" in await reader.readline()
            assert sent < 20_000_000, "what the two sockets hold, and no more"
            writer.close()
            more_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb
            print("memory for all of it:", more_kb, "kB")
            assert more_kb < 20_000

    asyncio.run(scenario())


def test_a_long_body_needs_a_session_and_a_path_that_takes_one(tmp_path):
    text = json.dumps({"text": "x" * 100_000}).encode()

    async def scenario():
        async with served(tmp_path) as (_, port):
            path = "/api/policies/lc"
            assert "401" in await told(port, post(path, len(text)))
            session = await signed_in(port)
            assert "422" in await told(port, post(path, len(text), text, *session))
            assert "413" in await told(port, post(path, 3_000_001, b"", *session))
            assert "413" in await told(port, post("/api/users", len(text), b"", *session))
            assert "413" in await told(port, post(path + "/send", len(text), b"", *session))

    asyncio.run(scenario())


def test_half_a_request_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(bodies, "SMALL", Limit(64_000, 0.4))

    async def scenario():
        async with served(tmp_path, QUICK) as (_, port):
            assert await told(port, b"") == ""
            assert await told(port, b"GET / HTTP/1.1\r\nHost: x\r\n") == ""
            assert "408" in await told(port, post("/api/login", 20, b'{"name"'))
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(GOOD + GOOD[:20])  # a good one, and then half a one
            assert (await asyncio.wait_for(reader.read(), 10)).startswith(WELL.encode())
            writer.close()

    asyncio.run(scenario())


def test_an_answer_that_is_not_taken_ends(tmp_path):
    async def scenario():
        async with served(tmp_path, QUICK) as (_, port):
            client = reads_nothing(port)
            await asyncio.sleep(1)
            taken = 0
            with contextlib.suppress(ConnectionError):
                while part := await asyncio.wait_for(
                    asyncio.get_running_loop().sock_recv(client, 1 << 20), 10
                ):
                    taken += len(part)
            client.close()
            assert taken < 40 * (STATIC / "vendor" / "leaflet.js").stat().st_size

    asyncio.run(scenario())


def test_200_half_open_requests_do_not_keep_a_good_one_out(tmp_path):
    async def scenario():
        limits = Limits(of_one_address=50)
        async with served(tmp_path, limits) as (_, port), contextlib.AsyncExitStack() as stack:
            readers = []
            for number in range(200):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                stack.callback(writer.close)
                writer.write(GOOD[:20] if number % 2 else post("/api/login", 20, b"{"))
                readers.append(reader)
            await until(lambda: sum(map(_has_ended, readers)) == 150)
            assert await told(port, GOOD) == WELL
            assert (await signed_in(port))[0] != "Cookie: station="

    asyncio.run(scenario())


def test_connections_are_limited_of_one_address_and_overall(tmp_path):
    async def scenario(limits, alike):
        async with served(tmp_path, limits) as (_, port), contextlib.AsyncExitStack() as stack:
            session = await signed_in(port)
            ask = "\r\n".join(["GET /api/stream HTTP/1.1", "Host: x", *session, "", ""]).encode()
            lines = []
            for number in range(6):
                own = None if alike else (f"127.0.0.{number + 2}", 0)
                reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=own)
                stack.callback(writer.close)
                writer.write(ask)
                lines.append(await asyncio.wait_for(_line(reader), 10))
            assert lines == ["HTTP/1.1 200 OK"] * 4 + [""] * 2

    asyncio.run(scenario(Limits(of_one_address=4), alike=True))
    asyncio.run(scenario(Limits(overall=4), alike=False))


@pytest.mark.parametrize("most", [{"of_one_address": 6}, {"overall": 6}])
def test_answers_that_are_not_read_keep_nobody_out(tmp_path, most):
    """And they make room before a stream, and before a browser that only waits."""

    async def scenario():
        limits = Limits(stalled_s=0.1, **most)
        async with (
            served(tmp_path, limits) as (station, port),
            contextlib.AsyncExitStack() as stack,
        ):
            session = await signed_in(port)
            ask = "\r\n".join(["GET /api/stream HTTP/1.1", "Host: x", *session, "", ""]).encode()
            stream, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)
            writer.write(ask)
            assert b"200" in await stream.readline()
            idle, idle_writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(idle_writer.close)
            clients = [reads_nothing(port) for _ in range(4)]
            await until(lambda: _stalled(station) == 4)
            await asyncio.sleep(0.2)
            for _ in range(4):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                stack.callback(writer.close)
                writer.write(GOOD)
                assert await asyncio.wait_for(_line(reader), 10) == WELL
            assert not _has_ended(stream)
            idle_writer.write(GOOD)
            assert await asyncio.wait_for(_line(idle), 10) == WELL
            for client in clients:
                client.close()

    asyncio.run(scenario())


def test_an_end_that_is_not_read_counts_as_a_connection(tmp_path, monkeypatch):
    """The station has answered and closed; the system still holds the connection for it."""
    monkeypatch.setattr(connections, "_SENT_AHEAD", 4096)

    async def scenario():
        async with served(tmp_path, Limits(of_one_address=2)) as (_, port):
            ask = _ask("/static/vendor/thailand.json")
            clients = []
            for _ in range(5):
                clients.append(reads_nothing(port, ask))
                await asyncio.sleep(0.1)
            wholes = [await _takes_all(client) for client in clients]
            assert wholes == [False] * 3 + [True] * 2

    asyncio.run(scenario())


def _ask(path):
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()


def _stalled(station):
    standing = station.web.server_state.connections
    return sum(one.stalled_since_s is not None for one in standing)


async def _takes_all(client):
    try:
        while part := await asyncio.get_running_loop().sock_recv(client, 1 << 20):
            last = part
    except ConnectionError:
        return False
    finally:
        client.close()
    return last.endswith((STATIC / "vendor" / "thailand.json").read_bytes()[-20:])


def _has_ended(reader):
    return reader.at_eof() or reader.exception() is not None


async def _line(reader):
    try:
        return (await reader.readline()).decode().strip()
    except ConnectionError:
        return ""


@pytest.mark.parametrize("most", [{"of_one_session": 2}, {"of_one_person": 2},
                                  {"of_one_address": 2}, {"overall": 2}])  # fmt: skip
def test_streams_are_limited_and_one_that_ends_makes_room(tmp_path, most):
    async def scenario():
        async with served(tmp_path) as (station, port):
            station.streams = Streams(**most)
            session = await signed_in(port)
            ask = "\r\n".join(["GET /api/stream HTTP/1.1", "Host: x", *session, "", ""]).encode()
            open_ones = []
            for _ in range(2):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(ask)
                assert b"200" in await reader.readline()
                open_ones.append(writer)
            assert "429" in await told(port, ask)
            open_ones[0].close()
            await until(lambda: station.hub.listeners == 1)
            assert "200" in await told(port, ask)
            open_ones[1].close()

    asyncio.run(scenario())


def test_only_a_named_proxy_says_who_asks(tmp_path, caplog):
    """Counted by the limit of streams of one address: what is seen there is what is seen."""

    async def seen(**settings):
        async with served(tmp_path, **settings) as (station, port):
            seen = {}  # in the order in which they came
            station.streams.check = lambda session, person, address: seen.setdefault(address)
            session = await signed_in(port)
            for forwarded in ("198.51.100.7", "6.6.6.6, 198.51.100.7", "2001:db8::1:2"):
                lines = ["GET /api/stream HTTP/1.1", "Host: x", *session,
                         f"X-Forwarded-For: {forwarded}", "", ""]  # fmt: skip
                assert "200" in await told(port, "\r\n".join(lines).encode())
            return list(seen)

    assert asyncio.run(seen()) == ["127.0.0.1"]
    assert caplog.text.count("STATION_PROXIES=127.0.0.1") == 1
    assert asyncio.run(seen(proxies="10.0.0.1")) == ["127.0.0.1"]
    caplog.clear()
    named = asyncio.run(seen(proxies="10.0.0.0/8, 127.0.0.1"))
    assert named == ["198.51.100.7", "2001:db8::/64"]
    assert asyncio.run(seen(family=socket.AF_INET6, proxies="127.0.0.1")) == named
    assert asyncio.run(seen(family=socket.AF_INET6, proxies="10.0.0.1")) == ["127.0.0.1"]
    caplog.clear()
    assert asyncio.run(seen(proxies="127.0.0.1")) == named
    assert "STATION_PROXIES" not in caplog.text


def test_a_length_that_is_stated_in_two_ways_ends_the_connection(tmp_path):
    """A proxy that reads it otherwise would take the rest for a request of its own."""

    async def scenario():
        async with served(tmp_path) as (_, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(post("/api/login", 4, b"0\r\n\r\n", "Transfer-Encoding: chunked") + GOOD)
            answer = await asyncio.wait_for(reader.read(), 10)
            assert answer.startswith(b"HTTP/1.1 400 ") and answer.count(b"HTTP/1.1") == 1
            writer.close()

    asyncio.run(scenario())


def test_requests_that_are_no_requests_fill_no_log(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr("station.doors.server._LINES", lines := OneAMinute())
    logger = logging.getLogger("uvicorn.error")

    async def scenario():
        async with served(tmp_path) as (_, port):
            upgrade = GOOD[:-2] + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
            for _ in range(20):
                assert await told(port, upgrade) == WELL
                assert "400" in await told(port, b"nothing\r\n\r\n")

    try:
        asyncio.run(scenario())
    finally:
        logger.removeFilter(lines)
    told_lines = [one.getMessage() for one in caplog.records if one.name == "uvicorn.error"]
    assert 2 <= len(told_lines) == len(set(told_lines)) <= 3, told_lines


def test_of_each_warning_one_line_a_minute_says_how_many_there_were():
    now_s, lines = [0.0], []
    one_a_minute = OneAMinute(lambda: now_s[0])

    def warn(text, level=logging.WARNING):
        record = logging.LogRecord("uvicorn.error", level, "", 0, text, None, None)
        if one_a_minute.filter(record):
            lines.append(record.getMessage())

    for _ in range(100):
        warn("a")
        warn("b")
    warn("c", logging.ERROR)
    warn("c", logging.ERROR)
    assert lines == ["a", "b", "c", "c"]
    now_s[0] = 61
    warn("a")
    warn("a")
    assert lines[4:] == ["a (99 more since the last line)"]

"""What does not fit its kind's schema or the limits of all values: quarantined; an alarm is shown
and told all the same, with what can be read. One bus's odd messages stop nothing of the others."""

import asyncio
import json
import random

import pytest
from schemas import KINDS, filled
from station_told import (
    NOW_MS,
    At,
    connected,
    count_is,
    event,
    rows,
    signed_in,
    state,
    telling,
    until,
)

from station.db import tables
from station.ingest import contract, limits, readable
from station.ingest.kinds import UNREADABLE, of_kind
from station.notices.message import message

PLACE = contract.Place("lc", "bus-01", "event")
OTHER = "schoolbus/lc/bus-02/"


def raw(payload, **text):
    """The payload with a name in it written as given."""
    for name, value in text.items():
        payload = payload.replace(f'"{name}"'.encode(), value.encode())
    return payload


def changed(message, **members):
    name, payload = message
    return name, json.dumps(json.loads(payload) | members).encode()


SOS = event(1)
ODD = [
    # as in the cases that stopped the station: payload, what of the alarm cannot be read
    (changed(SOS, data={"seats": 5}),
     ["data.seats", "data.seats_before", "data.unknown", "data.unknown_before"]),
    (changed(SOS, data=filled("sos", {"seats": 5})), ["data.seats"]),
    (("event", raw(event(1, why={"held_s": "E"})[1], E="1e999")), ["why.held_s"]),
    (("event", raw(event(1, data={"more": {"a": ["E"]}})[1], E="-1e999")), ["data.more"]),
    (changed(event(1, at_ms=None), boot=2**63), ["boot"]),
    (changed(SOS, at="2026-11-31T00:00:00.000Z"), ["at"]),
    (changed(SOS, at="2026-11-22T00:12:03.400+07:00"), ["at"]),
    (changed(SOS, clock="none"), ["clock"]),
    (changed(SOS, lat=91.5), ["lat"]),
    (changed(SOS, exercise="perhaps"), ["exercise"]),
    (changed(SOS, data={**filled("sos", {}), "text": "a\x0bb"}), ["data.text"]),
    (changed(SOS, data={**filled("sos", {}), "unreadable": ["all"]}), ["data.unreadable"]),
    (changed(SOS, data={**filled("sos", {}), "a": "x" * 1001}), ["data.a"]),
    (changed(SOS, data={**filled("sos", {}), "a": list(range(1001))}), ["data.a"]),
    (changed(SOS, data={**filled("sos", {}), "a": [[[[[[[]]]]]]]}), ["data.a"]),
    (changed(SOS, data={**filled("sos", {}), **{f"n{i}": 0 for i in range(100)}}), ["data"]),
    (changed(SOS, why=[]), ["why"]),
    (changed(event(1, "newer_kind"), data={"n": 2**53 + 1, "m": 5}), ["data.n"]),
]  # fmt: skip


@pytest.mark.parametrize(("message", "names"), ODD)
def test_what_does_not_fit_is_left_out_of_the_alarm_and_named(message, names):
    _, payload = message
    assert isinstance(contract.read("schoolbus/lc/bus-01/event", payload), contract.Bad)
    alarm = readable.alarm(PLACE, payload, None)
    assert alarm.body["data"][UNREADABLE] == names
    holds(alarm.body)
    assert alarm.body["kind"] == json.loads(payload.replace(b"1e999", b"1"))["kind"]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({"lat": 91.5}, {"lat": None, "lon": None}),
        ({"at": "yesterday"}, {"at": None, "clock": "none"}),
        ({"clock": "sundial"}, {"at": None, "clock": "none"}),
        ({"accuracy_m": -1}, {"lat": 13.08, "estimated": True}),
        ({"speed_kmh": "fast"}, {"speed_kmh": None, "lat": 13.08, "clock": "gnss"}),
    ],
)
def test_what_is_left_is_not_trusted_further_than_it_goes(wrong, right):
    body = readable.alarm(PLACE, changed(SOS, **wrong)[1], None).body
    assert {name: body[name] for name in right} == right and "accuracy_m" not in body


def test_what_may_be_no_exercise_is_none():
    assert "exercise" not in readable.alarm(PLACE, changed(SOS, exercise=1)[1], None).body


def holds(body):
    """What every reader behind the intake may rely on."""
    limits.check(body)
    left = body["data"].pop(UNREADABLE)
    required = list(of_kind(body["kind"]).iter_errors(body))
    for error in required:
        assert error.instance_path == ["data"], error.message
        assert f"data.{error.message.split(chr(34))[1]}" in left
    body["data"][UNREADABLE] = left
    assert set(contract.SCHEMAS["event"]["required"]) <= set(body)
    json.dumps(body, allow_nan=False)


@pytest.mark.parametrize(
    "payload",
    [
        b"{",
        b"[]",
        b'{"severity":"alarm"}',
        changed(SOS, epoch="mine")[1],
        changed(SOS, kind=["sos"])[1],
        changed(SOS, occ=2)[1],
        changed(event(1, "belt_off", "warning"), data={})[1],
        changed(event(1, "stop_served", "info"), data={"stop": 2, "place": "x"})[1],
        raw(event(1, why={"a": "E"})[1], E="NaN"),
    ],
)
def test_what_is_no_alarm_or_has_no_place_is_not_taken(payload):
    assert isinstance(contract.read("schoolbus/lc/bus-01/event", payload), contract.Bad)
    assert readable.alarm(PLACE, payload, None) is None


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("state", {"next_s": 31_536_000}),
        ("state", {"at": None, "boot": 2**63, "up_ms": 5}),
        ("state", {"tyres_kpa": 2**60}),
    ],
)
def test_a_state_beyond_the_limits_is_not_taken(name, members):
    _, payload = state(**members)
    assert isinstance(contract.read(f"schoolbus/lc/bus-01/{name}", payload), contract.Bad)


def test_every_kind_takes_what_its_rules_declare_and_what_newer_firmware_adds():
    for kind, may in KINDS.items():
        said = changed(event(1, kind, may["severity"][0]), why={"policy": "a1b2c3d4", "new": [1]})
        read = contract.read("schoolbus/lc/bus-01/event", said[1])
        assert isinstance(read, contract.Message), (kind, read)


TWICE = [
    event(1, "trip_started", "info", data={"trip": 1}, at_ms=NOW_MS - 60_000),
    changed(event(2, "stop_served", "info"), data={"stop": 2, "place": "x"}),
    changed(event(3, "trip_ended", "info"), data={}),
    event(4, "overspeed", "warning", data={"top_kmh": 5, "lasted_s": 1}),
    changed(event(5, "overspeed", "warning"), data={"top_kmh": "x", "lasted_s": 1}),
    changed(SOS, seq=6, occ=6, data={"seats": 5}),
    event(7, at_ms=253_402_300_799_999),
    ("event", raw(event(8, why={"held_s": "E"})[1], E="1e999")),
    changed(event(9, at_ms=None), boot=2**63),
    event(10, data={"seats": [7]}, at_ms=-2_209_161_600_000),
]
KEPT = {1, 4, 6, 7, 8, 9, 10}
"""On both databases."""


def test_the_messages_that_stopped_the_station(settings, broker):
    """As the cases tell them; and another bus's alarm is told as ever."""
    at = At(settings)

    async def scenario():
        async with at.running() as station:
            await connected(station)
            with telling(broker) as bus, telling(broker, OTHER) as other:
                bus.say(state(), *TWICE, strict=False)
                other.say(state(), event(1, epoch="00000001", data={"seats": [3]}))
                await until(lambda: len(station.alarms.at_hand) >= 7)
            stored = await rows(station, tables.events, tables.events.c.heard_ms)
            assert sorted(row.seq for row in stored) == sorted([*KEPT, 1])
            await until(lambda: count_is(station, "quarantine", 6))
            body = {row.seq: row for row in stored if row.severity == "alarm"}
            assert body[6].data[UNREADABLE][0] == "data.seats"
            assert body[8].data[UNREADABLE] == ["why.held_s"] and body[8].why == {}
            assert body[9].data[UNREADABLE] == ["boot"] and body[9].boot is None
            assert body[7].odd_clock and body[10].odd_clock
            await answers(station)
            notices_can_be_written(station)

    asyncio.run(scenario())


def notices_can_be_written(station):
    for row in station.alarms.at_hand.values():
        for language in ("th", "en"):
            assert message({**row._mapping, "label": None}, "raised", language)


async def answers(station):
    """Every answer that is made of many: each is whole, and JSON for a browser."""
    client = await signed_in(station, "ying", "admin")
    for path in (
        "/api/live", "/api/alarms", "/api/alarms?limit=5", "/api/buses/lc/bus-01/days",
        "/api/buses/lc/bus-01/day/2026-11-22", "/api/feeds/buses.geojson", "/api/quarantine",
        "/api/feeds/vehicle_positions.pb", "/api/notices",
        "/api/reports?fleet=lc&month=2026-11", "/api/reports?fleet=lc&month=2026-11&report=alarms",
        "/api/reports?fleet=lc&day=2026-11-22&format=xlsx", "/api/alarms?fleet=lc&bus=bus-01",
    ):  # fmt: skip
        answer = await client.get(path)
        assert answer.status_code == 200, (path, answer.text)
        if "json" in answer.headers["content-type"]:
            json.loads(answer.text, parse_constant=pytest.fail)
    await client.aclose()


def anything(dice, depth=0):
    """Any JSON, and what JSON writers should not send."""
    roll = dice.random()
    if roll < 0.25 and depth < 11:
        return [anything(dice, depth + 1) for _ in range(dice.randrange(4))]
    if roll < 0.5 and depth < 11:
        return {dice.choice(NAMES): anything(dice, depth + 1) for _ in range(dice.randrange(4))}
    return dice.choice(
        [None, True, 0, -1, 5.5, 7.0, 2**31, 2**53 + 1, -(2**63), 10**40, "", "x", "ที่นั่ง", "a\x0bb",
         "\0", "y" * 1200, "2026-11-22T00:12:03.400Z", "9999-12-31T23:59:59.999Z", float("inf")]
    )  # fmt: skip


NAMES = ["seats", "unknown", "loose", "stop", "boarded", "trip", "top_kmh", "lasted_s", "place",
         "first", "last", "keys", "active", "version", "what", "why", "by", "until", "held_s",
         "unreadable", "__proto__", "a\0b", "", "x" * 1100]  # fmt: skip


def wild(dice, seq):
    kind = dice.choice([*KINDS, "newer_kind"])
    may = KINDS.get(kind, {"severity": ["alarm"], "state": ["raised"]})
    severity, what = dice.choice(may["severity"]), dice.choice(may["state"])
    _, payload = event(seq, kind, severity, what)
    body = json.loads(payload)
    for part in ("data", "why"):
        if dice.random() < 0.7:
            names = [*KINDS.get(kind, {}).get(part, {}).get("properties", {}), *NAMES]
            body[part] |= {dice.choice(names): anything(dice, 2) for _ in range(3)}
        elif dice.random() < 0.2:
            body[part] = anything(dice)
    for name in dice.sample(["at", "clock", "lat", "speed_kmh", "times", "accuracy_m"], 1):
        if dice.random() < 0.3:
            body[name] = anything(dice)
    return "event", json.dumps(body).replace("Infinity", "1e999").encode()


def test_whatever_a_bus_says_what_is_taken_can_be_read():
    seed = random.randrange(1 << 32)
    print("seed", seed)
    dice = random.Random(seed)
    taken = told = 0
    for seq in range(1, 2000):
        _, payload = wild(dice, seq)
        read = contract.read("schoolbus/lc/bus-01/event", payload)
        if isinstance(read, contract.Bad):
            read = readable.alarm(PLACE, payload, None)
            if read is None:
                assert b'"severity": "alarm"' not in payload or b"\\u0000" in payload
                continue
            told += 1
            holds(read.body)
        else:
            taken += 1
            limits.check(read.body)
            assert of_kind(read.body["kind"]).is_valid(read.body)
    assert taken > 100 and told > 100


def test_whatever_a_bus_says_the_others_are_heard(settings, broker):
    """Notices, reports, days and the page, of the bus itself too."""
    seed = random.randrange(1 << 32)
    print("seed", seed)
    dice = random.Random(seed)
    at = At(settings)

    async def scenario():
        async with at.running() as station:
            await connected(station)
            with telling(broker) as bus, telling(broker, OTHER) as other:
                bus.say(state(), *[wild(dice, seq) for seq in range(1, 150)], strict=False)
                other.say(state(), event(1, epoch="00000001", data={"seats": [3]}))
                await until(
                    lambda: any(row.bus == "bus-02" for row in station.alarms.at_hand.values())
                )
            await answers(station)
            notices_can_be_written(station)
            assert not [row for row in await rows(station, tables.quarantine)
                        if "the database refuses" in row.reason]  # fmt: skip

    asyncio.run(scenario())

"""The payloads to the byte, without a float in between."""

import json

from parts import snapshot

from firmware import messages, values
from firmware.event import ALARM, Event
from firmware.messages import TrackBatch, position
from firmware.values import Fixed, lasted

UTC_MS = 1795306323400


def test_fixed_numbers():
    for value, decimals, text in (
        (130827000, 7, "13.0827000"),
        (-5, 3, "-0.005"),
        (0, 1, "0.0"),
        (-1234567, 7, "-0.1234567"),
        (1008833000, 7, "100.8833000"),
    ):
        assert str(Fixed(value, decimals)) == text


def test_kmh_rounds_to_the_nearest_tenth():
    assert str(values.kmh(11528)) == "41.5"
    assert str(values.kmh(0)) == "0.0"
    assert values.kmh(None) is None


def test_a_duration_of_a_day_or_more_is_unknown():
    assert [lasted(ms) for ms in (None, 999, 86399999, 86400000)] == [None, 0, 86399, None]


def test_text_is_json_in_the_order_given():
    words = [1, True, False, 'say "so"']
    value = (("z", None), ("a", words), ("m", (("x", Fixed(15, 1)),)), ("e", []))
    text = messages.text(value)
    assert text == '{"z":null,"a":[1,true,false,"say \\"so\\""],"m":{"x":1.5},"e":[]}'
    assert json.loads(text)["m"]["x"] == 1.5


def test_topic():
    assert messages.topic({"fleet": "lcb", "bus": "b-1"}, "event") == b"schoolbus/lcb/b-1/event"


def test_event_message_to_the_byte():
    event = Event("child_left_behind", ALARM, data=(("seats", [7]),), why=(("limit_s", 180),))
    s = snapshot(utc_ms=UTC_MS, clock="gnss", lat_e7=130827000, lon_e7=1008833000, speed_mms=0)
    body = messages.event_body(messages.event_parts(event, s, 17), 412)
    assert messages.event_message("9f3a21c4", 412, body) == (
        b'{"v":1,"epoch":"9f3a21c4","seq":412,"at":"2026-11-22T00:12:03.400Z","clock":"gnss",'
        b'"kind":"child_left_behind","severity":"alarm","state":"raised","occ":412,'
        b'"lat":13.0827000,"lon":100.8833000,"speed_kmh":0.0,'
        b'"data":{"seats":[7]},"why":{"limit_s":180}}'
    )


def test_event_without_a_clock_says_boot_and_uptime():
    s = snapshot(now_ms=5300)
    parts = messages.event_parts(Event("sos", ALARM), s, 17)
    body = json.loads(b"{" + messages.event_body(parts, 3))
    assert body["at"] is None
    assert body["clock"] == "none"
    assert body["boot"] == 17
    assert body["up_ms"] == 5300
    assert body["lat"] is None


def test_track_rows_are_differences_and_can_be_read_back():
    rows = (
        (1795306323, 130827000, 1008833000, 11528, 183),
        (1795306324, 130826963, 1008833012, 11556, 183),
        (1795306330, 130826000, 1008834000, None, None),
    )
    batch = TrackBatch()
    for seq, row in enumerate(rows):
        assert batch.add(900 + seq, position(*row))
    assert batch.message("9f3a21c4") == (
        b'{"v":1,"epoch":"9f3a21c4","seq":900,"n":3,"t":1795306323,"lat":130827000,"lon":1008833000,'
        b'"d":[[0,0,0,415,183],[1,-37,12,416,183],[6,-963,988,null,null]]}'
    )


def test_a_gap_in_seq_ends_a_batch():
    batch = TrackBatch()
    assert batch.add(5, position(1, 0, 0, 0, 0))
    assert not batch.add(7, position(2, 0, 0, 0, 0))
    assert batch.n == 1
    batch.clear()
    assert batch.add(7, position(2, 0, 0, 0, 0))


def test_a_batch_keeps_to_its_size():
    batch = TrackBatch(600)
    seq = 1
    while batch.add(seq, position(1795306323 + 100 * seq, (-1) ** seq * 900000000, 0, 40000, 359)):
        seq += 1
    assert 400 < len(batch.message("9f3a21c4")) <= 600
    assert batch.n == seq - 1


def test_speed_beyond_the_field_is_not_taken_for_unknown():
    batch = TrackBatch()
    batch.add(1, position(1, 0, 0, 10**9, 0))
    assert b"[0,0,0,65534,0]" in batch.message("0")


def test_state_is_json_and_unknown_is_null():
    s = snapshot(seats=3, unknown=[2], taken=[1], front_door=True, utc_ms=UTC_MS)
    state = json.loads(messages.state(s, ["belt_off"], [0, None, 212], 10))
    assert state["seats"] == {"total": 3, "taken": [1], "unknown": [2], "unbelted": []}
    assert state["doors"] == {"front": "open", "emergency": None}
    assert state["lat"] is None
    assert state["route"] is None
    s.place.route = "port_am"
    assert b'"route":"port_am"' in messages.state(s, [], [0, 0, 0], 10)
    assert state["backlog"] == {"alarm": 0, "warning": None, "track": 212}
    assert state["active"] == ["belt_off"]
    assert state["next_s"] == 10


def test_status_and_will():
    status = json.loads(messages.status(None, "0.1.0", "9f3a21c4", 3, "watchdog"))
    assert status == {
        "v": 1,
        "online": True,
        "at": None,
        "fw": "0.1.0",
        "epoch": "9f3a21c4",
        "boot": 3,
        "reset": "watchdog",
        "start": "normal",
        "disabled": [],
        "policy": None,
        "sleep_s": None,
        "journal": "ok",
    }
    assert json.loads(messages.WILL) == {"v": 1, "online": False}

"""The payloads to the byte, without a float in between."""

import json
import struct
from binascii import a2b_base64

from parts import put, snapshot

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
    s = snapshot(utc_ms=UTC_MS, clock="gnss", speed_mms=0, accuracy_m=5)
    s.gnss.best_lat_e7, s.gnss.best_lon_e7 = 130827000, 1008833000
    body = messages.event_body(messages.event_parts(event, s, 17), 412)
    assert messages.event_message("9f3a21c4", 412, body) == (
        b'{"v":1,"epoch":"9f3a21c4","seq":412,"at":"2026-11-22T00:12:03.400Z","clock":"gnss",'
        b'"kind":"child_left_behind","severity":"alarm","state":"raised","occ":412,'
        b'"lat":13.082700,"lon":100.883300,"accuracy_m":5,"speed_kmh":0.0,'
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
    assert body["lat"] is None and "accuracy_m" not in body and "estimated" not in body


def test_a_state_without_a_clock_says_boot_and_uptime_and_no_other_does():
    s = snapshot(now_ms=5300)
    state = json.loads(messages.state(s, [], [0, 0, 0], 10, 17))
    assert (state["at"], state["boot"], state["up_ms"]) == (None, 17, 5300)
    s = snapshot(now_ms=5300, utc_ms=UTC_MS)
    assert not {"boot", "up_ms"} & set(json.loads(messages.state(s, [], [0, 0, 0], 10, 17)))


def test_a_guessed_position_is_marked_and_rules_do_not_see_it():
    s = snapshot(best_lat_e7=130827000, best_lon_e7=1008833000, accuracy_m=350, estimated=True)
    event = json.loads(
        b"{" + messages.event_body(messages.event_parts(Event("sos", ALARM), s, 1), 3)
    )
    state = json.loads(messages.state(s, [], [0, 0, 0], 10, 17))
    for told in (event, state):
        assert (told["lat"], told["accuracy_m"], told["estimated"]) == (13.0827, 350, True)
        assert told["speed_kmh"] is None


def rows_of(message):
    """-> [(t, lat, lon, speed, heading)] as docs/mqtt.md has them read."""
    data = a2b_base64(message["d"].encode())
    t, lat, lon = message["t"], message["lat"], message["lon"]
    rows = []
    for at in range(0, len(data), 8):
        dlat, dlon, rest = struct.unpack(">hhI", data[at : at + 8])
        if dlat == -32768:
            t += rest
            continue
        t, lat, lon = t + (rest >> 21), lat + 10 * dlat, lon + 10 * dlon
        speed, heading = rest >> 9 & 0xFFF, rest & 0x1FF
        rows.append(
            (t, lat, lon, None if speed == 0xFFF else speed, None if heading == 511 else heading)
        )
    assert len(rows) == message["n"]
    return rows


def batched(rows, first_seq=900):
    batch = TrackBatch()
    for at, row in enumerate(rows):
        assert batch.add(first_seq + at, position(*row)), at
    return batch.message("9f3a21c4")


def test_track_rows_are_differences_and_can_be_read_back():
    rows = (
        (1795306323, 130827000, 1008833000, 11528, 183),
        (1795306324, 130826963, 1008833012, 11556, 183),
        (1795306330, 130826000, 1008834000, None, None),
        (1795306331, 130826004, 1008834006, 11556, 0),
    )
    payload = batched(rows)
    assert payload == (
        b'{"v":1,"epoch":"9f3a21c4","seq":900,"n":4,"t":1795306323,"lat":130827000,"lon":1008833000,'
        b'"d":"AAAAAAADPrf//AABACNAt/+gAGMA3///AAAAAQAjQAA="}'
    ), payload
    assert rows_of(json.loads(payload)) == [
        (1795306323, 130827000, 1008833000, 415, 183),
        (1795306324, 130826960, 1008833010, 416, 183),
        (1795306330, 130826000, 1008834000, None, None),
        (1795306331, 130826000, 1008834010, 416, 0),
    ]


def test_positions_anywhere_are_right_to_a_millionth_of_a_degree():
    for lat, lon in ((900000000, 1800000000), (-900000000, -1800000000), (0, 0), (-5, 5), (-4, 4)):
        for step in (0, 1, 4, 5, 6, 9, 327670, -327670, -1, -5):
            if abs(lat + step) > 900000000 or abs(lon - step) > 1800000000:
                continue
            sent = ((1795306323, lat, lon, 0, 0), (1795308370, lat + step, lon - step, 1, 359))
            got = rows_of(json.loads(batched(sent)))
            for at, one in enumerate(sent):
                other = got[at]
                assert other[0] == one[0] and other[4] == one[4]
                assert abs(other[1] - one[1]) <= 5 and abs(other[2] - one[2]) <= 5, (sent, got)


def test_every_speed_and_every_heading_comes_back():
    rows = [(1, 0, 0, None, None), (1, 0, 0, 0, 255), (1, 0, 0, 910_000_000, 256)]
    got = [row[3:] for row in rows_of(json.loads(batched(rows)))]
    assert got == [(None, None), (0, 255), (4094, 256)]
    for heading in range(360):
        rows = [(1, 0, 0, 28 * heading, heading)]
        assert rows_of(json.loads(batched(rows)))[0][3:] == (
            heading * 28 * 36 // 1000 + (heading * 28 * 36 % 1000 >= 500),
            heading,
        )


def test_what_does_not_fit_into_a_row_begins_another_message():
    t, lat, lon = 1795306323, 130827000, 1008833000
    for row, fits in (
        ((t + 2047, lat, lon), True),
        ((t + 2048, lat, lon), True),
        ((t + 65536, lat, lon), True),
        ((4294967295, lat, lon), True),
        ((t - 1, lat, lon), False),
        ((t, lat + 327670, lon), True),
        ((t, lat - 327670, lon), True),
        ((t + 90000, lat - 327670, lon + 327670), True),
        ((t, lat + 327680, lon), False),
        ((t, lat - 327680, lon), False),
        ((t, lat, lon + 327670), True),
        ((t, lat, lon + 327680), False),
        ((t, lat, lon - 327680), False),
        ((t, lat, -lon), False),
    ):
        batch = TrackBatch()
        assert batch.add(1, position(t, lat, lon, 0, 0))
        assert batch.add(2, position(*row, 0, 0)) is fits, row
        assert batch.n == 1 + fits
        if fits:
            assert rows_of(json.loads(batch.message("0")))[1][:3] == row
        batch.clear()
        assert batch.add(2, position(*row, 0, 0))
        assert rows_of(json.loads(batch.message("0")))[0][:3] == row


def test_a_position_reads_the_same_in_any_batch():
    rows = [(1795306323 + n, 130827004 + 37 * n, -1008833005 - 51 * n, 900 * n, 7 * n) for n in
            range(20)]  # fmt: skip
    whole = rows_of(json.loads(batched(rows)))
    for at in range(1, 20):
        assert rows_of(json.loads(batched(rows[at:]))) == whole[at:]


def test_a_batch_can_be_used_again():
    batch = TrackBatch()
    for _ in range(2):
        assert batch.add(7, position(5, 60, 70, 1000, 8)) and batch.n == 1
        assert rows_of(json.loads(batch.message("0"))) == [(5, 60, 70, 36, 8)]
        batch.clear()


def test_a_gap_in_seq_ends_a_batch():
    batch = TrackBatch()
    assert batch.add(5, position(1, 0, 0, 0, 0))
    assert not batch.add(7, position(2, 0, 0, 0, 0))
    assert batch.n == 1
    batch.clear()
    assert batch.add(7, position(2, 0, 0, 0, 0))


def test_a_batch_keeps_to_its_size():
    for most in (200, 600, 601, 602, 603, 610, 1000):
        batch = TrackBatch(most)
        seq = 4294967000
        while batch.add(seq + batch.n, position(4294967295, -900000000, -1800000000, None, None)):
            pass
        size = len(batch.message("9f3a21c4"))
        assert most - 14 < size <= most, (most, size)
        assert not batch.add(seq + batch.n, position(4294967295, -900000000, -1800000000, 0, 0))


def test_a_pause_takes_a_row_of_its_own_and_leaves_no_half_of_it():
    batch = TrackBatch(200)  # eight rows
    for seq in range(7):
        assert batch.add(seq, position(1000, 0, 0, 0, 0))
    assert not batch.add(7, position(3048, 0, 0, 0, 0)), "it needs two rows, and one is left"
    assert batch.add(7, position(3047, 0, 0, 0, 0))
    assert [row[0] for row in rows_of(json.loads(batch.message("0")))] == [1000] * 7 + [3047]


def test_state_is_json_and_unknown_is_null():
    s = snapshot(seats=3, unknown=[2], taken=[1], front_door=True, utc_ms=UTC_MS)
    state = json.loads(messages.state(s, ["belt_off"], [0, None, 212], 10, 17))
    assert state["seats"] == {"total": 3, "taken": [1], "unknown": [2]}
    assert state["doors"] == {"front": "open", "emergency": None}
    assert state["lat"] is None and state["ignition"] is None
    assert state["clock"] == "none"
    assert "route" not in state
    s.place.route = "port_am"
    assert b'"route":"port_am"' in messages.state(s, [], [0, 0, 0], 10, 17)
    assert state["backlog"] == {"alarm": 0, "warning": None, "track": 212}
    assert state["active"] == ["belt_off"]
    assert state["next_s"] == 10


ORDINARY = {
    "clock": "gnss",
    "mode": "normal",
    "ignition": True,
    "front_door": False,
    "emergency_door": False,
    "unknown": [],
    "unbelted": [],
    "loose": [],
    "attended": None,
    "out_of_service": [],
}


def said(backlog=(0, 0, 0), active=(), **readings):
    """The members of a state that it may leave out, as it says them."""
    s = snapshot(seats=3)
    for name, value in ORDINARY.items():
        put(s, name, readings.get(name, value))
    state = json.loads(messages.state(s, list(active), backlog, 10, 17))
    state["seats"].pop("total")
    state["seats"].pop("taken")
    shown = {}
    for name in ("clock", "mode", "ignition", "attended", "doors", "seats", "backlog", "active"):
        if state.get(name, {}) != {}:
            shown[name] = state[name]
    return shown


def test_a_state_leaves_out_what_is_ordinary_and_nothing_else():
    assert said() == {}
    for clock in ("rtc", "none"):
        assert said(clock=clock) == {"clock": clock}
    for mode in ("service", "drill", "evacuation"):
        assert said(mode=mode) == {"mode": mode}
    for ignition in (False, None):
        assert said(ignition=ignition) == {"ignition": ignition}
    for is_open, word in ((True, "open"), (None, None)):
        assert said(front_door=is_open) == {"doors": {"front": word}}
        assert said(emergency_door=is_open) == {"doors": {"emergency": word}}
    assert said(unknown=[2, 3]) == {"seats": {"unknown": [2, 3]}}
    assert said(out_of_service=[1]) == {"seats": {"out_of_service": [1]}}
    assert said(unbelted=[1]) == {"seats": {"unbelted": [1]}}
    assert said(loose=[1]) == {"seats": {"loose": [1]}}
    for by in ("engine", "key"):
        assert said(attended=by) == {}
    for by in ("driver_seat", "here", "stay"):
        assert said(attended=by) == {"attended": {"by": by, "until": None}}
    assert said(active=["sos"]) == {"active": ["sos"]}
    for waits in (1, None):
        assert said((0, 0, waits)) == {"backlog": {"track": waits}}
        assert said((waits, 0, 0)) == {"backlog": {"alarm": waits, "warning": 0}}
        assert said((0, waits, 0)) == {"backlog": {"alarm": 0, "warning": waits}}


def test_the_shortest_state():
    s = snapshot(seats=3)
    for name, value in ORDINARY.items():
        put(s, name, value)
    assert messages.state(s, [], (0, 0, 0), 60, 17) == (
        b'{"v":1,"at":null,"boot":17,"up_ms":0,"phase":"parked","trip":0,"lat":null,"lon":null,"speed_kmh":null,'
        b'"heading_deg":null,"sats":null,"hdop":null,"seats":{"total":3,"taken":[]},'
        b'"supply_mv":null,"cabin_c":null,"signal_dbm":null,"next_s":60}'
    )


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
        "board": None,
        "mpython": None,
        "release": None,
    }
    new = messages.status(None, "0.1.0", "9f3a21c4", 3, "watchdog", trial=True)
    assert json.loads(new) == dict(status, trial=True)
    plain = messages.status(None, "0.1.0", "9f3a21c4", 3, "watchdog", tls=False)
    assert json.loads(plain) == dict(status, tls=False)
    assert messages.will(17) == b'{"v":1,"online":false,"boot":17}'

"""The rows of a track: both forms give the same columns, and no row is believed blindly."""

import base64
import json
import struct

import pytest
from station_told import old_track, track

from station.ingest import contract

TOPIC = "schoolbus/lc/bus-01/track"


def taken(payload):
    message = contract.read(TOPIC, payload)
    assert isinstance(message, contract.Message), message
    return message.body


def new_track(rows, **changed):
    """rows: [(seconds, 1e-6 degree, 1e-6 degree, speed or None, heading or None)]."""
    data = b"".join(
        struct.pack(">hhI", dlat, dlon, dt << 21 | (0xFFF if speed is None else speed) << 9
                    | (0x1FF if heading is None else heading))
        for dt, dlat, dlon, speed, heading in rows
    )  # fmt: skip
    body = json.loads(track(900, 1)[1])
    body |= {"n": len(rows), "d": base64.b64encode(data).decode()} | changed
    return json.dumps(body).encode()


ROWS = [(0, 0, 0, 415, 183), (2047, -32767, 32767, None, 359), (0, 0, -1, 4094, None),
        (3, 17, -40, 0, 0), (1, 1, 1, 0, 256), (1, 1, 1, 1, 255)]  # fmt: skip


def test_the_old_form_and_the_new_say_the_same():
    old = [[dt, 10 * dlat, 10 * dlon, *known] for dt, dlat, dlon, *known in ROWS]
    columns = [contract.track(taken(payload)) for payload in (old_track(900, old)[1],
                                                              new_track(ROWS))]  # fmt: skip
    for one, other in zip(*columns, strict=True):
        assert list(one) == list(other)
    assert columns[1].lat_e7[:2] == [130827000, 130827000 - 327670]
    assert list(columns[1].speed) == [415, None, 4094, 0, 0, 1]
    assert list(columns[1].heading) == [183, 359, None, 0, 256, 255]


def pause(seconds):
    return seconds >> 21, -0x8000, 0, seconds >> 9 & 0xFFF, seconds & 0x1FF


def test_a_pause_is_no_position():
    rows = [(0, 0, 0, 1, 2), pause(70_000), (3, 1, 1, 3, 4), pause(1), pause(2), (1, 1, 1, None, 5)]
    columns = contract.track(taken(new_track(rows, n=3)))
    first = columns.t[0]
    assert columns.t == [first, first + 70_003, first + 70_007]
    assert list(columns.speed) == [1, 3, None] and list(columns.heading) == [2, 4, 5]
    assert columns.lon_e7[2] == columns.lon_e7[0] + 20


@pytest.mark.parametrize(
    "payload",
    [
        new_track([(0, 0, 0, 0, 0), pause(9)], n=2),
        new_track([pause(9)], n=1),
        new_track([pause(9)], n=0),
        new_track(ROWS, n=5),
        new_track(ROWS, n=7),
        new_track(ROWS, d="AAAA"),
        new_track(ROWS, d=""),
        new_track(ROWS, d="AAAAAAAAAA="),
        new_track(ROWS, d="AAAAAAAA AAA"),
        new_track(ROWS, d="AAAAAAAAAAA=\n", n=1),
        new_track(ROWS, d=7),
        new_track(ROWS, d=None),
        new_track(ROWS, seq=0xFFFFFFFF),
    ],
)
def test_what_is_no_track_is_bad(payload):
    assert isinstance(contract.read(TOPIC, payload), contract.Bad), payload


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (new_track([(0, 0, 0, 0, 360)]), "heading"),
        (new_track([(0, 0, 0, 0, 183), (0, 0, 0, None, 510)]), "heading"),
        (new_track([(0, 0, 0, 0, 0), (1, 1, 0, 0, 0)], lat=900_000_000), r"d\[1\]"),
        (new_track([(0, 0, 0, 0, 0), (1, 0, -1, 0, 0)], lon=-1_800_000_000), r"d\[1\]"),
        (new_track([(0, 0, 0, 0, 0), (255, 0, 0, 0, 0)], t=253_402_300_700), r"d\[1\]"),
    ],
)
def test_what_is_out_of_range_is_told(payload, why):
    with pytest.raises(ValueError, match=why):
        contract.track(taken(payload))

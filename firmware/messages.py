"""Topics and payloads: the contract with the city (docs/mqtt.md, docs/schema).

Everything is written without floats: a coordinate is "13.0827000" because the
integer is 130827000. An object is a tuple of pairs, so its order is the same on
every Python; a list is an array.
"""

import json
import struct
from binascii import b2a_base64

from micropython import const

from firmware.clock import iso
from firmware.trip.attended import attendance
from firmware.values import Fixed, fixed, kmh

POSITION_FORMAT = "<IiiHH"  # UTC s, latitude and longitude 1e-7 deg, 0.1 km/h, deg
_UNKNOWN = 0xFFFF
_HEAD_BYTES = const(107)  # of a track message: all but its rows, at most
_ROW_FORMAT = ">hhHH"  # latitude, longitude; 11 bits seconds, 12 bits speed, 9 bits heading
_ROW_BYTES = const(8)
_STEP_MAX = const(32767)
_PAUSE = const(-32768)  # in the place of the latitude: a row with a time and no position
_TIME_MAX = const(0x7FF)
_NO_SPEED = const(0xFFF)
_NO_HEADING = const(0x1FF)


def text(value):
    """Value (see Event) -> JSON str."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, (int, Fixed)):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, tuple):
        return "{" + ",".join(['"' + key + '":' + text(item) for key, item in value]) + "}"
    return "[" + ",".join([text(item) for item in value]) + "]"


def topic(config, name):
    """The topic of `name`: b"schoolbus/<fleet>/<bus>/<name>"."""
    return ("schoolbus/" + config["fleet"] + "/" + config["bus"] + "/" + name).encode()


def _rounded(value, decimals):
    """A number with one decimal more -> Fixed, or None."""
    return None if value is None else Fixed((value + 5) // 10, decimals)


def _where(gnss):
    """The best position known; with how far from it the bus may be, and whether it is a guess."""
    parts = (("lat", _rounded(gnss.best_lat_e7, 6)), ("lon", _rounded(gnss.best_lon_e7, 6)))
    if gnss.best_lat_e7 is not None:
        parts += (("accuracy_m", gnss.accuracy_m),)
    return parts + (("estimated", True),) if gnss.estimated else parts


def event_parts(event, s, boot, exercise=False, times=0):
    """Event, Snapshot -> (bytes before, bytes after) the number of its occurrence.

    times: events that were put together in this one (journal/flapping.py). The number is known
    only when the flash takes the record (journal/recorder.py). Without a clock `at` is null;
    `boot` and `up_ms` give the time.
    """
    when = (("at", iso(s.utc_ms)), ("clock", s.clock))
    if s.utc_ms is None:
        when += (("boot", boot), ("up_ms", s.now_ms))
    before = when + (("kind", event.kind), ("severity", event.severity), ("state", event.state))
    after = (("exercise", True),) if exercise else ()
    if times:
        after += (("times", times),)
    after += _where(s.gnss) + (
        ("speed_kmh", kmh(s.gnss.speed_mms)),
        ("data", event.data),
        ("why", event.why if s.place.policy is None else event.why + (("policy", s.place.policy),)),
    )
    return text(before)[1:-1].encode(), text(after)[1:].encode()


def event_body(parts, occ):
    """What event_parts() gave, and the number -> bytes for the journal: all but v, epoch, seq."""
    return b"".join((parts[0], b',"occ":', str(occ).encode(), b",", parts[1]))


def event_message(epoch, seq, body):
    """A journalled event body -> bytes as published on `event`."""
    return b"".join((('{"v":1,"epoch":"%s","seq":%d,' % (epoch, seq)).encode(), body))


def position(utc_s, lat_e7, lon_e7, speed_mms, heading_deg):
    """-> 16 bytes for the journal. An unknown speed or heading is None."""
    speed = _UNKNOWN if speed_mms is None else min((speed_mms * 36 + 500) // 1000, _UNKNOWN - 1)
    heading = _UNKNOWN if heading_deg is None else heading_deg
    return struct.pack(POSITION_FORMAT, utc_s, lat_e7, lon_e7, speed, heading)


class TrackBatch:
    """Consecutive position records -> one `track` message of at most max_bytes.

    A row has eight bytes; the message holds them in base64. Positions are rounded to 1e-6 degree,
    0.1 m. A pause that is too long for a row, as between two trips, is a row of its own. A jump of
    the position, or a clock set back, begins a new message.
    """

    def __init__(self, max_bytes=1000):
        self._rows = bytearray((max_bytes - _HEAD_BYTES) // 4 * 3 // _ROW_BYTES * _ROW_BYTES)
        self._view = memoryview(self._rows)
        self.clear()

    def clear(self):
        self.n = 0
        self._end = 0

    def add(self, seq, record):
        """16-byte record -> True if added; False if it has to go into another message."""
        t, lat, lon, speed, heading = struct.unpack(POSITION_FORMAT, record)
        lat, lon = (lat + 5) // 10, (lon + 5) // 10
        if not self.n:
            self.first_seq = seq
            self._first_t, self._first_lat, self._first_lon = t, lat, lon
            self._t, self._lat, self._lon = t, lat, lon
        dt, dlat, dlon = t - self._t, lat - self._lat, lon - self._lon
        is_long = dt > _TIME_MAX
        if seq != self.first_seq + self.n or self._end + _ROW_BYTES * is_long >= len(self._rows):
            return False
        if dt < 0 or not -_STEP_MAX <= dlat <= _STEP_MAX or not -_STEP_MAX <= dlon <= _STEP_MAX:
            return False
        if is_long:
            self._write(_PAUSE, 0, dt >> 16, dt & 0xFFFF)
            dt = 0
        speed = _NO_SPEED if speed == _UNKNOWN else min(speed, _NO_SPEED - 1)
        heading = min(heading, _NO_HEADING)
        # Two halves: an integer beyond 2**30 would be allocated.
        self._write(dlat, dlon, dt << 5 | speed >> 7, (speed & 0x7F) << 9 | heading)
        self._t, self._lat, self._lon = t, lat, lon
        self.n += 1
        return True

    def _write(self, lat, lon, high, low):
        struct.pack_into(_ROW_FORMAT, self._rows, self._end, lat, lon, high, low)
        self._end += _ROW_BYTES

    def message(self, epoch):
        """-> bytes as published on `track`; seq is that of the first row."""
        head = '{"v":1,"epoch":"%s","seq":%d,"n":%d,"t":%d,"lat":%d,"lon":%d,"d":"'
        lat, lon = self._first_lat * 10, self._first_lon * 10
        head %= (epoch, self.first_seq, self.n, self._first_t, lat, lon)
        return b"".join((head.encode(), b2a_base64(bytes(self._view[: self._end]))[:-1], b'"}'))


def status(
    utc_ms,
    version,
    epoch,
    boot,
    reset,
    start="normal",
    disabled=(),
    policy=None,
    sleep_s=None,
    journal="ok",
    tls=True,
    board=None,
    mpython=None,
    release=None,
    trial=False,
):
    """-> bytes as published on `status` at each connect. start: see Bus; disabled: kinds of
    rules; policy: its hash; sleep_s: the longest next_s while it sleeps, None if it never does;
    journal: "ok", or "refused" while its flash does not answer; epoch None: not known yet;
    tls: False only if bus.json says so; board, mpython: its table, and the version of MicroPython;
    release: 16 hex digits of the release that runs, None if it is none; trial: the code is new.
    """
    return text(
        (
            ("v", 1),
            ("online", True),
            ("at", iso(utc_ms)),
            ("fw", version),
            ("epoch", epoch),
            ("boot", boot),
            ("reset", reset),
            ("start", start),
            ("disabled", sorted(disabled)),
            ("policy", policy),
            ("sleep_s", sleep_s),
            ("journal", journal),
            ("board", board),
            ("mpython", mpython),
            ("release", release),
        )
        + ((("trial", True),) if trial else ())
        + (() if tls else (("tls", False),))
    ).encode()


def will(boot):
    """-> bytes: what the broker publishes on `status` when it loses the bus. boot: of this start,
    so that the will of an earlier one is known as old."""
    return text((("v", 1), ("online", False), ("boot", boot))).encode()


# What a state leaves out: the defaults of docs/schema/state.schema.json.
_ORDINARY = (
    ("clock", "gnss"),
    ("mode", "normal"),
    ("ignition", True),
    ("front", "closed"),
    ("emergency", "closed"),
    ("doors", ()),
    ("unknown", []),
    ("unbelted", []),
    ("loose", []),
    ("out_of_service", []),
    ("track", 0),
    ("backlog", ()),
    ("active", []),
    ("attended", None),
)


def _unusual(parts):
    return tuple([part for part in parts if part not in _ORDINARY])


def _door(is_open):
    return None if is_open is None else ("open" if is_open else "closed")


def state(s, active, backlog, next_s, boot):
    """Snapshot, kinds of active events -> bytes as published on `state`.

    backlog: records of each lane that wait, or None; next_s: a promise: the next state comes
    within this many seconds. A member at its ordinary value is left out; an unknown one is null.
    Without a clock `boot` and `up_ms` say which of two states is the newer one.
    """
    doors = (
        ("front", _door(s.vehicle.front_door)),
        ("emergency", _door(s.vehicle.emergency_door)),
    )
    seats = (
        ("total", s.seats.count),
        ("taken", s.seats.taken),
        ("unknown", s.seats.unknown),
        ("unbelted", s.seats.unbelted),
        ("loose", s.seats.loose),
        ("out_of_service", s.seats.out_of_service),
    )
    waits = (("alarm", backlog[0]), ("warning", backlog[1]), ("track", backlog[2]))
    if backlog[0] == backlog[1] == 0:  # together: older firmware has no warning
        waits = waits[2:]
    parts = (("v", 1), ("at", iso(s.utc_ms)))
    if s.utc_ms is None:
        parts += (("boot", boot), ("up_ms", s.now_ms))
    parts += (
        ("clock", s.clock),
        ("phase", s.trip.phase),
        ("mode", s.trip.mode),
        ("trip", s.trip.number),
    )
    if s.place.route is not None:
        parts += (("route", s.place.route),)
    parts += _where(s.gnss) + (
        ("speed_kmh", kmh(s.gnss.speed_mms)),
        ("heading_deg", s.gnss.heading_deg),
        ("sats", s.gnss.sats),
        ("hdop", _rounded(s.gnss.hdop_e2, 1)),
        ("ignition", s.vehicle.ignition),
        ("attended", attendance(s)),
        ("doors", _unusual(doors)),
        ("seats", _unusual(seats)),
        ("supply_mv", s.vehicle.supply_mv),
    )
    if s.vehicle.backup_mv is not None:
        parts += (("backup_mv", s.vehicle.backup_mv),)
    parts += (
        ("cabin_c", fixed(s.vehicle.cabin_c10, 1)),
        ("signal_dbm", s.vehicle.signal_dbm),
        ("backlog", _unusual(waits)),
        ("active", active),
        ("next_s", next_s),
    )
    return text(_unusual(parts)).encode()


def reply(request_id, ok, message):
    """-> bytes: the answer to a `cmd/<name>`. request_id: None if it could not be read."""
    return text((("v", 1), ("id", request_id), ("ok", ok), ("message", message))).encode()

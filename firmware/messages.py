"""Topics and payloads: the contract with the city (docs/mqtt.md, docs/schema).

Everything is written without floats: a coordinate is "13.0827000" because the
integer is 130827000. An object is a tuple of pairs, so its order is the same on
every Python; a list is an array.
"""

import json
import struct

from firmware.clock import iso
from firmware.values import Fixed, fixed, kmh

POSITION_FORMAT = "<IiiHH"  # UTC s, latitude and longitude 1e-7 deg, 0.1 km/h, deg
_UNKNOWN = 0xFFFF


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
    after += (
        ("lat", fixed(s.gnss.lat_e7, 7)),
        ("lon", fixed(s.gnss.lon_e7, 7)),
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
    """Consecutive position records -> one `track` message of at most max_bytes."""

    def __init__(self, max_bytes=1200):
        self._limit = max_bytes - 100  # room for the head
        self.clear()

    def clear(self):
        self.n = 0
        self._rows = []
        self._length = 0

    def add(self, seq, record):
        """16-byte record -> True if added; False if the batch is full or seq is not the next."""
        if self.n and (seq != self.first_seq + self.n or self._length > self._limit):
            return False
        t, lat, lon, speed, heading = struct.unpack(POSITION_FORMAT, record)
        if not self.n:
            self.first_seq = seq
            self._head = (t, lat, lon)
            self._last = self._head
        last = self._last
        row = "[%d,%d,%d,%s,%s]" % (
            t - last[0],
            lat - last[1],
            lon - last[2],
            "null" if speed == _UNKNOWN else speed,
            "null" if heading == _UNKNOWN else heading,
        )
        self._last = (t, lat, lon)
        self._rows.append(row)
        self._length += len(row) + 1
        self.n += 1
        return True

    def message(self, epoch):
        """-> bytes as published on `track`; seq is that of the first row."""
        t, lat, lon = self._head
        head = '{"v":1,"epoch":"%s","seq":%d,"n":%d,"t":%d,"lat":%d,"lon":%d,"d":['
        head %= (epoch, self.first_seq, self.n, t, lat, lon)
        return (head + ",".join(self._rows) + "]}").encode()


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
):
    """-> bytes as published on `status` at each connect. start: see Bus; disabled: kinds of
    rules; policy: its hash; sleep_s: the longest next_s while it sleeps, None if it never does;
    journal: "ok", or "refused" while its flash does not answer; epoch None: not known yet.
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
        )
    ).encode()


WILL = b'{"v":1,"online":false}'


def _door(is_open):
    return None if is_open is None else ("open" if is_open else "closed")


def state(s, active, backlog, next_s):
    """Snapshot, kinds of active events -> bytes as published on `state`.

    backlog: records of each lane that wait, or None; next_s: a promise: the next state comes
    within this many seconds.
    """
    return text(
        (
            ("v", 1),
            ("at", iso(s.utc_ms)),
            ("clock", s.clock),
            ("phase", s.trip.phase),
            ("mode", s.trip.mode),
            ("trip", s.trip.number),
            ("route", s.place.route),
            ("lat", fixed(s.gnss.lat_e7, 7)),
            ("lon", fixed(s.gnss.lon_e7, 7)),
            ("speed_kmh", kmh(s.gnss.speed_mms)),
            ("heading_deg", s.gnss.heading_deg),
            ("sats", s.gnss.sats),
            ("hdop", fixed(s.gnss.hdop_e2, 2)),
            ("ignition", s.vehicle.ignition),
            (
                "doors",
                (
                    ("front", _door(s.vehicle.front_door)),
                    ("emergency", _door(s.vehicle.emergency_door)),
                ),
            ),
            (
                "seats",
                (
                    ("total", s.seats.count),
                    ("taken", s.seats.taken),
                    ("unknown", s.seats.unknown),
                    ("unbelted", s.seats.unbelted),
                ),
            ),
            ("supply_mv", s.vehicle.supply_mv),
        )
        + (() if s.vehicle.backup_mv is None else (("backup_mv", s.vehicle.backup_mv),))
        + (
            ("cabin_c", fixed(s.vehicle.cabin_c10, 1)),
            ("signal_dbm", s.vehicle.signal_dbm),
            (
                "backlog",
                (("alarm", backlog[0]), ("warning", backlog[1]), ("track", backlog[2])),
            ),
            ("active", active),
            ("next_s", next_s),
        )
    ).encode()


def reply(request_id, ok, message):
    """-> bytes: the answer to a `cmd/<name>`. request_id: None if it could not be read."""
    return text((("v", 1), ("id", request_id), ("ok", ok), ("message", message))).encode()

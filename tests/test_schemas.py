"""docs/mqtt.md and docs/schema agree with each other, and with firmware/messages.py."""

import ast
import json
import random
import re
from itertools import product

import pytest
from schemas import KINDS, Breach, validate, validator
from vm import ROOT

from firmware import messages
from firmware.config.load import defaults
from firmware.event import ALARM, Event
from firmware.rules.catalogue import RULES
from firmware.snapshot import Snapshot
from firmware.update.fetch_message import fetch
from firmware.uplink.seal import Seal
from station.ingest import contract

CONFIG = {**defaults(), "fleet": "laemchabang", "bus": "bus-01"}
EPOCH = "9f3a21c4"
GUIDE = (ROOT / "docs" / "mqtt.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"`(schoolbus/[\w/-]+)`\n+```json\n(.*?)```", GUIDE, re.DOTALL)


TOPIC = "schoolbus/laemchabang/bus-01/state"


def topic(name):
    return messages.topic(CONFIG, name)


def known():
    """A Snapshot in which everything is known."""
    s = Snapshot(40)
    s.now_ms, s.utc_ms, s.clock = 60_000, 1_795_306_323_400, "gnss"
    s.gnss.accuracy_m, s.gnss.estimated = 5, True
    s.gnss.best_lat_e7, s.gnss.best_lon_e7, s.gnss.speed_mms, s.gnss.heading_deg = (
        -1,
        1_008_833_000,
        11_528,
        183,
    )
    s.gnss.sats, s.gnss.hdop_e2 = 11, 90
    s.vehicle.ignition, s.vehicle.front_door, s.vehicle.emergency_door = True, False, True
    s.seats.taken, s.seats.unknown, s.seats.unbelted = [3, 7], [], [7]
    s.vehicle.supply_mv, s.vehicle.cabin_c10, s.vehicle.signal_dbm, s.trip.phase = (
        13_420,
        -15,
        -71,
        "driving",
    )
    s.place.route = "port_am"
    return s


def event(s):
    data = (("seats", [7]), ("unknown", []), ("stage", 2))
    what = Event("child_left_behind", ALARM, data=data, why=(("limit_s", 180),))
    body = messages.event_body(messages.event_parts(what, s, 17), 412)
    return messages.event_message(EPOCH, 412, body)


def track():
    batch = messages.TrackBatch()
    for i, (speed, heading) in enumerate(product((None, 0, 11_528), (None, 0, 359))):
        record = messages.position(1_795_306_323 + i, 130_827_000 - i, -i, speed, heading)
        assert batch.add(900 + i, record)
    return batch.message(EPOCH)


OLD_TRACK = (
    b'{"v":1,"epoch":"9f3a21c4","seq":900,"n":3,"t":1795306323,"lat":130827000,"lon":1008833000,'
    b'"d":[[0,0,0,415,183],[1,-37,12,416,183],[4,-148,51,null,null]]}'
)
"""As firmware up to 0.2 sends it."""

MESSAGES = [
    ("status", messages.status(1_795_306_323_400, "0.3.0", EPOCH, 17, "power_on")),
    ("status", messages.status(None, "0.3.0", EPOCH, 0, "watchdog")),
    ("status", messages.status(None, "0.3.0", EPOCH, 0, "watchdog", tls=False)),
    (
        "status",
        messages.status(
            None,
            "0.3.0",
            EPOCH,
            0,
            "soft",
            board="devkit",
            mpython="1.29.0",
            release="2c26b46b68ffc68f",
            trial=True,
        ),
    ),
    ("status", messages.will(17)),
    ("fetch", fetch("2c26b46b68ffc68f", "fetching", (8990, 600, 4378, 61240))),
    ("fetch", fetch("2c26b46b68ffc68f", "refused", None, "older", "It is older.")),
    ("status", b'{"v":1,"online":false}'),
    ("state", messages.state(known(), ["belt_off"], [0, 2, 212], 10, 17)),
    ("state", messages.state(Snapshot(40), [], [0, 0, 0], 60, 17)),
    ("event", event(known())),
    ("event", event(Snapshot(40))),
    ("track", track()),
    ("track", OLD_TRACK),
    ("reply", messages.reply("r-1", True, "done")),
    ("reply", messages.reply(None, False, "no JSON")),
]
SIG = b"A" * 86
SEAL = Seal(bytes(32))
MESSAGES += [(name, SEAL.sealed(b"x", payload)) for name, payload in MESSAGES]


OLD_STATE = (
    b'{"v":1,"at":"2026-11-22T00:12:03.400Z","clock":"gnss","phase":"driving","mode":"normal",'
    b'"trip":3,"lat":13.0827000,"lon":100.8833000,"speed_kmh":41.5,"heading_deg":183,"sats":11,'
    b'"hdop":0.90,"ignition":true,"doors":{"front":"closed","emergency":"closed"},"seats":{'
    b'"total":40,"taken":[3,7],"unknown":[],"unbelted":[]},"supply_mv":13420,"cabin_c":31.5,'
    b'"signal_dbm":-71,"backlog":{"alarm":0,"track":0},"active":[],"next_s":10}'
)
"""As firmware up to 0.2 sends it."""

MESSAGES += [("state", OLD_STATE)]

LEFT_OUT = {("state", name)
            for name in ("clock", "mode", "ignition", "doors", "backlog", "active")}  # fmt: skip
"""What is missing has its ordinary value."""
NOT_IN_OLDER_FIRMWARE = {
    ("state", "route"), ("status", "start"), ("status", "disabled"), ("status", "policy"),
    ("status", "sleep_s"), ("status", "journal"), ("status", "tls"), ("state", "backup_mv"),
    ("status", "board"), ("status", "mpython"), ("status", "release"), ("status", "trial"),
    ("state", "accuracy_m"), ("event", "accuracy_m"),
    ("state", "estimated"), ("event", "estimated"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "payload"), MESSAGES)
def test_what_the_firmware_writes_is_valid(name, payload):
    validate(topic(name), payload)


@pytest.mark.parametrize(("name", "payload"), MESSAGES)
def test_nothing_may_be_missing_and_nothing_added(name, payload):
    message = json.loads(payload)
    for key in message:
        without = json.dumps({k: v for k, v in message.items() if k != key})
        is_of_the_will = key == "boot" and not message.get("online", True)
        if (name, key) in NOT_IN_OLDER_FIRMWARE | LEFT_OUT or key == "mac" or is_of_the_will:
            validate(topic(name), without)
        else:
            with pytest.raises(Breach):
                validate(topic(name), without)
    with pytest.raises(Breach):
        validate(topic(name), json.dumps({**message, "extra": 1}))


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("stat", b'{"v":1,"online":false}'),
        ("status/x", b'{"v":1,"online":false}'),
        ("status", b'{"v":2,"online":false}'),
        ("status", b'{"v":1,"v":1,"online":false}'),
        ("status", b'{"v":1,"online":false'),
        ("status", b'\xff{"v":1,"online":false}'),
        ("state", messages.state(known(), [], [0, 0, 0], 10, 17).replace(b"-71", b"NaN")),
        ("state", messages.state(known(), [], [0, 0, 0], 10, 17).replace(b'"open"', b'"ajar"')),
        ("event", event(Snapshot(40)).replace(b'"clock":"none"', b'"clock":"gnss"')),
        ("event", event(known()).replace(b'"occ":412', b'"occ":413')),
        ("event", event(known()).replace(b'"severity":"alarm"', b'"severity":"info"')),
        ("event", event(known()).replace(b'"child_left_behind"', b'"child_left_in_front"')),
        ("track", track().replace(b'"n":9', b'"n":8')),
        ("track", track().replace(b'"d":"', b'"d":"A')),
        ("track", track().replace(b'"d":"', b'"d":"AAA.')),
        ("track", track().replace(b'"d":"', b'"d":"AAAA')),
        ("track", track()[: track().index(b'"d":"')] + b'"d":""}'),
        ("track", OLD_TRACK.replace(b",183]", b",360]")),
        ("track", OLD_TRACK.replace(b'"n":3', b'"n":2')),
        ("cmd/ping", b'{"v":1}'),
        ("cmd/ping", b'{"v":1,"id":""}'),
        ("cmd/drill", b'{"v":1,"id":"a","for":"f","n":1,"until":1,"by":"a"}'),
        ("cmd/drill", b'{"v":1,"id":"a","for":"f","n":0,"until":1,"by":"a","sig":"' + SIG + b'"}'),
        ("cmd/drill", b'{"v":1,"id":"a","for":"f","n":1,"until":1,"sig":"' + SIG + b'"}'),
        ("cmd/drill", b'{"v":1,"id":"a","for":"f","n":1,"until":1,"by":"a","sig":"AA=="}'),
    ],
)
def test_a_breach_is_noticed(name, payload):
    with pytest.raises(Breach):
        validate(topic(name), payload)


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_the_examples_of_the_guide_are_valid(name, text):
    for line in text.strip().splitlines():
        validate(name, line)


def reader(topic):
    """The source of the reader that the guide shows for a topic."""
    (section,) = re.findall(rf"\n## {topic}\n(.*?)\n## ", GUIDE, re.DOTALL)
    (source,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    return source


READINGS = {
    "clock": ("gnss", "rtc", "none"), "mode": ("normal", "service", "drill", "evacuation"),
    "ignition": (True, False, None), "front": ("closed", "open", None),
    "emergency": ("closed", "open", None), "unknown": ([], [1, 40]), "unbelted": ([], [7]),
    "out_of_service": ([], [12]),
    "loose": ([], [7]), "attended": (None, "here", "driver_seat"),
    "backlog": (0, 3, None), "active": ([], ["belt_off"], ["belt_off", "sos"]),
    "route": (None, "port_am"), "backup_mv": (None, 3900), "accuracy_m": (None, 6),
}  # fmt: skip
"""The first is the ordinary one, if there is one."""
ATTENDED = {
    None: None,
    "here": {"by": "here", "until": "2026-11-22T00:12:03.400Z"},
    "driver_seat": {"by": "driver_seat", "until": None},
}


def test_a_state_is_whole_again_for_the_station_and_for_the_reader_in_the_guide():
    seed = random.randrange(1 << 32)
    print("seed", seed)
    dice = random.Random(seed)
    door = {"closed": False, "open": True, None: None}
    sizes = set()
    for usual in [0.0, 1.0] + [0.5, 0.9] * 50:
        r = {name: values[0] if dice.random() < usual else dice.choice(values)
             for name, values in READINGS.items()}  # fmt: skip
        waits = [0 if dice.random() < usual else dice.choice((0, 3, None)) for _ in range(3)]
        s = known()
        s.clock, s.trip.mode, s.vehicle.ignition = r["clock"], r["mode"], r["ignition"]
        s.vehicle.front_door, s.vehicle.emergency_door = door[r["front"]], door[r["emergency"]]
        s.seats.unknown, s.seats.unbelted = r["unknown"], r["unbelted"]
        s.seats.out_of_service = r["out_of_service"]
        s.seats.loose, s.trip.attended = r["loose"], r["attended"]
        s.trip.attended_until_ms = s.now_ms if r["attended"] == "here" else None
        s.place.route, s.vehicle.backup_mv = r["route"], r["backup_mv"]
        s.gnss.estimated, s.gnss.accuracy_m = False, r["accuracy_m"]
        if s.gnss.accuracy_m is None:
            s.gnss.best_lat_e7 = s.gnss.best_lon_e7 = None
        payload = messages.state(s, r["active"], waits, 10, 17)
        validate(topic("state"), payload)
        wanted = {
            "v": 1, "at": "2026-11-22T00:12:03.400Z", "clock": r["clock"], "phase": "driving",
            "mode": r["mode"], "trip": 0, "lat": None, "lon": None, "speed_kmh": 41.5,
            "heading_deg": 183, "sats": 11, "hdop": 0.9, "ignition": r["ignition"],
            "doors": {"front": r["front"], "emergency": r["emergency"]},
            "seats": {"total": 40, "taken": [3, 7], "unknown": r["unknown"],
                      "unbelted": r["unbelted"], "loose": r["loose"],
                      "out_of_service": r["out_of_service"]},
             "attended": ATTENDED[r["attended"]],
            "supply_mv": 13420, "cabin_c": -1.5, "signal_dbm": -71,
            "backlog": dict(zip(("alarm", "warning", "track"), waits, strict=True)),
            "active": r["active"], "next_s": 10,
        }  # fmt: skip
        wanted |= {k: r[k] for k in ("route", "backup_mv", "accuracy_m") if r[k] is not None}
        if "accuracy_m" in wanted:
            wanted |= {"lat": -0.0, "lon": 100.8833}
        for state in (read_by_the_guide(payload), contract.read(TOPIC, payload).body):
            assert state == wanted, seed
        sizes.add(len(payload))
    assert len(sizes) > 20


def read_by_the_guide(payload):
    names = {"message": json.loads(payload)}
    exec(reader("state"), names)
    return names["state"]


def test_a_state_of_older_firmware_is_given_no_value_that_it_did_not_send():
    old = {**json.loads(OLD_STATE), "attended": None}
    old["seats"]["out_of_service"] = []  # it watched every seat
    old["seats"]["loose"] = []
    for state in (read_by_the_guide(OLD_STATE), contract.read(TOPIC, OLD_STATE).body):
        assert state == old
        assert not {"route", "backup_mv", "accuracy_m", "estimated"} & set(state)
        assert state["backlog"] == {"alarm": 0, "track": 0}, "its warnings are among the alarms"


def test_two_states_share_no_list():
    payload = messages.state(known(), [], [0, 0, 0], 10, 17)
    first, second = (contract.read(TOPIC, payload).body for _ in range(2))
    first["active"].append("sos")
    first["seats"]["unknown"].append(1)
    assert second["active"] == [] and second["seats"]["unknown"] == []


def test_the_guide_names_the_ordinary_values_of_the_schema():
    schema = json.loads((ROOT / "docs" / "schema" / "state.schema.json").read_text())
    names = {"message": {"seats": {}}}
    exec(reader("state"), names)
    assert names["state"] == defaults_of(schema)


def defaults_of(schema):
    found = {}
    for name, member in schema["properties"].items():
        if "default" in member:
            found[name] = member["default"]
        elif "properties" in member:
            found[name] = defaults_of(member)
    return found


def test_the_track_reader_in_the_guide_reads_what_the_guide_and_the_firmware_send():
    examples = [json.loads(text) for name, text in EXAMPLES if name.endswith("/track")]
    long = messages.TrackBatch()
    for seq, t in ((7, 1_795_306_323), (8, 1_795_396_323), (9, 1_795_396_324)):
        assert long.add(seq, messages.position(t, -5, 77, None, 0))
    for message in (*examples, json.loads(long.message(EPOCH)), json.loads(track())):
        kept = []
        exec(reader("track"), {"message": message, "keep": lambda *row, kept=kept: kept.append(row),
                      "fleet": "f", "bus": "b"})  # fmt: skip
        columns = contract.track(message)
        rows = zip(columns.t, columns.lat_e7, columns.lon_e7, columns.speed, columns.heading,
                   strict=True)  # fmt: skip
        assert kept == [
            (
                "f",
                "b",
                message["epoch"],
                message["seq"] + at,
                t,
                lat / 1e7,
                lon / 1e7,
                speed,
                heading,
            )
            for at, (t, lat, lon, speed, heading) in enumerate(rows)
        ]
        assert len(kept) == message["n"]
    assert kept[4][4:] == (1_795_306_327, 13.0827, 0.0, 0, 0)


def test_every_schema_has_an_example():
    shown = {name.split("/")[3] for name, _ in EXAMPLES}
    assert shown == {"status", "state", "event", "track", "reply", "fetch", "cmd"}
    for path in (ROOT / "docs" / "schema").glob("*.schema.json"):
        validator(path.name.split(".")[0])


def kinds_in(source):
    """Names handed to Event(...) as they stand, and `kind = ...` of rules."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Event":
            if isinstance(node.args[0], ast.Constant):
                yield node.args[0].value
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "kind":
            yield ast.literal_eval(node.value)


def test_every_kind_of_event_has_its_texts():
    firmware = (ROOT / "firmware").rglob("*.py")
    kinds = {kind: path for path in firmware for kind in kinds_in(path.read_text())}
    assert {rule.kind for rule in RULES} | {"records_lost", "trip_ended"} <= set(kinds)
    for kind, path in kinds.items():
        place = (path.parent / "words" / f"{kind}.json").relative_to(ROOT)
        assert kind in KINDS, f"run: make texts (if {kind} is no rule, add {place} before)"
    code = "".join(path.read_text() for path in (ROOT / "firmware").rglob("*.py"))
    for kind in KINDS:
        assert f'"{kind}"' in code, f"nothing sends {kind}: delete its words, run: make texts"


def test_the_seal_in_the_guide_is_right_and_its_reader_reads_what_the_firmware_sends():
    names = {}
    exec(reader("Seal"), names)
    is_sealed = names["is_sealed"]
    key = bytes(range(32))
    assert key.hex() in GUIDE
    (example,) = [(name, text.strip().encode()) for name, text in EXAMPLES if '"mac"' in text]
    assert is_sealed(key, *example)
    for name, payload in MESSAGES:
        sealed = Seal(key).sealed(topic(name), payload)
        where = topic(name).decode()
        assert is_sealed(key, where, sealed) and not is_sealed(key, where, payload)
        assert not is_sealed(bytes(32), where, sealed)
        assert not is_sealed(key, where.replace("bus-01", "bus-02"), sealed)
        changed = bytearray(sealed)
        changed[random.randrange(len(sealed))] ^= 1
        assert not is_sealed(key, where, bytes(changed)), bytes(changed)

"""What Home Assistant is told of a bus, and what its templates make of the bus's own messages."""

import json
import re
from datetime import datetime, timedelta, timezone

import jinja2
import pytest
from home_assistant_keys import wrong
from station_told import event, state, status
from vm import ROOT

from station.clock import iso
from station.feeds.home_assistant.discovery import config_topic, discovery, told
from station.live.live_bus import LiveBus

BUS = ("laemchabang", "bus-01")


def announced(state=None, label="Bus 1"):
    bus = LiveBus(*BUS, label=label, state=state)
    return discovery(*BUS, told(bus, dark_after_s=120))


def test_home_assistant_knows_every_name_in_it():
    assert wrong(config_topic(*BUS), announced()) == []
    json.dumps(announced())


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [("speed", "expires_after", 5), ("place", "expire_after", 5), ("last_alarm", "expire_after", 5),
     ("speed", "expire_after", "5"), ("speed", "device_class", "velocity"),
     ("speed", "unit_of_measurement", "kmh"), ("speed", "unique_id", "busguard_other"),
     ("speed", "availability", [{"template": "x"}]), ("speed", "availability_mode", "both"),
     ("speed", "availability_topic", "x"), ("phase", "platform", "number")],
)  # fmt: skip
def test_a_wrong_name_or_value_is_noticed(part, name, value):
    payload = announced()
    payload["components"]["phase"]["unique_id"] = "busguard_other"
    payload["components"][part][name] = value
    assert wrong(config_topic(*BUS), payload)


def test_two_buses_never_share_a_device():
    buses = [("a_b", "c"), ("a", "b_c"), ("a", "_b_c"), ("a_", "b_c"), ("a_b_c", "d"),
             ("a", "3_a_b_c"), ("a-1_a", "b")]  # fmt: skip
    assert len({config_topic(*bus) for bus in buses}) == len(buses)
    for bus in buses:
        assert wrong(config_topic(*bus), discovery(*bus, told(LiveBus(*bus), 120))) == []


def test_a_bus_is_a_device_that_reads_its_own_topics():
    assert config_topic(*BUS) == "homeassistant/device/busguard_laemchabang_bus-01/config"
    topics = set(re.findall(r"schoolbus/[^\"]*", json.dumps(announced())))
    assert topics == {
        f"schoolbus/laemchabang/bus-01/{name}" for name in ("state", "status", "event")
    }


def test_states_that_leave_ordinary_members_out_are_read():
    """Of what may be missing Home Assistant has to know the ordinary value."""
    text = json.dumps(announced())
    schema = json.loads((ROOT / "docs" / "schema" / "state.schema.json").read_text())
    always = {(name,) for name in schema["required"]}
    always |= {("seats", name) for name in schema["properties"]["seats"]["required"]}
    read = re.findall(r"value_json\.([\w.]+)( \| default)?", text)
    names = {tuple(name.split(".")): default for name, default in read}
    assert {("active",), ("seats", "taken"), ("seats", "unknown"), ("lat",)} <= set(names)
    for name, default in names.items():
        if name[0] in schema["properties"] and name not in always:
            assert default, name


def rendered(template, message, now):
    """As Home Assistant does: a sandboxed Jinja2 with functions of its own."""
    environment = jinja2.Environment()
    environment.globals["now"] = lambda: now
    environment.globals["as_timestamp"] = lambda at: (
        at if isinstance(at, datetime) else datetime.fromisoformat(at.replace("Z", "+00:00"))
    ).timestamp()
    return environment.from_string(template).render(value_json=json.loads(message[1]))


NOW = datetime(2026, 11, 22, 0, 12, 3, tzinfo=timezone.utc)
NOW_MS = int(NOW.timestamp()) * 1000


def shown(message, now=NOW):
    """Values of all parts that read this topic; availability as that of `phase`."""
    found = {}
    for name, part in announced()["components"].items():
        for member in ("state", "json_attributes"):
            topic = part.get(member + "_topic", "")
            template = part.get("value_template" if member == "state" else member + "_template")
            if topic.endswith("/" + message[0]):
                found[name] = rendered(template, message, now)
    for one in announced()["components"]["phase"]["availability"]:
        if one["topic"].endswith("/" + message[0]):
            found["available"] = rendered(one["value_template"], message, now)
    return found


def test_a_state_is_shown():
    seen = shown(state(NOW_MS, taken=[3, 7], unknown=[8], active=["sos", "drill"], accuracy_m=4))
    place = json.loads(seen.pop("place"))
    assert place == {"latitude": 13.0827, "longitude": 100.8833, "gps_accuracy": 4}
    assert seen == {"phase": "driving", "speed": "41.5", "seats_taken": "2", "seats_unknown": "1",
                    "active": "sos, drill", "available": "online"}  # fmt: skip


@pytest.mark.parametrize(
    ("at_ms", "available"),
    [(None, "online"), (NOW_MS, "online"), (NOW_MS - 3_600_000, "online"),
     (NOW_MS - 3_612_000, "offline"), (NOW_MS + 600_000, "online")],
)  # fmt: skip
def test_a_kept_state_from_long_ago_makes_nothing_available(at_ms, available):
    """Home Assistant has just started, and the broker hands it what it has kept."""
    assert shown(state(at_ms))["available"] == available


def test_a_bus_that_sleeps_stays_available_for_as_long_as_it_promised():
    asleep = state(NOW_MS, phase="parked", next_s=900)
    assert shown(asleep, NOW + timedelta(minutes=15))["available"] == "online"
    parts = announced(json.loads(asleep[1]))["components"]
    assert {one["expire_after"] for one in parts.values() if "expire_after" in one} == {1020}
    driving = announced(json.loads(state(NOW_MS)[1]))["components"]
    assert driving["seats_taken"]["expire_after"] == 130


def test_a_last_will_makes_everything_unavailable_but_the_connection_and_the_alarms():
    assert shown(status())["available"] == "online"
    assert shown(status(online=False)) == {"online": "OFF", "available": "offline"}
    parts = announced()["components"]
    assert {name for name, part in parts.items() if "availability" not in part} == {
        "online", "last_alarm",
    }  # fmt: skip


def test_an_alarm_is_an_event_and_a_drill_is_none():
    raised = shown(event(1, at_ms=NOW_MS))
    assert json.loads(raised["last_alarm"]) == {"event_type": "raised", "kind": "sos"}
    assert shown(event(1, at_ms=NOW_MS, exercise=True)) == {"last_alarm": ""}
    assert iso(NOW_MS) == "2026-11-22T00:12:03.000Z"

"""What other systems read of the present."""

import json
import re

import pytest
from feeding import NOTHING, bus
from vm import ROOT

from station.feeds.geojson import present
from station.feeds.home_assistant import discovery


def test_geojson_keeps_a_bus_whose_place_is_unknown():
    known, unknown = present([bus(), bus(bus="bus-02", lat=None, lon=None, seats=NOTHING)])[
        "features"
    ]
    assert known["geometry"] == {"type": "Point", "coordinates": [100.8833, 13.0827]}
    assert known["properties"]["seats_taken"] == 1
    assert unknown["geometry"] is None
    assert unknown["properties"]["seats_taken"] is None


@pytest.mark.parametrize("missing", [{"estimated": True}, {"accuracy_m": 101}])
def test_geojson_says_how_well_a_position_was_measured(missing):
    (feature,) = present([bus(**missing)])["features"]
    assert missing.items() <= feature["properties"].items()


def test_geojson_puts_no_bus_at_a_time_or_a_place_that_cannot_be():
    odd, nowhere = present([bus(clock="odd"), bus(lat=0.0, lon=0.0)])["features"]
    assert (odd["properties"]["at"], odd["properties"]["clock"]) == (None, "odd")
    assert odd["geometry"] is not None and nowhere["geometry"] is None


def test_geojson_passes_over_a_bus_that_cannot_be_read():
    (feature,) = present([bus(seats=None), bus(bus="bus-02")])["features"]
    assert feature["id"] == "laemchabang/bus-02"


def test_geojson_tells_counts_and_no_seat_numbers():
    assert "seats" not in json.dumps(present([bus()])).replace("seats_taken", "").replace(
        "seats_unknown", ""
    )


def test_home_assistant_finds_a_bus_and_reads_its_own_topics():
    topic, payload = discovery("laemchabang", "bus-01", "Bus 1")
    assert topic == "homeassistant/device/busguard_laemchabang_bus-01/config"
    parts = payload["components"]
    assert {part.get("state_topic", "").rsplit("/", 1)[0] for part in parts.values()} <= {
        "", "schoolbus/laemchabang/bus-01",
    }  # fmt: skip
    assert len({part["unique_id"] for part in parts.values()}) == len(parts)
    assert "value_json.accuracy_m" in parts["place"]["json_attributes_template"]
    json.dumps(payload)


def test_home_assistant_reads_states_that_leave_ordinary_members_out():
    """It reads the bus's own topic; of what may be missing it has to know the ordinary value."""
    text = json.dumps(discovery("laemchabang", "bus-01", "Bus 1")[1])
    schema = json.loads((ROOT / "docs" / "schema" / "state.schema.json").read_text())
    always = {(name,) for name in schema["required"]}
    always |= {("seats", name) for name in schema["properties"]["seats"]["required"]}
    read = re.findall(r"value_json\.([\w.]+)( \| default)?", text)
    names = {tuple(name.split(".")): default for name, default in read}
    assert {("active",), ("seats", "taken"), ("seats", "unknown"), ("lat",)} <= set(names)
    for name, default in names.items():
        if name[0] in schema["properties"] and name not in always:
            assert default, name

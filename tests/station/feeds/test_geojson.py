"""Where the buses are now, as GeoJSON."""

import json

import pytest
from feeding import NOTHING, bus

from station.feeds.geojson import present


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

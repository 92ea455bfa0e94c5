"""Times of the station: exact to the ms, and none that makes a reader of many stop."""

from __future__ import annotations

import random

import pytest

from station.clock import DAY_MS, day_of, iso, local_day, parse_iso, parse_moment

LAST = "9999-12-31T23:59:59.999Z"
FIRST = "0001-01-01T00:00:00.000Z"


def test_every_ms_comes_back_exactly():
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    low, high = parse_iso(FIRST), parse_iso(LAST)
    for moment in [low, high, -1, 0, 1, *(chance.randint(low, high) for _ in range(3000))]:
        assert parse_iso(iso(moment)) == moment, (seed, moment)


@pytest.mark.parametrize(
    "text", [LAST, FIRST, "1899-12-30T00:00:00.000Z", "0999-02-03T04:05:06.007Z"]
)
def test_a_time_is_said_as_it_was_read(text):
    assert iso(parse_iso(text)) == text


@pytest.mark.parametrize("moment", [1 << 63, -(1 << 63), 10**30, 253_402_300_800_000])
def test_any_number_can_be_shown(moment):
    assert iso(moment) == (LAST if moment > 0 else FIRST)
    assert day_of(moment) == (LAST if moment > 0 else FIRST)[:10]


@pytest.mark.parametrize(
    "text",
    ["2026-11-22 00:12:03.400Z", "2026-11-22T00:12:03,400Z", "2026-W47-7T00:12:03.40Z",
     "20261122T00120304.40Z",
     "2026-02-30T00:00:00.000Z", "2026-11-22T24:00:00.000Z", "๒๐๒๖-11-22T00:12:03.400Z", ""],
)  # fmt: skip
def test_a_time_that_does_not_exist_is_refused(text):
    with pytest.raises(ValueError):
        parse_iso(text)


def test_a_day_is_understood_in_buddhist_years():
    assert local_day("2569-11-29") == local_day("2026-11-29")
    assert local_day("2567-02-29") == local_day("2024-02-29")
    assert parse_moment("2569-11-29", end=True) == local_day("2026-11-29")[1]
    assert parse_moment("2569-11-29T08:30", end=False) == parse_iso("2026-11-29T01:30:00.000Z")
    with pytest.raises(ValueError):
        local_day("2569-02-29")


@pytest.mark.parametrize("text", ["๒๕๖๙-11-29", "๒๕๖๙-๑๑-๒๙", "2569-๑๑-29", "๒๐๒๖-๑๑-๒๙"])
def test_a_day_is_understood_in_thai_digits(text):
    assert local_day(text) == local_day("2026-11-29")
    assert parse_moment(f"{text}T๐๘:30", end=False) == parse_iso("2026-11-29T01:30:00.000Z")


@pytest.mark.parametrize("text", ["2026-11-22", "0001-01-01", "9999-12-31"])
def test_a_day_has_24_hours(text):
    start_ms, end_ms = local_day(text)
    assert end_ms - start_ms == DAY_MS
    assert day_of(start_ms) == text

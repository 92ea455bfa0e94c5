"""A wrong clock is said as such, in both languages, and an alarm of the station explains itself."""

from __future__ import annotations

from page_bus import sits
from page_town import wait_for

YEAR_S = 366 * 86_400


def test_a_wrong_clock_is_said_on_the_card_and_in_the_day(opened, station):
    station.buses["bus-07"].left_behind(ago_s=-70 * YEAR_S)
    wait_for(lambda: station.asks("/api/live")["alarms"])
    card = opened("/", language="en").page.locator("article.alarm")
    card.get_by_text("The bus's clock is wrong: it said").wait_for()
    assert "2097" in card.inner_text() and "Received at" in card.inner_text()
    assert "LATE" not in card.inner_text()
    page = opened("/bus/laemchabang/bus-07").page
    line = page.locator(".timeline li[data-kind=child_left_behind]").first
    line.get_by_text("นาฬิกาของรถคลาดเคลื่อนมาก").wait_for()
    assert "2640" in line.inner_text(), "in Thai a year is Buddhist"


def test_a_dark_bus_says_which_limit_decided(opened, station):
    bus = station.buses["bus-07"]
    bus.connects()
    bus.says(phase="driving", next_s=600, seats=sits(taken=[3]))
    bus.loses_connection()
    wait_for(lambda: any(not one["online"] for one in station.asks("/api/live")["buses"]
                         if one["bus"] == "bus-07"))  # fmt: skip
    station.passes(25)
    wait_for(lambda: station.asks("/api/live")["alarms"])
    card = opened("/", language="en").page.locator("article.alarm")
    card.get_by_text("This decided: the connection broke off, and the bus did not come").wait_for()
    said = card.inner_text().replace("\xa0", " ")
    assert "The station waited 1 s, from" in said  # as this station is set
    assert "1 s after the connection broke off; 1 h after the sign of life was due" in said
    assert "the station waits" not in said
    bus.connects()
    bus.says()
    wait_for(lambda: all(one["cleared_at"] for one in station.asks("/api/live")["alarms"]))

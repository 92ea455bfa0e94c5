"""The other views, in both languages, at a desk and on a phone."""

from __future__ import annotations

import re

from browser import PHONE
from page_town import wait_for


def test_thai_is_the_default_with_buddhist_years(opened):
    watched = opened("/")
    page = watched.page
    page.get_by_text("ไม่มีเหตุค้างอยู่").wait_for()
    assert page.locator("html").get_attribute("lang") == "th"
    assert "25 พฤศจิกายน 2569" in page.locator("#today").inner_text()
    assert page.evaluate("document.fonts.check('16px \"Noto Sans Thai\"', 'กำลังวิ่ง')")
    watched.shot("thai")


def test_list_is_filtered_and_works_by_keyboard(opened):
    page = opened("/", language="en").page
    page.locator("tr[data-bus]").nth(11).wait_for()
    page.get_by_label("Search bus").fill("bus-07")
    assert page.locator("tr[data-bus]:visible").count() == 1
    page.get_by_label("Search bus").fill("")
    page.get_by_label("State", exact=True).select_option("dark")
    assert page.locator("tr[data-bus]:visible").count() == 2
    page.locator("tr[data-bus]:visible a").first.focus()
    page.locator("#chosen").get_by_text("silent since").wait_for()
    page.keyboard.press("Escape")
    assert not page.locator("#chosen").is_visible()
    page.locator("tr[data-bus]:visible a").nth(1).focus()
    with page.expect_request("**/day/*") as asked:  # and the trail of the one that it rests on
        page.locator("tr[data-bus]:visible a").first.focus()
    assert "bus-04" in asked.value.url
    page.locator("#chosen").get_by_text("silent since").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/bus/laemchabang/bus-04")


def test_seats_are_told_apart_without_colour(opened):
    watched = opened("/bus/laemchabang/bus-11", language="en")
    page = watched.page
    page.locator("svg.seats [data-seat='13']").wait_for()
    states = page.locator("#seats [data-seat]").evaluate_all("s => s.map(e => e.dataset.state)")
    assert len(states) == 40
    assert states[12] == states[13] == states[14] == "unknown"
    assert page.locator("#seats [data-seat='13'] .question").count() == 1
    assert states[20] == "unbelted"
    taken = page.locator("#seats [data-state='taken']")
    assert taken.count() == 4 and taken.first.locator(".person").count() == 2
    assert "a child may sit there: 3 (13, 14, 15)" in page.locator("#seats svg").get_attribute(
        "aria-label"
    )
    assert "How it is now is unknown" in page.locator("#old").inner_text()
    assert states[29] == "out" and page.locator("#seats [data-seat='30'] .cross").count() == 1
    assert "NOT WATCHED: 1 (30)" in page.locator("#seats svg").get_attribute("aria-label")
    watched.shot("bus")


def test_who_is_with_the_children_and_who_left_its_seat_is_on_the_page(opened, station):
    watched = opened("/bus/laemchabang/bus-03", language="en")
    seats = {"total": 40, "taken": [3], "unknown": [], "unbelted": [], "loose": [7]}
    attended = {"by": "here", "until": "2026-11-22T00:12:00.000Z"}
    station.buses["bus-03"].says(phase="checking", seats=seats, attended=attended)
    shown = watched.page.locator("#bus-state")
    shown.get_by_text("attended by the driver until 07:12").wait_for()
    watched.page.locator('[data-seat="7"][data-state="loose"]').wait_for()
    named = watched.page.locator("main").get_by_text("unaccounted for").first
    named.wait_for(state="attached")
    station.buses["bus-03"].says(attended=None)
    shown.get_by_text("attended by").wait_for(state="detached")


def test_an_officer_is_asked_before_a_seat_goes_out_of_service(opened):
    page = opened("/bus/laemchabang/bus-11", language="en").page
    page.locator("#out-of-service summary").click()
    page.get_by_label("Seat numbers").fill("30, 31")
    page.locator("#out-of-service select").select_option("3")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.locator("#out-of-service").get_by_role("button", name="Ask the bus").click()
    assert asked == ["Seat 30, 31 of bus-11 will not be watched. Has the driver looked at it?"]


def test_an_officer_begins_a_drill_and_reads_what_the_bus_answers(opened):
    """The town answers every command: it has heard it."""
    page = opened("/bus/laemchabang/bus-10", language="en").page
    page.locator("#modes summary").click()
    page.locator("#modes select").select_option("drill")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    page.locator("#modes").get_by_role("button", name="Ask the bus").click()
    page.locator("#modes").get_by_text("The bus says: drill: understood").wait_for()
    assert asked == ["bus-10: Begin a drill?"]


def test_replay_runs_through_the_day(opened, station):
    of_bus = "/api/buses/laemchabang/bus-02"
    (day,) = station.asks(f"{of_bus}/days")

    def missing():
        """Records have to come no more once it says, some time later, that none waits."""
        station.buses["bus-02"].says()
        return station.asks(f"{of_bus}/day/{day}")["gaps"]

    station.passes(40)
    wait_for(missing)
    watched = opened("/bus/laemchabang/bus-02", language="en")
    page = watched.page
    page.locator(".timeline li").nth(8).wait_for()
    gaps = page.locator("#gaps").inner_text()
    assert re.fullmatch(
        r"3 records of this bus have not arrived \(yet\). \(9f3a21c4 \d+–\d+\)", gaps
    )
    overspeed = page.locator(".timeline li[data-kind=overspeed]").first
    overspeed.get_by_text("Speed 92.5 km/h; limit 80 km/h").wait_for()
    overspeed.locator("button").click()
    assert page.locator(".timeline li[aria-current]").get_attribute("data-kind") == "overspeed"
    before = page.locator("#replay-clock").inner_text()
    assert "km/h" in page.locator("#replay-now").inner_text()
    page.locator("#speed").select_option("300")
    page.get_by_role("button", name="Replay").click()
    page.wait_for_function(
        "t => document.querySelector('#replay-clock').textContent > t", arg=before
    )
    page.get_by_role("button", name="Pause").click()
    watched.shot("replay")
    # in a hole of the record the bus is nowhere, not still driving
    start = int(page.locator("#slider").get_attribute("min"))
    page.locator("#slider").fill(str(start + 2300))
    assert "unknown" in page.locator("#replay-now").inner_text()
    parts = """async () => {
        const { Trail } = await import("/static/js/trail.js");
        const trail = new Trail(L.map(document.createElement("div")).setView([13, 100], 10));
        trail.show([[0, 13, 100], [60, 13, 100.1], [400, 13, 100.2], [410, 13, 100.3]]);
        trail.add(900, 13, 100.4);
        return trail._line.getLatLngs().map(part => part.length);
    }"""
    assert page.evaluate(parts) == [2, 2, 1]  # and no line is drawn across the hole
    page.get_by_role("button", name="Back to now").click()
    assert page.locator("#replay-now").inner_text() == ""


def test_phone_shows_one_thing_at_a_time(opened, station):
    station.buses["bus-03"].left_behind()
    watched = opened("/", viewport=PHONE)
    page = watched.page
    page.locator("article.alarm").wait_for()  # what waits for an answer comes first
    assert not page.locator("#map").is_visible()
    watched.shot("phone-alarms")
    page.locator("[data-tab=map]").click()
    assert page.locator("#map").is_visible() and not page.locator("#alarms").is_visible()
    assert page.locator("#tab-alarms").get_attribute("data-unseen") == "1"
    watched.shot("phone-map")
    page.locator("#alarm-bar").click()
    assert page.locator("article.alarm").is_visible() and not page.locator("#map").is_visible()
    page.locator("article.alarm [data-show]").click()
    page.locator("#chosen").get_by_text("bus-03").wait_for()
    page.locator("[data-tab=list]").click()
    assert page.locator("tr[data-bus]").first.is_visible()
    watched.shot("phone-list")
    for path in ("/", "/bus/laemchabang/bus-04", "/alarms", "/reports", "/admin"):
        watched.goto(path)
        page.locator("body.ready").wait_for()
        wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{path} is wider than a phone"


def test_a_bus_that_is_not_enrolled_is_marked_and_an_administrator_gets_its_evidence(opened):
    """The buses of this town have no identity; its station has a key of the city."""
    page = opened("/", language="en").page
    row = page.locator("tr[data-bus='laemchabang/bus-02']")
    row.get_by_text("not enrolled").wait_for()
    page = opened("/bus/laemchabang/bus-02", language="en").page
    page.locator("#bus-state").get_by_text("not enrolled").wait_for()
    page.get_by_text("Evidence of this day").wait_for()
    day = page.locator("#day").input_value()
    address = page.locator("#evidence").get_attribute("href")
    assert address == f"/api/buses/laemchabang/bus-02/evidence/{day}"
    answer = page.request.get(f"{page.url.split('/bus/')[0]}{address}")
    assert answer.status == 200 and answer.headers["content-type"] == "application/zip"

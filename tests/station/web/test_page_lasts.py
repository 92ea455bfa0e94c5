"""A page that stays open: it does not grow, and comes back by itself."""

from __future__ import annotations

import contextlib

import pytest
from page_town import NAME, PASSWORD, wait_for

DARK = ("bus-04", "bus-08")


def counted(page):
    """What the browser holds for the page, once the garbage is gone."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    for _ in range(3):
        cdp.send("HeapProfiler.collectGarbage")
    found = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
    cdp.detach()
    return found


def alarms_come_and_go(station, buses):
    """Each of these buses has one; it is answered and ends. Meanwhile all buses speak."""
    occs = {bus: bus.event("sos", "alarm", why={"held_s": 2}) for bus in buses}

    def standing():
        return [one for one in station.asks("/api/live")["alarms"] if not one["acked_at"]]

    for alarm in wait_for(lambda: len(standing()) == len(occs) and standing()):
        station.posts(f"/api/alarms/{alarm['id']}/ack", note="x")
    for bus, occ in occs.items():
        bus.says()
        bus.ends(occ)
    wait_for(lambda: not station.asks("/api/live")["alarms"])


def test_page_that_is_open_for_a_week_does_not_grow(opened, station):
    """Sixty alarms come and go, and every bus speaks; each may leave nothing behind."""
    page = opened("/", language="en").page
    page.locator("tr[data-bus]").nth(11).wait_for()
    page.locator("tr[data-bus] a").first.focus()  # one is chosen, and has a trail
    buses = [bus for name, bus in station.buses.items() if name not in DARK]

    def week(name, days):
        for _ in range(days):
            alarms_come_and_go(station, buses)
        station.posts("/api/buses/laemchabang/bus-01", label=name, phone=None, layout=None)
        page.locator("tr[data-bus]", has_text=name).wait_for()

    week("first week", 2)
    before = counted(page)
    week("second week", 6)
    station.posts("/api/buses/laemchabang/bus-01", label=None, phone=None, layout=None)
    for _ in range(20):  # what is just being fetched listens and goes; what leaks stays
        after = counted(page)
        if after["JSEventListeners"] <= before["JSEventListeners"]:
            break
        page.wait_for_timeout(250)
    print({name: (before[name], after[name]) for name in ("Nodes", "JSEventListeners")})
    assert after["Nodes"] <= before["Nodes"] + 20
    assert after["JSEventListeners"] <= before["JSEventListeners"]
    assert after["JSHeapUsedSize"] <= before["JSHeapUsedSize"] * 1.2


def test_page_says_what_is_stale_and_comes_back_by_itself(opened, station):
    watched = opened("/", language="en")
    page = watched.page
    page.get_by_text("No open alarm.").wait_for()
    station.kill()
    page.get_by_text("NO CONNECTION to the station since").wait_for()
    watched.shot("no-connection")
    bus = station.buses["bus-03"]
    occ = bus.event("sos", "alarm", why={"held_s": 2})  # the broker keeps it
    station.start()
    page.locator("article.alarm", has_text="SOS").wait_for(timeout=20_000)
    page.locator("#stale").wait_for(state="hidden")
    page.locator("article.alarm").get_by_role("button", name="Acknowledge").click()
    bus.ends(occ)
    page.get_by_text("No open alarm.").wait_for()


def test_page_says_that_no_station_takes_the_records(opened, station):
    """As /api/live of a page process says it when none leads."""
    page = opened("/", language="en").page
    page.get_by_text("No open alarm.").wait_for()
    live = station.asks("/api/live")
    live["station"]["leader"]["ok"] = False
    page.context.route("**/api/live", lambda route: route.fulfill(json=live))
    page.reload()
    page.get_by_text("No station has taken records since").wait_for()


def test_ended_session_leads_to_sign_in_and_back(opened, station):
    with contextlib.closing(station.signed_in()) as somchai:
        page = opened("/reports", language="en", cookies=station.cookies(somchai)).page
        page.locator("select[name=bus] option").nth(3).wait_for(state="attached")
        show = page.get_by_role("button", name="Show")  # the page asks nothing by itself
        show.click()
        page.locator("table.report").wait_for()
        somchai.post("/api/logout").raise_for_status()
    show.click()
    page.get_by_text("Your session is over").wait_for()
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Name or password is wrong.").wait_for()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/reports")


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example", "/.//evil.example", "javascript:1"]
)
def test_sign_in_never_leads_away(opened, away):
    watched = opened(f"/login?next={away}", language="en", cookies=[])
    watched.page.get_by_label("Name").fill(NAME)
    watched.page.get_by_label("Password").fill(PASSWORD)
    watched.page.get_by_role("button", name="Sign in").click()
    watched.page.wait_for_url(lambda url: "/login" not in url)
    assert watched.page.url.startswith(watched.base)


def test_many_tabs_share_one_stream_and_can_still_acknowledge(opened, station):
    watched = opened("/", language="en")
    for _ in range(7):  # a browser allows six connections to a host
        tab = watched.page.context.new_page()
        tab.goto(station.base + "/")
        tab.get_by_text("No open alarm.").wait_for()
    station.buses["bus-03"].left_behind()
    card = tab.locator("article.alarm")
    card.get_by_role("button", name="Acknowledge").click()
    card.get_by_text("acknowledged it").wait_for()
    watched.page.locator("article.alarm").get_by_text("acknowledged it").wait_for()


def test_what_comes_while_the_picture_is_on_its_way_is_not_forgotten(opened, station):
    """The stream is newer than an answer that was made before it and comes behind it."""
    watched = opened("/", language="en")
    watched.page.locator("body.ready").wait_for()

    answered = []

    def late(route):
        answer = route.fetch()
        station.buses["bus-03"].left_behind()
        watched.page.wait_for_timeout(500)  # the stream brings it
        answered.append(route)
        route.fulfill(response=answer)

    watched.page.route("**/api/live", late, times=1)
    watched.page.reload()
    watched.page.wait_for_function("() => document.body.matches('.ready')")
    watched.page.locator("article.alarm").wait_for(timeout=10_000)
    watched.page.wait_for_timeout(1000)
    assert len(answered) == 1 and watched.page.locator("article.alarm").count() == 1

"""A page that stays open: it does not grow, and comes back by itself."""

from __future__ import annotations

import pytest


def counted(page):
    """What the browser holds for the page, once the garbage is gone."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    for _ in range(3):
        cdp.send("HeapProfiler.collectGarbage")
    found = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
    cdp.detach()
    return found


def test_page_that_is_open_for_a_week_does_not_grow(opened, station):
    """Every bus speaks 2 x 150 times and 300 alarms come and go; of an alarm 50 are remembered."""
    page = opened("/", language="en").page
    page.locator("tr[data-bus]").nth(11).wait_for()
    page.locator("tr[data-bus] a").first.focus()  # one is chosen, and has a trail

    def week(name):
        station.post("/test/days", turns=150, last=name)
        page.locator("tr[data-bus]", has_text=name).wait_for()

    week("first week")
    before = counted(page)
    week("second week")
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
    station.stop()
    page.get_by_text("NO CONNECTION to the station since").wait_for()
    watched.shot("no-connection")
    station.start()
    station.alarm()  # before the page is back: it has to be fetched
    page.locator("article.alarm").wait_for(timeout=20_000)
    page.locator("#stale").wait_for(state="hidden")


def test_ended_session_leads_to_sign_in_and_back(opened, station):
    page = opened("/reports", language="en").page  # which asks nothing by itself
    page.get_by_role("button", name="Show").click()
    page.locator("table.report").wait_for()
    station.post("/api/logout")
    page.get_by_role("button", name="Show").click()
    page.get_by_text("Your session is over").wait_for()
    page.get_by_label("Name").fill("somchai")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Name or password is wrong.").wait_for()
    page.get_by_label("Password").fill("right")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/reports")


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example", "/.//evil.example", "javascript:1"]
)
def test_sign_in_never_leads_away(opened, away):
    watched = opened(f"/login?next={away}", language="en")
    watched.page.get_by_label("Name").fill("somchai")
    watched.page.get_by_label("Password").fill("right")
    watched.page.get_by_role("button", name="Sign in").click()
    watched.page.wait_for_url(lambda url: "/login" not in url)
    assert watched.page.url.startswith(watched.base)


def test_many_tabs_share_one_stream_and_can_still_acknowledge(opened, station):
    watched = opened("/", language="en")
    for _ in range(7):  # a browser allows six connections to a host
        tab = watched.page.context.new_page()
        tab.goto(station.base + "/")
        tab.get_by_text("No open alarm.").wait_for()
    station.alarm()
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
        station.alarm()
        watched.page.wait_for_timeout(500)  # the stream brings it
        answered.append(route)
        route.fulfill(response=answer)

    watched.page.route("**/api/live", late, times=1)
    watched.page.reload()
    watched.page.wait_for_function("() => document.body.matches('.ready')")
    watched.page.locator("article.alarm").wait_for(timeout=10_000)
    watched.page.wait_for_timeout(1000)
    assert len(answered) == 1 and watched.page.locator("article.alarm").count() == 1

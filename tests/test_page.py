"""The page in a real browser, before a station of its own (tests/page_stand_in.py).

Screenshots stay in build/screenshots for people to look at.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import pytest
from browser import DESK, PHONE, ROOT, Watched, running_browser

pytest.importorskip("uvicorn", reason="the station's packages are not here")
pytest.importorskip("playwright", reason="Playwright is not here (requirements-dev.txt)")

KEY = "laemchabang/bus-03"
# What Playwright runs in a page counts as a gesture of its user (CDP: userGesture), and may come
# before the page asks for sound: so that it is blocked has to be said.
NO_SOUND_YET = """window.AudioContext = class extends AudioContext {
    constructor() { super(); this.suspend(); }
};"""


class StandIn:
    """The stand-in station as a process of its own, so that it can go away and come back."""

    def __init__(self, **environment):
        self._environment = {**os.environ, **environment}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        command = [sys.executable, "-m", "tests.page_stand_in", str(self.port), "12", "1"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment)
        for _ in range(200):
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return
            except OSError:
                assert self._process.poll() is None
                time.sleep(0.1)
        raise AssertionError("the stand-in did not start")

    def stop(self):
        self._process.kill()
        self._process.wait()

    def post(self, path, **body):
        data = json.dumps(body).encode()
        ask = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(ask, timeout=5) as answer:
            return json.load(answer)

    def alarm(self, **more):
        return self.post("/test/alarm", **more)


@pytest.fixture(scope="module")
def browser():
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def stand_in(browser):
    station = StandIn()
    yield station
    station.stop()


@pytest.fixture
def station(stand_in):
    """As at its start."""
    stand_in.post("/test/reset")
    return stand_in


@pytest.fixture
def opened(browser, station):
    """opened(path, viewport=PHONE, language="en", init=script): nothing may go wrong in it."""
    pages, contexts = [], []

    def open_page(path="/", viewport=DESK, language=None, init=""):
        context = browser.new_context(viewport=viewport, reduced_motion="reduce")
        context.add_init_script(init)
        if language:
            context.add_init_script(f"localStorage.setItem('busguard.language', '{language}')")
        watched = Watched(context, station.base)
        contexts.append(context)
        pages.append(watched)
        watched.goto(path)
        return watched

    yield open_page
    for watched in pages:
        watched.check()
    for context in contexts:
        context.close()


def test_alarm_appears_sounds_and_is_acknowledged(opened, station):
    watched = opened("/", language="en", init=NO_SOUND_YET)
    page = watched.page
    page.get_by_text("No open alarm.").wait_for()
    page.get_by_role("button", name="The alarm sound is off").click()
    page.get_by_role("button", name="Sound is on").wait_for()

    station.alarm()
    card = page.locator("article.alarm")
    card.get_by_text("A child may be left on the bus").wait_for()
    assert page.locator("html").get_attribute("data-sound") == "alarm"
    assert page.title().startswith("(1)")
    assert "Call the driver now" in card.inner_text()
    assert "The engine has been off for 3 min; the limit is 3 min." in card.inner_text()
    assert "bus-03" in page.locator("#spoken").inner_text()
    assert "Position now: " in card.inner_text() and "13.0" in card.inner_text()
    call = card.get_by_role("link", name="Call the driver: 081-234-5678")
    assert call.get_attribute("href") == "tel:0812345678"
    page.locator(f"tr[data-bus='{KEY}'].alarm", has_text="ALARM").wait_for()
    watched.shot("alarm")

    card.get_by_label("What are you doing").fill("driver called <b>&")
    card.get_by_role("button", name="Acknowledge").click()
    card.get_by_text("acknowledged it").wait_for()
    assert "driver called <b>&" in card.inner_text()
    page.wait_for_function("() => document.documentElement.dataset.sound === ''")
    assert not page.title().startswith("(1)")


def test_a_bus_in_need_is_loud_though_no_database_can_list_its_alarm(opened, station):
    watched = opened("/", language="en")
    page = watched.page
    page.mouse.click(5, 5)
    page.get_by_text("No open alarm.").wait_for()
    station.post("/test/database", ok=False, in_need=["bus-04"])
    bar = page.locator("#alarm-bar.loud")
    bar.get_by_text("In need, and no database to list it: bus-04").wait_for()
    page.wait_for_function("() => document.documentElement.dataset.sound === 'alarm'")
    assert page.title().startswith("⚠ ")
    assert page.get_by_text("No open alarm.").is_hidden(), "nobody knows"
    watched.shot("in-need")
    station.alarm(bus="bus-04")
    bar.wait_for(state="hidden")  # it is listed now
    assert page.locator("html").get_attribute("data-sound") == "alarm"
    station.post("/test/database", ok=True, in_need=[])
    page.locator("article.alarm").get_by_role("button", name="Acknowledge").click()
    page.wait_for_function("() => document.documentElement.dataset.sound === ''")


def test_typing_a_note_survives_other_news(opened, station):
    page = opened("/", language="en").page
    station.alarm()
    note = page.locator("article[data-alarm='1'] input[name=note]")
    note.fill("on my")
    station.alarm(bus="bus-05", kind="sos", data={}, why={"held_s": 2})
    page.locator("article[data-alarm='2']").wait_for()
    note.press_sequentially(" way")
    assert note.input_value() == "on my way"


def test_drill_escalation_late_and_over_are_told_apart(opened, station):
    station.alarm(exercise=True)
    station.alarm(bus="bus-05", cleared_at="2026-11-25T01:00:00.000Z")
    station.alarm(bus="bus-06", late=True, raised_at="2026-11-24T01:00:00.000Z")
    station.alarm(
        bus="bus-08",
        escalated_at="2026-11-25T01:00:00.000Z",
        kind="some_new_kind",
        data={"x": None},
        why={},
    )
    watched = opened("/", language="en")
    cards = watched.page.locator("article.alarm")
    cards.nth(3).wait_for()
    texts = cards.all_inner_texts()
    assert "OVERDUE" in texts[0] and "some new kind" in texts[0] and "x: unknown" in texts[0]
    assert "LATE" in texts[1] and "24 Nov 2026 08:00:00" in texts[1]
    assert "Over" in texts[2]
    assert "DRILL" in texts[3] and "Do now" not in texts[3] and "send nobody" in texts[3]
    for root in ("tr[data-bus='laemchabang/bus-03']", "#legend"):
        assert "DRILL" in watched.page.locator(root).inner_text()
    watched.shot("alarms")


def test_thai_is_the_default_with_buddhist_years(opened):
    watched = opened("/")
    page = watched.page
    page.get_by_text("ไม่มีเหตุค้างอยู่").wait_for()
    assert page.locator("html").get_attribute("lang") == "th"
    assert (
        "25" in page.locator("#today").inner_text() or "256" in page.locator("#today").inner_text()
    )
    year = page.evaluate("new Date().getFullYear()") + 543
    assert str(year) in page.locator("#today").inner_text()
    assert page.evaluate("document.fonts.check('16px \"Noto Sans Thai\"', 'กำลังวิ่ง')")
    watched.shot("thai")


def test_a_refusal_is_said_in_thai_and_the_alarm_stays_unanswered(opened, station):
    station.alarm()
    page = opened("/").page
    card = page.locator("article.alarm")
    card.locator("input").wait_for()
    said = json.dumps({"detail": "This takes the role duty."})
    page.route("**/api/alarms/*/ack", lambda route: route.fulfill(status=403, body=said))
    card.locator("input").fill("โทรแล้ว")
    card.locator("button[type=submit]").click()
    card.get_by_text("ยังรับทราบไม่สำเร็จ: บัญชีนี้ไม่มีสิทธิ์ทำรายการนี้ (This takes the role duty.)").wait_for()
    assert card.locator("input").input_value() == "โทรแล้ว"


def test_what_a_new_policy_brings_is_drawn_in_an_open_page(opened):
    page = opened("/", language="en").page
    page.locator("body.ready").wait_for()
    one = {"type": "FeatureCollection", "features": [{
        "type": "Feature", "properties": {"what": "stop", "id": "new", "name": "New stop"},
        "geometry": {"type": "Point", "coordinates": [100.9, 13.09]}}]}  # fmt: skip
    redrawn = """async () => {
        const { openMap, showPlaces } = await import("/static/js/map.js");
        const box = document.createElement("div");
        document.body.append(box);
        const map = L.map(box).setView([13.09, 100.9], 12);
        const first = await showPlaces(map);
        const same = await showPlaces(map, true);
        return { first: first.getLayers().length > 1, same: same === null };
    }"""
    assert page.evaluate(redrawn) == {"first": True, "same": True}
    page.route("**/api/places", lambda route: route.fulfill(json=one))
    again = """async () => {
        const { showPlaces } = await import("/static/js/map.js");
        const { whereWords } = await import("/static/js/places.js");
        const map = L.map(document.createElement("div")).setView([13.09, 100.9], 12);
        return [(await showPlaces(map, true)).getLayers().length, whereWords(13.09, 100.9)];
    }"""
    layers, words = page.evaluate(again)
    assert layers == 1 and "New stop" in words


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
    watched = opened("/bus/laemchabang/bus-04", language="en")
    page = watched.page
    page.locator("svg.seats [data-seat='13']").wait_for()
    states = page.locator("#seats [data-seat]").evaluate_all("s => s.map(e => e.dataset.state)")
    assert len(states) == 40
    assert states[12] == states[13] == states[14] == "unknown"
    assert page.locator("#seats [data-seat='13'] .question").count() == 1
    taken = page.locator("#seats [data-state='taken']")
    assert taken.count() == 4 and taken.first.locator(".person").count() == 2
    assert "a child may sit there: 3 (13, 14, 15)" in page.locator("#seats svg").get_attribute(
        "aria-label"
    )
    assert "How it is now is unknown" in page.locator("#old").inner_text()
    watched.shot("bus")


def test_replay_runs_through_the_day(opened):
    watched = opened("/bus/laemchabang/bus-01", language="en")
    page = watched.page
    page.locator(".timeline li").nth(8).wait_for()
    told = page.locator("#gaps").inner_text()
    assert told == "3 records of this bus have not arrived (yet). (9f3a21c4 31–33)"
    page.locator(".timeline li[data-kind=overspeed] button").first.click()
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
    station.alarm()
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


def test_map_without_internet_has_thailand_and_the_places(opened):
    watched = opened("/")
    page = watched.page
    page.locator("path.thailand").wait_for(state="attached")
    page.locator(".school-mark").first.wait_for()
    painted = """() => { const c = document.querySelector('canvas.buses');
        return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v); }"""
    page.wait_for_function(painted)
    assert watched.foreign == []


@contextlib.contextmanager
def tile_server():
    """-> its port, and the paths that it was asked for."""
    asked = []

    class Tiles(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/svg+xml")
            self.end_headers()
            self.wfile.write(b"<svg xmlns='http://www.w3.org/2000/svg' width='256' height='256'/>")

        def log_message(self, *about):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tiles) as server:
        threading.Thread(target=functools.partial(server.serve_forever, 0.05)).start()
        yield server.server_port, asked
        server.shutdown()


def test_streets_of_a_tile_server_and_without_it_the_outline(browser):
    with tile_server() as (port, asked):
        tiles = f"http://127.0.0.1:{port}/{{z}}/{{x}}/{{y}}.svg"
        station = StandIn(STAND_IN_TILES=tiles)
        try:
            watched = Watched(browser.new_context(viewport=DESK), station.base)
            watched.goto("/").locator("img.leaflet-tile-loaded").first.wait_for()
            assert asked and all(re.fullmatch(r"/\d+/\d+/\d+\.svg", path) for path in asked)
            assert {url.split("/")[2] for url in watched.foreign} == {f"127.0.0.1:{port}"}
        finally:
            station.stop()
    station.start()  # the tile server is gone
    try:
        page = watched.goto("/")
        page.locator("path.thailand").wait_for(state="attached")
        page.locator(".school-mark").first.wait_for()
        assert page.locator("img.leaflet-tile-loaded").count() == 0
        assert not watched.errors
        page.context.close()
    finally:
        station.stop()


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
    after = counted(page)
    print({name: (before[name], after[name]) for name in ("Nodes", "JSEventListeners")})
    # What grew with every word would have grown by 150; what is just being fetched comes and goes.
    assert after["Nodes"] <= before["Nodes"] + 20
    assert after["JSEventListeners"] <= before["JSEventListeners"] + 20
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


def test_reports_and_administration(opened):
    watched = opened("/reports", language="en")
    page = watched.page
    page.locator("select[name=bus] option").nth(3).wait_for(state="attached")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("cell", name="15.4").wait_for()
    assert "format=xlsx" in page.locator("#xlsx").get_attribute("href")
    watched.goto("/admin")
    page.get_by_text("'kind' is a required property").wait_for()
    assert '{"v":1}<b>' in page.locator("#quarantine").inner_text()
    policies = page.locator("#policies").inner_text()
    assert "1 of 4" in policies
    for words in (
        "bus-02: none; being sent, part 3 of 12",
        "bus-03: unknown; waiting for the bus",
        "bus-04: none; refused: policy: zones[3].polygon[7]: latitude 913.0",
    ):
        assert words in policies
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.locator("#policies").get_by_role("button", name="Send to the buses").click()
    assert "Send policy 12 to all 4 buses of laemchabang?" in asked[0]
    assert "given up" in page.locator("#notices").inner_text()
    page.locator("#users").get_by_role("button", name="Change").click()
    user = page.locator("#user")
    assert user.locator("[name=name]").input_value() == "สมชาย"
    assert user.locator("[name=role]").input_value() == "duty"
    watched.shot("admin")


def test_words_from_a_bus_are_never_markup(opened, station):
    evil = "<img src=x onerror=\"document.title='owned'\">"
    station.alarm(
        kind="fault", severity="warning", data={"what": evil, "text": evil}, why={evil: evil}
    )
    page = opened("/", language="en").page
    card = page.locator("article.alarm")
    card.wait_for()
    assert evil in card.inner_text()
    assert page.locator("article.alarm img").count() == 0


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

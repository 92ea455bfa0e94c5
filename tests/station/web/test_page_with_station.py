"""The page before a real station: real broker, real database, real sign-in, real browser."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone

import pytest
from browser import DESK, Watched, running_browser

pytest.importorskip("uvicorn", reason="the station's packages are not here")
pytest.importorskip("playwright", reason="Playwright is not here (requirements-dev.txt)")

import page_streets
from page_town import NAME, PASSWORD, PageTown

from sim.world.town_policy import policy_for

LOCAL = timezone(timedelta(hours=7))


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    page_streets.make(folder / "town.pmtiles", [road["line"] for road in policy_for(0)["roads"]])
    streets = ("--tiles", str(folder / "town.pmtiles"), "--tiles-credit", "© the <b>town</b>")
    with running_browser() as browser, PageTown(folder, *streets) as town:
        town.browser, town.session = browser, None
        yield town


@pytest.fixture
def duty(town):
    """A page on which the duty officer has signed in, as a person does, once a day."""
    context = town.browser.new_context(
        viewport=DESK, reduced_motion="reduce", storage_state=town.session
    )
    context.add_init_script("localStorage.setItem('busguard.language', 'en')")
    watched = Watched(context, town.base)
    page = watched.goto("/")
    if town.session is None:
        page.wait_for_url("**/login**")
        page.get_by_label("Name").fill(NAME)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(town.base + "/")
        town.session = context.storage_state()
    page.locator("body.ready").wait_for()
    yield watched
    watched.check()
    context.close()


def painted(page, at):
    """Has a tile of streets anything at [lat, lon]? None: there is no tile yet."""
    look = """at => {
        const map = document.querySelector("#map").getBoundingClientRect();
        return [...document.querySelectorAll("canvas.leaflet-tile")].map(tile => {
            const box = tile.getBoundingClientRect();
            const [x, y] = [map.x + at[0] * map.width - box.x, map.y + at[1] * map.height - box.y];
            if (x < 0 || y < 0 || x >= box.width || y >= box.height) return null;
            const k = tile.width / box.width;
            return tile.getContext("2d").getImageData(x * k, y * k, 1, 1).data[3] > 0;
        }).find(known => known !== null);
    }"""
    return page.evaluate(look, at)


def within_a_day(span_s):
    """-> (s by which something so long has to end earlier to lie within one local day, the day)."""
    now = datetime.now(LOCAL)
    since_midnight_s = now.hour * 3600 + now.minute * 60 + now.second
    earlier_s = since_midnight_s + 60 if since_midnight_s < span_s + 60 else 0
    return earlier_s, f"{now - timedelta(seconds=earlier_s):%Y-%m-%d}"


def test_from_the_bus_to_the_officer_and_back(duty, town):
    page = duty.page
    page.mouse.click(5, 5)  # a browser may have the sound on since the sign-in
    bus = town.bus("bus-01", "municipal_school")
    bus.says(phase="checking", seats=bus.sits([7], [9]), active=["child_left_behind"])
    occ = bus.left_behind()
    card = page.locator("article.alarm")
    card.get_by_text("A child may be left on the bus").wait_for()
    page.wait_for_function("() => document.documentElement.dataset.sound === 'alarm'")
    page.locator("tr.alarm", has_text="bus-01").wait_for()
    card.get_by_label("What are you doing").fill("driver called")
    card.get_by_role("button", name="Acknowledge").click()
    card.get_by_text(f"{NAME} acknowledged it").wait_for()
    page.wait_for_function("() => document.documentElement.dataset.sound === ''")

    bus.says(phase="parked", seats=bus.sits(), active=[])
    data = {"seats": [], "unknown": [], "stage": 0, "heat_min": None}
    bus.event("child_left_behind", "alarm", "cleared", occ=occ, data=data)
    page.get_by_text("No open alarm.").wait_for()
    duty.goto("/alarms")
    page.get_by_text("Who did what").click()
    page.locator(".log").get_by_text("driver called").wait_for()


def test_a_day_is_replayed_with_what_happened_on_the_way(duty, town):
    bus = town.bus("bus-02", "ao_udom")
    line = [(13.1135, 100.8945), (13.1145, 100.905), (13.112, 100.916), (13.099, 100.913)]
    earlier_s, day = within_a_day(1500)
    bus.drove(line, ago_s=earlier_s + 1500, lasted_s=1200, hole=(600, 760))
    data, why = (
        {"top_kmh": 92.5, "lasted_s": 10},
        {"speed_kmh": 92.5, "limit_kmh": 80, "held_s": 10},
    )
    bus.event("overspeed", "warning", ago_s=earlier_s + 1300, data=data, why=why)
    bus.says(seats=bus.sits([3], [13], [3]))
    page = duty.goto("/bus/laemchabang/bus-02")
    page.locator("#day").select_option(day)
    item = page.locator(".timeline li[data-kind=overspeed]")
    item.get_by_text("Speed 92.5 km/h; limit 80 km/h").wait_for()
    item.get_by_role("button").click()
    assert "km/h" in page.locator("#replay-now").inner_text()
    start = int(page.locator("#slider").get_attribute("min"))
    page.locator("#slider").fill(str(start + 680))
    assert "unknown" in page.locator("#replay-now").inner_text()
    assert page.locator("#seats [data-seat='13']").get_attribute("data-state") == "unknown"
    assert page.locator("#seats [data-seat='3']").get_attribute("data-state") == "unbelted"
    duty.shot("station-day")


def test_streets_come_from_a_file_of_this_station(duty):
    page, middle, corner = duty.page, [0.5, 0.5], [0.02, 0.02]
    parts = []
    page.on("response", lambda r: parts.append(r.status) if "map.pmtiles" in r.url else None)
    page.reload()
    for _ in range(100):
        if painted(page, middle):
            break
        page.wait_for_timeout(100)
    assert painted(page, middle) and set(parts) == {206}
    assert "© the <b>town</b>" in page.locator(".leaflet-control-attribution").inner_text()
    for _ in range(3):
        page.get_by_role("button", name="Farther").click()
    page.wait_for_timeout(500)
    assert not painted(page, corner)  # no file, no tile: Thailand's outline is seen through it
    page.locator("path.thailand").wait_for(state="attached")
    duty.shot("streets")


def test_station_killed_and_back(duty, town):
    page = duty.page
    town.kill()
    page.get_by_text("NO CONNECTION to the station since").wait_for()
    bus = town.bus("bus-03", "na_kao")
    bus.says(active=["sos"])
    occ = bus.event("sos", "alarm", data={"seats": [1], "unknown": []}, why={"held_s": 2})
    town.start()
    page.locator("article.alarm", has_text="SOS").wait_for()
    page.locator("#stale").wait_for(state="hidden")
    page.locator("article.alarm").get_by_role("button", name="Acknowledge").click()
    bus.says(active=[])
    bus.event("sos", "alarm", "cleared", occ=occ, data={"seats": [1], "unknown": []})
    page.get_by_text("No open alarm.").wait_for()


def test_what_nobody_can_read_is_shown_to_the_administrator(duty, town):
    town.publish("bus-04/event", {"kind": "<img src=x>"})
    page = duty.goto("/admin")
    for _ in range(60):
        if page.locator("#quarantine td").count():
            break
        page.wait_for_timeout(500)
        page.reload()
        page.locator("#quarantine .hint, #quarantine td").first.wait_for()
    assert "<img src=x>" in page.locator("#quarantine").inner_text()
    policy = page.locator("#policy")
    policy.locator("[name=file]").set_input_files(
        {
            "name": "broken.json",
            "mimeType": "application/json",
            "buffer": b'{"v": 1, "stops": [{}]}',
        }
    )
    policy.get_by_role("button", name="Upload").click()
    policy.get_by_text("The file cannot be drawn").wait_for()
    pack = json.dumps({**policy_for(0), "version": 77}).encode()
    policy.locator("[name=file]").set_input_files(
        {"name": "policy.json", "mimeType": "application/json", "buffer": pack}
    )
    policy.get_by_role("button", name="Upload").click()
    page.locator("#policies").get_by_role("cell", name="77").wait_for()
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("#policies").get_by_role("button", name="Send to the buses").click()
    policy.get_by_text("It goes to each bus as soon as").wait_for()
    how_far = re.compile("waiting for the bus|being sent, part 1 of")
    page.locator("#policies").get_by_text(how_far).first.wait_for()
    user = page.locator("#user")
    user.locator("[name=name]").fill("malee")
    user.locator("[name=password]").fill("a long password")
    user.get_by_role("button", name="Save").click()
    row = page.locator("#users tr", has_text="malee")
    row.get_by_role("button", name="Change").click()
    user.locator("[name=enabled]").uncheck()
    user.get_by_role("button", name="Save").click()
    page.locator("#users tr", has_text="malee").get_by_role(
        "cell", name="no", exact=True
    ).wait_for()
    page.reload()
    page.locator("#log tr", has_text=NAME).get_by_text("gave a policy").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")

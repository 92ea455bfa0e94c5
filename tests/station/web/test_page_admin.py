"""The administrator's pages: reports, people, policies, and what went wrong."""

from __future__ import annotations

import contextlib
import json
import zipfile
from pathlib import Path

import pyotp
import pytest
from browser import PHONE, SHOTS
from page_town import NAME, PASSWORD, wait_for

from firmware.identity import read
from sim.world.town_policy import policy_for

REFUSED = "policy: zones[3].polygon[7]: latitude 913.0 is not from -90 to 90"


def test_a_report_of_the_trips_is_shown_and_taken_along(opened):
    page = opened("/reports", language="en").page
    page.locator("select[name=bus] option").nth(3).wait_for(state="attached")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("cell", name="15.4").wait_for()
    assert "format=xlsx" in page.locator("#xlsx").get_attribute("href")


def test_only_the_report_that_was_asked_for_last_is_shown_and_says_which_it_is(opened):
    page = opened("/reports", language="en").page
    report, bus = page.locator("select[name=report]"), page.locator("select[name=bus]")
    page.locator("select[name=bus] option").nth(3).wait_for(state="attached")
    waiting = []
    page.route("**/api/reports?report=summary*", lambda route: waiting.extend([route]))  # for ever
    page.get_by_role("button", name="Show").click()
    report.select_option("alarms")
    bus.select_option("laemchabang/bus-05")
    page.get_by_role("button", name="Show").click()
    title = page.locator("#report h2")
    title.wait_for()
    assert waiting and "bus-05 · 25 Nov 2026" in title.inner_text()
    report.select_option("trips")
    assert "Alarms" in title.inner_text(), "the form may say something else by now"
    page.unroute("**/api/reports?report=summary*")
    page.route(
        "**/api/reports?report=trips*",
        lambda route: route.fulfill(status=429, json={"detail": "busy"}),
        times=1,
    )  # the one before has not ended yet
    page.get_by_role("button", name="Show").click()
    page.locator("#report h2", has_text="Trips").wait_for()
    page.route(
        "**/api/reports?report=trips*format=csv*",
        lambda route: route.fulfill(status=429, json={"detail": "busy"}),
        times=1,
    )
    with page.expect_download() as taken:
        page.locator("#csv").click()
        report.select_option("alarms")
    assert "trips" in taken.value.suggested_filename, "the file is the one that was asked for"


@pytest.fixture
def administration(opened):
    """The page, once it does something with what is entered."""
    watched = opened("/admin", language="en")
    watched.page.locator("#policies td").first.wait_for()
    return watched


def policy_on_the_page(form, name, text):
    file = {"name": name, "mimeType": "application/json", "buffer": text.encode()}
    form.locator("[name=file]").set_input_files(file)
    form.get_by_role("button", name="Upload").click()


def supplies(station):
    return [bus["supply_mv"] for bus in station.asks("/api/live")["buses"]]


def test_a_policy_goes_to_the_buses_and_how_far_each_is_stands_there(administration, station):
    page = administration.page
    form, table = page.locator("#policy"), page.locator("#policies")
    policy_on_the_page(form, "broken.json", '{"v": 1, "stops": [{}]}')
    form.get_by_text("The file cannot be drawn").wait_for()
    policy_on_the_page(form, "policy.json", json.dumps({**policy_for(0), "version": 77}))
    table.get_by_role("cell", name="77").wait_for()

    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    table.get_by_role("button", name="Send to the buses").click()
    form.get_by_text("It goes to each bus as soon as").wait_for()
    assert "Send policy 77 to all 12 buses of laemchabang?" in asked[0]
    buses = station.buses
    buses["bus-01"].connects(policy=station.asks("/api/policies")[0]["hash"])
    wait_for(lambda: station.sending("follows") == ["bus-01"])
    station.answers("bus-02")
    station.answers("bus-02")
    for pause_s in (11, 61, 0):  # it is asked three times before what it says is believed
        station.answers("bus-05", REFUSED)
        buses["bus-05"].says(supply_mv=13000 + pause_s)  # the station takes them in order
        wait_for(lambda mv=13000 + pause_s: mv in supplies(station))
        station.passes(pause_s)
    wait_for(lambda: station.sending("refused") == ["bus-05"])
    page.reload()
    for words in (
        "1 of 12",
        "bus-02: none; being sent, part 3 of 11",
        "bus-04: none; waiting for the bus",
        f"bus-05: none; refused: {REFUSED}",
    ):
        table.get_by_text(words).wait_for()


def test_what_went_wrong_is_shown_to_the_administrator(opened, station):
    station.publish("bus-04/event", {"kind": "<img src=x>", "severity": "info"})
    wait_for(lambda: station.asks("/api/quarantine"))
    station.in_database(
        "INSERT INTO notices (alarm_id, log_id, route, stage, title, body, made_ms, due_ms, tries,"
        " error, dead_ms) VALUES (1, -1, 'duty', 'raised', 'แจ้งเหตุ', '', 1, 1, 10, 'refused', 2)"
    )
    page = opened("/admin", language="en").page
    page.locator("#quarantine td").first.wait_for()
    assert "<img src=x>" in page.locator("#quarantine").inner_text()
    page.locator("#notices").get_by_text("given up").wait_for()


def test_people_are_entered_changed_and_locked_out(administration):
    page = administration.page
    user = page.locator("#user")
    user.locator("[name=name]").fill("มาลี")
    user.locator("[name=password]").fill("a long password")
    user.get_by_role("button", name="Save").click()
    row = page.locator("#users tr", has_text="มาลี")
    row.get_by_role("button", name="Change").click()
    assert user.locator("[name=name]").input_value() == "มาลี"
    assert user.locator("[name=role]").input_value() == "duty"
    user.locator("[name=enabled]").uncheck()
    user.get_by_role("button", name="Save").click()
    no = row.get_by_role("cell", name="no", exact=True)
    no.nth(1).wait_for()  # neither a second factor nor a way in
    page.reload()
    page.locator("#log tr", has_text=NAME).first.wait_for()
    administration.shot("admin")


def test_buses_are_enrolled_replaced_and_revoked(administration, station):
    page = administration.page
    form, table = page.locator("#enrol"), page.locator("#identities")
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    asked = []
    table.locator("tr", has_text="bus-01").get_by_text("not enrolled").wait_for()
    form.locator("[name=buses]").fill("bus-71\nbus-72")
    with page.expect_download() as saved:
        form.get_by_role("button", name="Enrol").click()
    assert saved.value.suggested_filename == "laemchabang.identities.zip"
    with zipfile.ZipFile(saved.value.path()) as packed:
        files = {name: json.loads(packed.read(name)) for name in packed.namelist()}
    assert set(files) == {"bus-71.identity.json", "bus-72.identity.json"}
    first = files["bus-71.identity.json"]
    assert (first["user"], len(first["mac_key"])) == ("laemchabang/bus-71", 64)
    row = table.locator("tr", has_text="bus-71").first
    row.get_by_text(first["serial"]).wait_for()
    assert row.get_by_text("valid, not seen yet").count() == 1

    form.locator("[name=buses]").fill("bus-71")
    form.get_by_role("button", name="Enrol").click()
    form.get_by_text("bus-71 of laemchabang has an identity already").wait_for()

    with page.expect_download() as saved:
        row.get_by_role("button", name="Replace").click()
    assert saved.value.suggested_filename == "bus-71.identity.json"
    second = read(Path(saved.value.path()).read_bytes())
    row.get_by_text(second.serial).wait_for()
    table.locator("tr", has_text=first["serial"]).get_by_text("revoked").wait_for()
    with page.expect_download():
        row.get_by_role("button", name="Rotate").click()
    table.locator("tr", has_text=second.serial).get_by_text("valid, not seen yet").wait_for()
    row.get_by_role("button", name="Rotate").wait_for(state="detached")  # one at a time
    row.get_by_role("button", name="Revoke").click()
    row.get_by_role("button", name="Enrol").wait_for()
    assert [sentence.split()[0] for sentence in asked] == ["Give"] * 4 + ["End"]
    assert asked[0].startswith("Give bus-71, bus-72 of laemchabang an identity?")

    log = [(line["what"], line["bus"]) for line in station.asks("/api/log")]
    assert log[:5] == [("revoke", "bus-71"), ("rotate", "bus-71"), ("replace", "bus-71"),
                       ("enrol", "bus-71"), ("enrol", None)]  # fmt: skip
    administration.shot("identities")


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE], ids=["desk", "phone"])
def test_what_can_be_done_with_an_identity_is_on_the_screen(opened, station, viewport, language):
    station.admin.post("/api/identities/laemchabang", json={"buses": ["bus-81"]})
    watched = opened("/admin", viewport=viewport, language=language)
    row = watched.page.locator("#identities tr", has_text="bus-81").first
    row.wait_for()
    row.scroll_into_view_if_needed()
    shown = watched.page.locator("#identities").bounding_box()  # it scrolls
    right = min(shown["x"] + shown["width"], viewport["width"])
    buttons = row.locator("button").all()
    assert len(buttons) == 3
    for button in buttons:
        place = button.bounding_box()
        assert place["x"] >= shown["x"] and place["x"] + place["width"] <= right
    watched.shot(f"identities-{language}-{viewport['width']}")


def test_the_access_log_says_what_was_done_to_an_account(station):
    def last():
        return station.asks("/api/log?limit=1")[0]

    def put(**values):
        known = {"name": "dao", "role": "duty", "lang": "th", "fleets": ["laemchabang"]}
        assert station.admin.post("/api/users", json=known | values).status_code == 204
        return last()["note"].partition("; ")

    what, _, how = put(password="a long password")
    assert (what, how) == ("dao: duty: laemchabang", "new")
    assert put(password="taken over 123")[2] == "password"
    assert put(enabled=False)[2] == "disabled"
    assert put()[2] == "enabled"
    assert put(lang="en")[2] == "lang"
    assert put(lang="en", role="viewer", fleets=None)[::2] == ("dao: viewer", "role; fleets")


def test_what_was_refused_is_not_in_the_access_log_as_done(station):
    def does(path, body=None):
        answer = station.admin.post("/api/identities/laemchabang" + path, json=body)
        line = station.asks("/api/log?limit=1")[0]
        return answer.status_code, line["what"], line["bus"], line["note"]

    assert does("/bus-91/revoke") == (409, "revoke", "bus-91", "refused")
    assert does("", {"buses": ["bus-91"]}) == (200, "enrol", "bus-91", None)
    assert does("", {"buses": ["bus-91"]}) == (409, "enrol", "bus-91", "refused")
    both = {"buses": ["bus-91", "bus-92"]}
    assert does("", both) == (409, "enrol", None, "refused; bus-91, bus-92")
    assert does("/bus-91/revoke") == (204, "revoke", "bus-91", None)


def test_a_bus_without_tls_is_marked(opened, station):
    station.buses["bus-09"].connects(tls=False)
    page = opened("/admin", language="en").page
    marked = "not enrolled; plain connection, without TLS"
    page.locator("#identities tr", has_text="bus-09").get_by_text(marked).wait_for()


@pytest.mark.parametrize(
    ("path", "body"),
    [("", {"buses": ["bus 1"]}), ("", {"buses": []}), ("", {"buses": ["bus-01"], "why": "x"}),
     ("/bus-01/revoke", None)],
)  # fmt: skip
def test_what_cannot_be_given_or_ended_is_refused(station, path, body):
    answer = station.admin.post("/api/identities/laemchabang" + path, json=body)
    assert answer.status_code in (409, 422) and answer.json()["detail"]


def test_signing_out_ends_the_session(opened, station):
    with contextlib.closing(station.signed_in()) as somchai:
        page = opened("/admin", language="en", cookies=station.cookies(somchai)).page
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/login")
        assert somchai.get("/api/me").status_code == 401


def person_at(station, opened, name, role="duty", **more):
    """A page of a person's own, signed in by hand. -> (page, sign_in(code))"""
    station.posts("/api/users", name=name, role=role, password="a long password", **more)
    page = opened("/login", language="en", cookies=[]).page

    def sign_in(code=None):
        page.locator("#name").fill(name)
        page.locator("#password").fill("a long password")
        if code:
            page.locator("#code").fill(code)
        page.get_by_role("button", name="Sign in").click()

    return page, sign_in


def test_a_second_factor_is_set_up_asked_for_and_taken_back(opened, station):
    page, sign_in = person_at(station, opened, "preecha")
    sign_in()
    page.wait_for_url(station.base + "/")
    page.get_by_role("link", name="preecha").click()
    page.locator("#qr[src^='data:image/svg']").wait_for()
    secret = page.locator("#secret").inner_text().replace(" ", "")
    form = page.locator("#code-on")
    form.locator("[name=code]").fill(pyotp.TOTP(secret).at(int(station.now_s())))
    form.locator("[name=password]").fill("a long password")
    page.screenshot(path=str(SHOTS / "me-en.png"), full_page=True)
    form.get_by_role("button", name="Switch on").click()
    page.locator("#recovery li").nth(9).wait_for()
    recovery, other = page.locator("#recovery li").all_inner_texts()[:2]
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")
    sign_in()
    page.locator("#code").wait_for()
    sign_in("123456")
    page.get_by_text("The code is wrong or was used before").wait_for()
    page.screenshot(path=str(SHOTS / "login-code-en.png"))
    sign_in(recovery)
    page.wait_for_url(station.base + "/")
    page.get_by_role("link", name="preecha").click()
    form = page.locator("#code-off")
    for code in ("123456", other):
        form.locator("[name=code]").fill(code)
        form.locator("[name=password]").fill("a long password")
        form.get_by_role("button", name="Switch off").click()
        if code != other:
            form.locator("[role=alert].error").wait_for()
    page.get_by_text("Signing in takes the password only").wait_for()
    secret = page.locator("#secret").inner_text().replace(" ", "")
    form = page.locator("#code-on")
    form.locator("[name=code]").fill(pyotp.TOTP(secret).at(int(station.now_s())))
    form.locator("[name=password]").fill("a long password")
    form.get_by_role("button", name="Switch on").click()
    page.locator("#recovery li").nth(9).wait_for()
    boss = opened("/admin", language="en").page
    row = boss.locator("#users tr", has_text="preecha")
    row.get_by_role("button", name="Change").click()
    boss.once("dialog", lambda dialog: dialog.accept())
    boss.get_by_role("button", name="Take back").click()
    boss.locator("#user").get_by_text("Saved").wait_for()
    boss.locator("#sign-ins").get_by_text("password right, wrong code").first.wait_for()
    boss.screenshot(path=str(SHOTS / "admin-people-en.png"), full_page=True)
    assert not [one for one in station.asks("/api/users") if one["code"]]


def test_an_administrator_sees_and_ends_sessions_and_gives_fleets(administration, opened, station):
    page, sign_in = person_at(station, opened, "wichai", fleets=["elsewhere"])
    sign_in()
    page.wait_for_url(station.base + "/")
    page.locator("#no-alarm").wait_for()
    assert page.locator("#list [data-bus]").count() == 0, "not one bus is of this person's fleet"
    boss = administration.page
    boss.reload()
    row = boss.locator("#users tr", has_text="wichai")
    row.get_by_role("button", name="Change").click()
    fleets = boss.locator("#user [name=fleets]")
    assert fleets.input_value() == "elsewhere"
    fleets.fill("laemchabang")
    boss.locator("#user").get_by_role("button", name="Save").click()
    row.get_by_role("cell", name="laemchabang").wait_for()
    boss.locator("#sessions tr", has_text="wichai").get_by_role("button", name="End").click()
    boss.locator("#sessions tr", has_text="wichai").wait_for(state="detached")
    page.goto(station.base + "/me")
    page.wait_for_url("**/login**")


def test_a_person_changes_the_password_on_a_phone_in_thai(opened, station):
    with contextlib.closing(station.signed_in()) as other:
        watched = opened("/me", viewport=PHONE)
        watched.page.locator("#sessions td").first.wait_for()
        form = watched.page.locator("#password")
        for name, text in (("old", PASSWORD), ("fresh", "something else"), ("again", "other")):
            form.locator(f"[name={name}]").fill(text)
        form.get_by_role("button").press("Enter")
        form.locator(".error").wait_for()
        assert other.get("/api/me").status_code == 200
        watched.page.screenshot(path=str(SHOTS / "me-th-phone.png"), full_page=True)
        form.locator("[name=fresh]").fill(PASSWORD)
        form.locator("[name=again]").fill(PASSWORD)
        form.get_by_role("button").press("Enter")
        form.locator(".saved").wait_for()
        assert other.get("/api/me").status_code == 401
        wide = watched.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"]

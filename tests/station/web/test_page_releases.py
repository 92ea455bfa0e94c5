"""The administrator's section for releases: what a rollout changes, how far it is, its stop."""

from __future__ import annotations

import itertools

import pytest
from browser import PHONE
from page_town import FLEET, PageTown, wait_for
from releases import OTHER, PUBLIC, release

from station.release.file import read

RELEASE = read(release(), "it", [PUBLIC])
SHORT = RELEASE.sets_for("devkit_wrover")[0].short
BUSES = ("bus-01", "bus-02", "bus-03", "bus-04", "bus-05")
BOOT = itertools.count(17)
"""No bus counts a start twice, whichever test it is in."""


def able(**more):
    """Of a bus that takes updates, after one more start."""
    known = {"board": "devkit_wrover", "mpython": "1.29.0", "release": None}
    return {**known, "boot": next(BOOT), **more}


@pytest.fixture(scope="module")
def morning(tmp_path_factory):
    """A town of its own: its buses change what they run."""
    with PageTown(tmp_path_factory.mktemp("releases")) as town:
        for name in BUSES:
            town.bus(name, "depot")
        yield town


def rollout(station):
    (found,) = station.asks("/api/rollouts")
    return found


def states(station):
    return {bus["bus"]: bus["state"] for bus in rollout(station)["buses"]}


def fetches(station, bus, state="fetching", **more):
    asks = {"at": 600, "bytes": 600, "have": 1800, "need": 4000} if state == "fetching" else {}
    station.publish(f"{bus}/fetch", {"release": SHORT, "state": state, **asks, **more})


@pytest.fixture
def town(station):
    """Three buses that take updates, one with another board, and one with old firmware."""
    for name in BUSES[:3]:
        station.buses[name].connects(**able())
    station.buses["bus-05"].connects(**able(board="pico"))
    yield station
    if station.asks("/api/rollouts") and rollout(station)["state"] != "withdrawn":
        station.posts(f"/api/rollouts/{FLEET}/step", step="withdraw")


def kept(station):
    """The release's number at this station."""
    found = station.asks("/api/releases")["releases"]
    if not found:
        raw = {"Content-Type": "application/octet-stream"}
        answer = station.admin.post("/api/releases", content=release(), headers=raw)
        return answer.raise_for_status().json()["id"]
    return found[0]["id"]


def uploads(form, content):
    file = {"name": "busguard-0.4.0.release", "mimeType": "", "buffer": content}
    form.locator("[name=file]").set_input_files(file)
    form.get_by_role("button", name="Upload").click()


def test_from_the_file_to_a_rollout_that_stops_by_itself(opened, town):
    station, watched = town, opened("/admin", language="en")
    page, asked = watched.page, []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    file, form = page.locator("#release"), page.locator("#rollout")
    page.locator("#releases").get_by_text("Nothing here").wait_for()
    uploads(file, release(key=OTHER))
    file.get_by_text("release.json is not signed by the release key").wait_for()
    uploads(file, release())
    page.get_by_role("button", name="Roll out 0.4.0").click()
    assert form.get_by_role("button", name="Start").count() == 0, "not before it is shown"
    form.locator("[name=stages]").fill("bus-01, bus-02\nall")
    form.get_by_role("button", name="Show what changes").click()
    for words in (
        "Doors are read twice.", "0.3.0 → 0.4.0, 3 of the buses: about 4 KB over the air for each.",
        "bus-01, bus-02", "all buses (then 1 more): bus-03",
        "bus-05: the release has nothing for its board",
        "bus-04: its firmware takes no update over the air",
    ):  # fmt: skip
        form.get_by_text(words).wait_for()
    form.scroll_into_view_if_needed()
    watched.shot("releases-before")
    form.get_by_role("button", name="Start").click()
    card = page.get_by_role("article", name=f"0.4.0 to {FLEET}")
    card.get_by_text("stage 1 of 2 (bus-01, bus-02)").wait_for()
    assert card.locator(f"[data-key='{FLEET}/next']").count() == 1
    assert f"Roll 0.4.0 out to {FLEET}? Stages: bus-01,bus-02 → all." in asked[0]

    wait_for(lambda: states(station)["bus-01"] == "offered")
    fetches(station, "bus-01")
    page.get_by_role("progressbar", name="bus-01: 2 of 4 KB").wait_for()
    fetches(station, "bus-02", "ready", why="persons")
    card.get_by_role("row", name="bus-02").get_by_text("persons are on board").wait_for()
    card.scroll_into_view_if_needed()
    watched.shot("releases-under-way")
    station.buses["bus-02"].connects(**able(release=SHORT, fw="0.4.0", trial=True))
    card.get_by_role("row", name="bus-02").get_by_text("on trial").wait_for()
    station.buses["bus-02"].connects(**able(start="previous"))
    card.get_by_text("The rollout has stopped by itself: more than 10 % of the buses").wait_for()
    back = card.get_by_role("row", name="bus-02")
    back.get_by_text("CAME BACK").wait_for()
    card.scroll_into_view_if_needed()
    watched.shot("releases-stopped")
    back.get_by_role("button", name="Offer it again to bus-02").click()
    back.get_by_text("held").wait_for()
    card.get_by_role("button", name=f"Go on: {FLEET}").click()
    wait_for(lambda: rollout(station)["state"] == "running")
    card.get_by_role("button", name=f"Withdraw: {FLEET}").click()
    card.get_by_text("was withdrawn").wait_for()
    card.get_by_text("Who did what").click()
    steps = card.locator("ol.log").inner_text()
    assert "somchai · withdrew it" in steps and "the station · stopped it" in steps
    assert asked[-1].startswith(f"End the rollout of 0.4.0 to {FLEET} for good?")
    log = [line["what"] for line in station.asks("/api/log")]
    assert log[:4] == ["rollout_withdraw", "rollout_resume", "rollout_again", "rollout_start"]


def test_a_downgrade_is_typed(opened, town):
    station = town
    kept(station)
    for name in BUSES[:3]:
        station.buses[name].connects(**able(fw="0.9.0"))
    watched = opened("/admin", language="en")
    page = watched.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Roll out 0.4.0").click()
    form = page.locator("#rollout")
    form.locator("[name=stages]").fill("bus-01")
    form.get_by_role("button", name="Show what changes").click()
    typed = form.get_by_label("Some buses run a newer version")
    typed.wait_for()
    form.get_by_role("button", name="Start").click()
    form.get_by_text("a downgrade needs its own word").wait_for()
    typed.fill("0.4")
    form.get_by_role("button", name="Start").click()
    form.get_by_text("For a downgrade the version 0.4.0 is typed").wait_for()
    change = form.locator("#rollout-change")
    change.get_by_text("bus-01: it runs a newer version").wait_for()
    typed.fill("0.4.0")
    form.get_by_role("button", name="Start").click()  # shows what it now changes
    change.locator("ol.stages").get_by_text("bus-01").wait_for()
    assert all(one["state"] != "running" for one in station.asks("/api/rollouts"))
    form.get_by_role("button", name="Start").click()
    wait_for(lambda: rollout(station)["downgrade"] and rollout(station)["state"] == "running")
    card = page.locator("article.rollout.running")
    card.get_by_text("stage 1 of 1").wait_for()
    buttons = [one.get_attribute("data-key") for one in card.locator(".rollout-steps button").all()]
    assert buttons == [f"{FLEET}/pause", f"{FLEET}/withdraw"], "no stage is left"


@pytest.mark.parametrize("language", ["th", "en"])
def test_on_a_phone_all_of_it_is_on_the_screen(opened, town, language):
    station = town
    body = {"release": kept(station), "stages": ["bus-01,bus-02", "all"]}
    station.posts(f"/api/rollouts/{FLEET}", **body)
    wait_for(lambda: states(station)["bus-02"] == "offered")
    fetches(station, "bus-01")
    fetches(station, "bus-02", "refused", why="no_slot", message="This board has one slot.")
    wait_for(lambda: states(station)["bus-02"] == "refused")
    watched = opened("/admin", viewport=PHONE, language=language)
    page = watched.page
    card = page.locator("article.rollout")
    card.locator("progress").wait_for()
    page.locator("#releases button").click()
    page.locator("#rollout [name=stages]").fill("bus-03\n20%\nall")
    page.locator("#rollout-look").click()
    page.locator("#rollout-change li").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    why = card.get_by_text("This board has one slot.").bounding_box()
    assert why["x"] >= 0 and why["x"] + why["width"] <= PHONE["width"]
    for button in (*card.locator(".rollout-steps button").all(), *card.locator("td button").all()):
        place = button.bounding_box()
        assert place["x"] >= 0 and place["x"] + place["width"] <= PHONE["width"]
    for part in ("article.rollout", "#rollout-change"):
        page.locator(part).evaluate("(node) => node.scrollIntoView()")
        watched.shot(f"releases-{language}-phone-{part[-7:]}")

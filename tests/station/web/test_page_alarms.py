"""Alarms on the page: seen, heard, answered."""

from __future__ import annotations

import json

KEY = "laemchabang/bus-03"

# What Playwright runs in a page counts as a gesture of its user (CDP: userGesture), and may come
# before the page asks for sound: so that it is blocked has to be said.
NO_SOUND_YET = """window.AudioContext = class extends AudioContext {
    constructor() { super(); this.suspend(); }
};"""


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

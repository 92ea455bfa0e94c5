"""Alarms on the page: seen, heard, answered."""

from __future__ import annotations

import json

import pytest
from browser import PHONE
from page_town import NAME, wait_for

KEY = "laemchabang/bus-03"

# What Playwright runs in a page counts as a gesture of its user (CDP: userGesture), and may come
# before the page asks for sound: so that it is blocked has to be said.
NO_SOUND_YET = """window.AudioContext = class extends AudioContext {
    constructor() { super(); this.suspend(); }
};"""

# What the station knows of the buses comes a second later than everything else.
LATE_BUSES = """const plain = fetch;
window.fetch = async (...asked) => {
    if (String(asked[0]).endsWith("/api/live")) await new Promise((go) => setTimeout(go, 1000));
    return plain(...asked);
};"""


def in_the_log(page, bus, words):
    """Who did what about its newest alarm; the list is drawn anew with the news, and shut."""
    log = page.locator("article.alarm", has_text=bus).first.locator("details.log-of")
    if log.count() and log.get_attribute("open") is None:
        log.locator("summary").click()
    page.wait_for_timeout(20)
    return log.get_by_text(words).is_visible()


def test_alarm_appears_sounds_and_is_acknowledged(opened, station):
    watched = opened("/", language="en", init=NO_SOUND_YET)
    page = watched.page
    page.get_by_text("No open alarm.").wait_for()
    page.get_by_role("button", name="The alarm sound is off").click()
    page.get_by_role("button", name="Sound is on").wait_for()

    bus = station.buses["bus-03"]
    occ = bus.left_behind()
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
    card.get_by_text(f"{NAME} acknowledged it").wait_for()
    assert "driver called <b>&" in card.inner_text()
    page.wait_for_function("() => document.documentElement.dataset.sound === ''")
    assert not page.title().startswith("(1)")

    bus.ends(occ)
    page.get_by_text("No open alarm.").wait_for()
    watched.goto("/alarms")
    wait_for(lambda: in_the_log(page, "bus-03", "driver called <b>&"))


def test_a_bus_in_need_is_loud_though_no_database_can_list_its_alarm(opened, station):
    """What the station answers while its database is away (tests/station/live) is shown."""
    watched = opened("/", language="en")
    page = watched.page
    page.mouse.click(5, 5)
    page.get_by_text("No open alarm.").wait_for()

    def in_need(route):
        live = route.fetch().json()
        live["station"]["database"]["ok"] = False
        for bus in live["buses"]:
            if bus["bus"] == "bus-03":
                bus |= {"unlisted": True, "show": "alarm"}
        route.fulfill(json=live)

    page.route("**/api/live", in_need)
    page.reload()
    page.mouse.click(5, 5)
    bar = page.locator("#alarm-bar.loud")
    bar.get_by_text("the database does not answer: bus-03").wait_for()
    page.wait_for_function("() => document.documentElement.dataset.sound === 'alarm'")
    assert page.title().startswith("⚠ ")
    assert page.get_by_text("No open alarm.").is_hidden(), "nobody knows"
    watched.shot("in-need")
    station.buses["bus-03"].left_behind()
    bar.wait_for(state="hidden")  # it is listed now
    assert page.locator("html").get_attribute("data-sound") == "alarm"
    page.locator("article.alarm").get_by_role("button", name="Acknowledge").click()
    page.wait_for_function("() => document.documentElement.dataset.sound === ''")


def test_the_many_alarms_of_one_bus_do_not_hide_a_child_in_it_or_another(opened, station):
    station.buses["bus-03"].left_behind()
    station.buses["bus-05"].left_behind()
    wait_for(lambda: len(station.asks("/api/live")["alarms"]) == 2)
    for _ in range(13):
        station.buses["bus-05"].event("crash", "alarm", data={"peak_g": 3.0})
        station.buses["bus-05"].event("untrusted_policy", "alarm")
    wait_for(lambda: len(station.asks("/api/live")["alarms"]) == 28)
    watched = opened("/", viewport=PHONE, language="en")
    page = watched.page
    cards = page.locator("article.alarm")
    page.locator(".more-alarms").wait_for()
    assert cards.count() == 11
    first = cards.all_inner_texts()[:4]  # the first of every bus and kind
    assert ["bus-03" in text for text in first].count(True) == 1
    assert ["A child may be left" in text for text in first].count(True) == 2
    more = page.locator(".more-alarms p").inner_text()
    assert "17 more alarms" in more
    assert "bus-05: Crash (8)" in more or "bus-05: Crash (9)" in more  # the newest ones are shown
    page.locator(".more-alarms").scroll_into_view_if_needed()
    watched.shot("alarms-of-one-bus")
    page.locator(".more-alarms button").click()
    assert cards.count() == 21
    page.locator(".more-alarms button").click()
    assert cards.count() == 28 and page.locator(".more-alarms").is_hidden()


def test_the_alarms_of_children_come_first(opened, station):
    station.buses["bus-03"].left_behind()
    wait_for(lambda: station.asks("/api/live")["alarms"])
    station.buses["bus-05"].event("zone_entered", "alarm")
    wait_for(lambda: len(station.asks("/api/live")["alarms"]) == 2)
    cards = opened("/", language="en").page.locator("article.alarm")
    cards.nth(1).wait_for()
    assert ["bus-03" in text for text in cards.all_inner_texts()] == [True, False]


def test_typing_a_note_survives_other_news(opened, station):
    page = opened("/", language="en").page
    station.buses["bus-03"].left_behind()
    note = page.locator("article.alarm", has_text="bus-03").locator("input[name=note]")
    note.fill("on my")
    station.buses["bus-05"].event("sos", "alarm", why={"held_s": 2})
    page.locator("article.alarm", has_text="bus-05").wait_for()
    note.press_sequentially(" way")
    assert note.input_value() == "on my way"


def test_the_list_of_alarms_waits_for_the_telephone_numbers(opened, station):
    station.buses["bus-03"].left_behind()
    wait_for(lambda: station.asks("/api/live")["alarms"])
    card = opened("/alarms", language="en", init=LATE_BUSES).page.locator("article.alarm").first
    card.wait_for()
    assert "No telephone number" not in card.inner_text()
    assert "Call the driver: 081-234-5678" in card.inner_text()


def test_drill_escalation_late_and_over_are_told_apart(opened, station):
    buses = station.buses
    buses["bus-07"].event("some_new_kind", "alarm", data={"x": None})
    wait_for(lambda: station.asks("/api/live")["alarms"])
    station.passes(6 * 60)
    wait_for(lambda: station.asks("/api/live")["alarms"][0]["escalated_at"])
    buses["bus-03"].left_behind(exercise=True)
    buses["bus-06"].left_behind(ago_s=86_400)
    buses["bus-05"].ends(buses["bus-05"].left_behind())
    watched = opened("/", language="en")
    cards = watched.page.locator("article.alarm")
    cards.nth(3).wait_for()
    texts = cards.all_inner_texts()
    assert "OVERDUE" in texts[0] and "some new kind" in texts[0] and "x: unknown" in texts[0]
    assert "LATE" in texts[1] and "24 Nov 2026 08:" in texts[1]
    assert "Over" in texts[2]
    assert "DRILL" in texts[3] and "Do now" not in texts[3] and "send nobody" in texts[3]
    assert "in a drill it stays quiet" in texts[3] and "horn outside sounds" not in texts[3]
    assert "The horn outside sounds." in texts[2]
    for root in (f"tr[data-bus='{KEY}']", "#legend"):
        assert "DRILL" in watched.page.locator(root).inner_text()
    watched.shot("alarms")


def test_a_refusal_is_said_in_thai_and_the_alarm_stays_unanswered(opened, station):
    station.buses["bus-03"].left_behind()
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
    words = {"what": evil, "text": evil}
    station.buses["bus-03"].event("fault", "warning", data=words, why={evil: evil})
    page = opened("/", language="en").page
    card = page.locator("article.alarm")
    card.wait_for()
    assert evil in card.inner_text()
    assert page.locator("article.alarm img").count() == 0


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Parts of this report could not be read: the time, the seats, details."),
        ("th", "บางส่วนของรายงานนี้อ่านไม่ได้: เวลา, ที่นั่ง, รายละเอียดอื่น จึง"),
    ],
)
def test_an_alarm_that_can_be_read_in_part_says_so(opened, station, language, words):
    heads = {"seats": 5, "unknown": [9], "seats_before": 7, "unknown_before": []}
    station.buses["bus-03"].event("sos", "alarm", data=heads, at="yesterday", fill=False)
    card = opened("/", language=language).page.locator("article.alarm")
    card.wait_for()
    said = card.inner_text()
    assert words in said and "unreadable:" not in said and "data." not in said
    assert "อ่านไม่ได้" not in card.locator(".alarm-fact").inner_text()
    assert "could not be read" not in card.locator(".alarm-fact").inner_text()
    assert {"en": "Unknown at that moment: seat 9.", "th": "ที่นั่ง 9"}[language] in said


LOST = {"lane": "alarm", "first": 12, "last": 96, "count": None}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Part: the GPS receiver.", 'Part: the rule "Too fast".', "Part: left_wing.",
                "numbers 12 to 96 of the alarms", "How many records: not known.",
                "Some of it may be lost, or nothing", "Ask the driver how the day went"]),
        ("th", ["ส่วน: เครื่องรับสัญญาณดาวเทียม (GPS)", 'ส่วน: กฎ "ขับเร็วเกินกำหนด"', "ส่วน: left_wing",
                "หมายเลข 12 ถึง 96 ของเหตุเตือนภัย", "จำนวนรายการ: ไม่ทราบ",
                "ข้อมูลอาจสูญหายบางส่วนหรือไม่สูญหายเลย", "สอบถามคนขับว่าวันนี้มีเหตุใดบ้าง"]),
    ],
)  # fmt: skip
def test_what_failed_and_what_was_lost_are_told_in_words(opened, station, language, words):
    bus = station.buses["bus-03"]
    for what in ("gnss", "overspeed", "left_wing"):
        bus.event("fault", "warning", data={"what": what, "text": "It does not answer."})
    for exact in (True, False):
        bus.event("records_lost", "warning", data={**LOST, "exact": exact})
    watched = opened("/", language=language)
    watched.page.wait_for_function("() => document.querySelectorAll('article.alarm').length === 5")
    said = watched.page.locator("#alarms").inner_text()
    assert [one for one in words if one not in said] == []
    assert "All of them" not in said
    watched.shot(f"lost-{language}")


WIDE = {"accuracy_m": 350, "estimated": True}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Position now: no more than", "estimated, within 350 m of 13.0", "(just now)"]),
        ("th", ["ตำแหน่งรถขณะนี้: ห่างจาก", "โดยประมาณ ในระยะ 350 ม. จาก 13.0", "(เมื่อสักครู่)"]),
    ],
)
def test_an_estimated_position_is_called_so_wherever_it_is_shown(opened, station, language, words):
    bus = station.buses["bus-03"]
    bus.says(**WIDE)
    occ = bus.left_behind(**WIDE)
    watched = opened("/", language=language)
    page = watched.page
    where = page.locator("article.alarm .where-words")
    where.wait_for()
    assert [one for one in words if one not in where.inner_text()] == []
    page.locator("article.alarm [data-show]").click()
    assert words[1] in page.locator("#chosen").inner_text()
    assert page.locator("#legend .legend-item").count() == 7
    page.wait_for_timeout(300)
    watched.shot(f"estimated-{language}")
    watched.goto("/bus/laemchabang/bus-03")
    page.locator("#facts", has_text=words[1]).wait_for()
    watched.shot(f"estimated-bus-{language}")
    bus.ends(occ)
    wait_for(lambda: station.asks("/api/live")["alarms"][0]["cleared_at"])
    watched.goto("/alarms")
    then = page.locator("article.alarm", has_text="bus-03").first.locator(".where-words")
    then.wait_for()
    assert words[1] in then.inner_text() and words[2] not in then.inner_text()


WHERE = """async ([lat, lon]) => {
    const { whereWords, loadPlaces } = await import("/static/js/places.js");
    await loadPlaces();
    const known = [[30, false], [null, false], [31, false], [5, true], [6000, true], [null, true]];
    return known.map(([accuracy_m, estimated]) => whereWords({ lat, lon, accuracy_m, estimated }));
}"""


def test_a_place_is_named_only_as_surely_as_it_is_known(opened, station):
    school = next(one for one in station.asks("/api/places")["features"]
                  if one["properties"]["what"] == "school")  # fmt: skip
    (lon, lat), name = school["geometry"]["coordinates"], school["properties"]["name"]
    page = opened("/", language="en").page
    page.get_by_text("No open alarm.").wait_for()
    point = f"{lat:.5f}, {lon:.5f}"
    assert page.evaluate(WHERE, [lat, lon]) == [
        f"at {name} · {point}",
        f"at {name} · {point}",
        f"no more than 40 m from {name} · within 40 m of {point}",
        f"at {name} · estimated, within 10 m of {point}",
        f"estimated, within 6.0 km of {point}",
        f"estimated: {point}",
    ]

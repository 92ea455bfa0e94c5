"""What people in Thailand type: Thai in any of its forms, and Buddhist years."""

import unicodedata

from thai_typed import TYPED


def test_a_search_finds_thai_however_it_is_typed(opened):
    page = opened("/", language="th").page
    page.locator("tr[data-bus]").nth(11).wait_for()
    search, shown = page.locator("#filter"), page.locator("tr[data-bus]:visible")
    search.fill("\u0e01\u0e33\u0e25\u0e31\u0e07\u0e27\u0e34\u0e48\u0e07")  # driving
    drive = shown.count()
    assert 0 < drive < 12
    search.fill("\u0e01\u0e4d\u0e32\u0e25\u0e31\u0e07\u0e27\u0e48\u0e34\u0e07")
    assert shown.count() == drive
    search.fill("\u0e08\u0e2d\u0e14\u0e40\u0e40\u0e25\u0e49\u0e27")  # parked, with two sara e
    assert 0 < shown.count() < 12
    forms = [
        (unicodedata.normalize(normal, typed), form)
        for typed, form in TYPED
        for normal in ("NFC", "NFD", "NFKC", "NFKD")
    ]
    script = page.locator("script[type=module]").first.evaluate("(node) => node.src")
    made = page.evaluate(
        "async ([from, texts]) => texts.map((await import(from)).oneForm)",
        [script.rsplit("/", 1)[0] + "/thai.js", [typed for typed, _ in forms]],
    )
    assert made == [form for _, form in forms]


def test_a_day_is_asked_for_in_buddhist_years(opened):
    page = opened("/bus/laemchabang/bus-02", language="th").page
    page.locator("#day option").first.wait_for(state="attached")
    day = page.locator("#day option").last.get_attribute("value")
    buddhist = f"{int(day[:4]) + 543}{day[4:]}"
    page = opened(f"/bus/laemchabang/bus-02?day={buddhist}", language="th").page
    page.locator("#day option").first.wait_for(state="attached")
    assert page.locator("#day").input_value() == day
    page = opened("/reports", language="en").page
    page.locator("select[name=bus] option").nth(3).wait_for(state="attached")
    page.locator("input[name=day]").fill(buddhist)
    page.locator("input[name=day]").blur()
    assert page.locator("input[name=day]").input_value() == day
    assert f"day={day}" in page.locator("#csv").get_attribute("href")


def test_a_day_without_records_is_shown_as_such_and_not_another_one(opened):
    page = opened("/bus/laemchabang/bus-02?day=2568-11-20", language="th").page
    page.get_by_text("ระบบไม่มีข้อมูลของรถคันนี้ในวันที่เลือก").wait_for()
    assert page.locator("#day").input_value() == "2025-11-20"


def test_a_report_without_a_month_is_refused_in_thai(opened):
    page = opened("/reports", language="th").page
    page.locator("select[name=bus] option").nth(3).wait_for(state="attached")
    page.locator("select[name=span]").select_option("month")
    page.locator("input[name=month]").fill("")
    page.locator("#ask [type=submit]").click()
    page.locator("#report", has_text="กรุณาเลือกวันหรือเดือนก่อน").wait_for()

"""Reports: what an office reads of a day, as sheets, CSV and XLSX."""

import csv
import io
import json
from datetime import date, datetime, timedelta, timezone

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from station.clock import LOCAL
from station.reports.facts import Event, Facts, day_number
from station.reports.files import write_csv, write_json, write_xlsx
from station.reports.sheets import Report
from station.reports.words import LANGUAGES, shown, word

MORNING = datetime(2026, 11, 21, 23, 30, tzinfo=timezone.utc)  # 06:30 on the 22nd in Thailand
SUNDAY = date(2026, 11, 22)


MORNING_MS = int(MORNING.timestamp() * 1000)
MINUTE_MS = 60_000


def event(kind, minutes=0, bus="bus-01", occ=None, state="raised", **data):
    at_ms = MORNING_MS + minutes * MINUTE_MS
    return Event(bus, "9f3a21c4", kind, state, at_ms, at_ms + 2000, False, occ, data)


def alarm(**known):
    return {
        "bus": "bus-01", "kind": "child_left_behind", "exercise": False, "clock": "gnss",
        "raised_ms": MORNING_MS, "heard_ms": MORNING_MS + 2000, "cleared_ms": None,
        "acked_ms": None, "acked_by": None, "note": None,
    } | known  # fmt: skip


def sheets(events, alarms):
    day = day_number(MORNING_MS)
    facts, made = Facts(), Report("lcb", day - 1, day + 1)
    for one in events:
        if one.kind == "seat_out_of_service":
            made.out_of_service(one)
        else:
            facts.event(one)
    for (bus, day), sums in facts.days.items():
        made.day(bus, day, sums.text())
    for one in alarms:
        made.alarm(one)
    return [sheet._replace(rows=list(sheet.rows)) for sheet in made.sheets()]


def report(events=(), alarms=()):
    return {sheet.name: sheet.rows for sheet in sheets(events, alarms)}


def as_csv(sheet, language):
    write_csv(sheet, language, out := io.BytesIO())
    return out.getvalue()


def as_json(sheet, language):
    write_json(sheet, language, out := io.BytesIO())
    return out.getvalue()


def as_xlsx(told, language):
    write_xlsx(told, language, out := io.BytesIO())
    return out.getvalue()


DAY = [
    event("trip_started", 0, trip=1),
    event("stop_served", 5, stop=1, boarded=[3, 4], alighted=[], on_board=2, place="wat"),
    event("overspeed", 6, occ=7, top_kmh=84.0, lasted_s=10),
    event("overspeed", 7, occ=7, top_kmh=91.5, lasted_s=42),
    event("stop_served", 30, stop=2, boarded=[], alighted=[3, 4], on_board=0, place="school"),
    event("trip_ended", 31, trip=1, distance_m=12345, stops=2),
]


def test_a_day_is_summed_up_in_local_time():
    rows = report(DAY, [alarm(), alarm(acked_ms=MORNING_MS + 62_000, acked_by="som")])
    assert rows["summary"] == [
        [SUNDAY, "lcb", "bus-01", 1, 12.3, 2, 2, 1, 91.5, 2, 1, 60],
    ]
    (trip,) = rows["trips"]
    assert trip[:4] == [SUNDAY, "lcb", "bus-01", 1]
    assert trip[4] == datetime(2026, 11, 22, 6, 30, tzinfo=LOCAL)
    assert trip[6:] == [12.3, 2]


def test_children_are_counted_not_named():
    rows = report(DAY)
    assert [row[3:] for row in rows["stops"]] == [["wat", 1, 2, 0], ["school", 1, 0, 2]]


def test_an_overspeed_counts_once_with_its_worst():
    (row,) = report(DAY)["overspeed"]
    assert row[4:] == [91.5, 42]


def test_a_seat_out_of_service_is_one_row_from_its_grant_to_its_end():
    kind, until = "seat_out_of_service", "2026-11-24T23:30:00.000Z"
    events = [
        event(kind, 0, occ=5, seats=[7], until=until),
        event(kind, 1, occ=6, seats=[9], until=until),
        event(kind, 60, occ=5, state="cleared", seats=[7]),
    ]
    seven, nine = report(events)["out_of_service"]
    end = datetime(2026, 11, 25, 6, 30, tzinfo=LOCAL)
    assert seven[:4] == [SUNDAY, "lcb", "bus-01", 7] and seven[5] == end
    assert (seven[6] - seven[4]) == timedelta(hours=1)
    assert nine[3] == 9 and nine[5:] == [end, None]


def test_a_trip_that_has_not_ended_has_no_distance():
    (row,) = report(DAY[:1])["trips"]
    assert row[5:] == [None, None, None]


def test_the_same_trip_number_of_another_epoch_is_another_trip():
    other = DAY[0]._replace(journal="00000000")
    assert len(report([DAY[0], other])["trips"]) == 2


def test_a_drill_is_listed_but_is_no_alarm():
    rows = report([], [alarm(exercise=True)])
    assert len(rows["alarms"]) == 1
    assert rows["summary"] == []


def test_without_a_clock_the_day_is_unknown_and_comes_last():
    lost = DAY[0]._replace(at_ms=None, data={"trip": 9})
    rows = report([lost, *DAY])["trips"]
    assert [row[0] for row in rows] == [SUNDAY, None]


def test_an_alarm_without_a_clock_counts_on_the_day_it_was_heard():
    (row,) = report([], [alarm(raised_ms=None)])["alarms"]
    assert row[0] == SUNDAY
    assert row[5] is None


def test_thai_dates_are_of_the_buddhist_era():
    assert shown(SUNDAY, "th") == "22/11/2569"
    assert shown(SUNDAY, "en") == "2026-11-22"
    assert shown(MORNING.astimezone(LOCAL), "th") == "22/11/2569 06:30:00"


def test_an_alarm_is_called_by_its_name_not_by_the_word_of_the_contract():
    told = sheets([], [alarm()])[-1]
    assert "อาจมีเด็กถูกลืมไว้ในรถ" in as_csv(told, "th").decode("utf-8-sig")
    assert "A child may be left on the bus" in as_csv(told, "en").decode("utf-8-sig")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_and_column_has_words(language):
    for sheet in sheets([], []):
        for key in (sheet.name, *sheet.columns):
            assert word(key, language)


def test_csv_is_read_back_by_a_reader_of_csv():
    summary = sheets(DAY, [])[0]
    text = as_csv(summary, "th").decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(text))
    assert head[0] == "วันที่"
    assert row[:5] == ["22/11/2569", "lcb", "bus-01", "1", "12.3"]


def test_xlsx_opens_and_holds_every_sheet():
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(sheets(DAY, [alarm()]), "en")))
    assert book.sheetnames == [
        "Summary",
        "Trips",
        "Stops",
        "Overspeed",
        "Seats out of service",
        "Alarms",
    ]
    assert [cell.value for cell in book["Trips"][2]][3] == 1


FORMULAS = ["=HYPERLINK(1)", "+1", "-1", "@x", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x", "  =1",
            "\u3000\uff1d1", "\u200b=1", "\ufeff=1", " \u2060\u200f@x"]  # fmt: skip


@pytest.mark.parametrize("note", FORMULAS)
def test_a_note_never_becomes_a_formula(note):
    told = sheets([], [alarm(note=note)])
    row = list(csv.reader(io.StringIO(as_csv(told[-1], "en").decode("utf-8-sig"))))[1]
    assert row[-1] == "'" + note
    cell = openpyxl.load_workbook(io.BytesIO(as_xlsx(told, "en")))["Alarms"]["L2"]
    assert cell.data_type == "s"


ODD = [
    event("trip_started"),
    event("trip_started", trip="1"),
    event("trip_ended", trip=1, stops=2),
    event("trip_ended", trip=1, stops=2, distance_m=10**400),
    event("stop_served"),
    event("stop_served", stop=1, boarded=5, alighted=[]),
    event("stop_served", boarded=[], alighted=[]),
    event("stop_served", stop=1, boarded=[], alighted=[], place={}),
    event("overspeed", occ=7, top_kmh=None, lasted_s=1),
    event("overspeed", occ=7, top_kmh="91", lasted_s=1),
    event("seat_out_of_service", occ=5, seats=7),
    event("seat_out_of_service", occ=5, seats=[7], until="soon"),
    event("seat_out_of_service", occ=5, seats=[7], until="9999-12-31T23:00:00.000Z"),
]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: f"{odd.kind} {str(odd.data)[:40]}")
def test_an_odd_event_is_left_out_and_every_other_one_counts(odd):
    told, without = sheets([*DAY, odd], []), sheets(DAY, [])
    assert [sheet.rows for sheet in told] == [sheet.rows for sheet in without]
    (its_own,) = [sheet for sheet in told[1:] if sheet.left_out]
    assert its_own.left_out == 1
    assert told[0].left_out == (0 if its_own.name == "out_of_service" else 1)
    assert "ไม่ได้นับ 1 รายการ" in as_csv(its_own, "th").decode()
    assert "1 events are not counted" in json.loads(as_json(its_own, "en"))["left_out"]
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(told, "en")))
    last = list(book[word(its_own.name, "en")].values)[-1]
    assert last[0].startswith("1 events are not counted")


def test_a_place_that_xlsx_cannot_hold_spoils_no_workbook():
    told = sheets([event("stop_served", stop=1, boarded=[], alighted=[], place="a\x01b")], [])
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(told, "en")))
    assert book["Stops"]["D2"].value == "a\ufffdb"


@pytest.mark.parametrize("note", ["_x0041_", "_x000d_x000D_", "a_x41_ _x_ _x0041"])
def test_a_note_that_looks_like_an_escape_of_excel_stays_as_it_is(note):
    told = sheets([], [alarm(note=note)])
    book = as_xlsx(told, "en")
    kept = openpyxl.load_workbook(io.BytesIO(book))["Alarms"]["L2"].value  # as it is in the file
    assert unescape(kept) == note


def test_a_line_feed_in_a_cell_makes_no_second_line_of_csv():
    told = sheets([], [alarm(note="called\r\ndriver\n\n=1\u2028no\x85answer")])
    text = as_csv(told[-1], "en").decode("utf-8-sig")
    assert text.endswith("called driver =1 no answer\r\n") and len(text.splitlines()) == 2
    cell = openpyxl.load_workbook(io.BytesIO(as_xlsx(told, "en")))["Alarms"]["L2"].value
    assert "called" in cell and "driver" in cell


def test_a_control_character_in_a_note_is_replaced_everywhere():
    told = sheets([], [alarm(note="called driver\x0bno\x00answer\ud800")])
    cell = openpyxl.load_workbook(io.BytesIO(as_xlsx(told, "en")))["Alarms"]["L2"].value
    assert cell == "called driver\ufffdno\ufffdanswer\ufffd"
    assert json.loads(as_json(told[-1], "en"))["rows"][0][-1] == cell
    assert as_csv(told[-1], "en").decode().endswith("called driver no\ufffdanswer\ufffd\r\n")


def test_a_trip_across_midnight_is_one_on_the_day_it_began():
    late = 17 * 60  # 23:30 in Thailand
    rows = report([
        event("trip_started", late, trip=3),
        event("stop_served", late + 20, stop=1, boarded=[3], alighted=[], place="wat"),
        event("stop_served", late + 40, stop=2, boarded=[4], alighted=[], place="wat"),
        event("trip_ended", late + 50, trip=3, distance_m=12345, stops=2),
        event("stop_served", late + 55, stop=1, boarded=[], alighted=[5], place="depot"),
    ])  # fmt: skip
    monday = SUNDAY + timedelta(days=1)
    assert [row[:4] + row[6:] for row in rows["trips"]] == [[SUNDAY, "lcb", "bus-01", 3, 12.3, 2]]
    assert [[row[0], *row[3:]] for row in rows["stops"]] == [
        [SUNDAY, "wat", 2, 2, 0], [monday, "depot", 1, 0, 1],
    ]  # fmt: skip
    assert [row[:7] for row in rows["summary"]] == [
        [SUNDAY, "lcb", "bus-01", 1, 12.3, 2, 2], [monday, "lcb", "bus-01", 0, 0.0, 0, 0],
    ]  # fmt: skip


def test_a_time_that_cannot_be_right_is_in_no_sum_and_is_counted():
    odd = event("trip_ended", trip=1, distance_m=9, stops=2)._replace(at_ms=10**15, is_odd=True)
    told, without = sheets([*DAY, odd], []), sheets(DAY, [])
    assert [sheet.rows for sheet in told] == [sheet.rows for sheet in without]
    assert [sheet.left_out for sheet in told[:2]] == [1, 1]


def test_an_alarm_whose_time_cannot_be_right_counts_when_it_was_heard():
    (row,) = report([], [alarm(raised_ms=253402300799999, clock="odd")])["alarms"]
    assert row[0] == SUNDAY and row[5] is None

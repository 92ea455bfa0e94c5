"""The tools that read policy packs: JSON as a stream, hours, tables."""

from array import array
from io import BytesIO

from firmware.policy.hours import hold, local, span
from firmware.policy.jsontext import Json
from firmware.policy.table import Names, Table, Zeros


def test_hours():
    assert span("00:00-24:00") == (0, 1440)
    for wrong in (
        "",
        "6:30-8:30",
        "06:30",
        "06:30-06:30",
        "06:60-07:00",
        "23:00-24:01",
        "ab:cd-ef:gh",
        "06:30-08:30-",
    ):
        try:
            span(wrong)
        except ValueError as error:
            assert wrong in str(error)
        else:
            raise AssertionError(wrong)
    # 2026-11-22T23:00Z is a Monday, 06:00 in Thailand
    assert local(1795388400000, 420) == (360, 0)
    assert local(1795388400000 - 6 * 3600000 - 1, 420) == (1439, 6)
    assert local(None, 420) == (None, None)
    school = (((390, 510),), 31)
    for minute, day, holds in (
        (389, 0, False), (390, 0, True), (509, 4, True), (510, 0, False), (400, 5, False),
        (None, None, True),
    ):  # fmt: skip
        assert hold(school, minute, day) is holds, (minute, day)
    assert hold(((), 127), 0, 6)


def test_numbers_are_exact():
    for text, value in (
        ("0", 0), ("-0", 0), ("13", 130000000), ("13.0827", 130827000),
        ("-13.08270001", -130827000),
        ("13.08270005", 130827001), ("13.08270015", 130827002), ("90.00000000000001", 900000000),
        ("0.00000004999", 0), ("-0.0000001", -1),
    ):  # fmt: skip
        json = Json(BytesIO(b"[" + text.encode() + b", 1]"), "x")
        assert json.position()[0] == value, text


def test_the_fast_way_and_the_slow_way_read_the_same():
    out = array("i", [0] * 9)
    texts = ("13.0827", "-0.5", "89.99999995", "0", "90", "7.123456789", "-33.86882")
    for first in texts:
        for second in texts + ("100.8833", "-179.9999999", "180", "179.99999996"):
            for gap in ("", " ", "\n  "):
                pair = "[%s%s,%s%s%s]" % (gap, first, gap, second, gap)
                text = "[%s%s,%s%s]" % (pair, gap, gap, pair)
                json = Json(BytesIO(text.encode()), "x")
                slow = Json(BytesIO(pair.encode()), "x").position()
                found = []
                for n in json.positions(out):
                    found += [(out[2 * i], out[2 * i + 1]) for i in range(n)]
                assert found == [slow, slow], text


def test_names_and_tables():
    names = Names()
    for name in ("ab", "b", "abc"):
        names.add(name)
    assert [names.index(name) for name in ("ab", "b", "abc", "a", "bc")] == [0, 1, 2, -1, -1]
    assert [names[i] for i in range(3)] == ["ab", "b", "abc"]
    assert len(Zeros(3)) == 3 and list(Zeros(3)) == [0, 0, 0]
    table = Table(a="B", b="i")
    for _ in range(2):
        table.add(a=1, b=-5)
        table.add(a=255, b=2**31 - 1)
        if not hasattr(table, "a"):
            table.allocate()
    assert (table.n, list(table.a), list(table.b)) == (2, [1, 255], [-5, 2**31 - 1])


def test_a_text_across_two_blocks():
    for pad in range(480, 540):
        json = Json(BytesIO(b" " * pad + b'"a\\"b\\u0e01", 12]'), "x")
        assert json.text(10) == 'a"b\u0e01'


def test_a_text_that_is_not_json_or_utf_8_is_refused():
    for wrong in (b"\\q", b"\\x41", b"\\0", b"\xff", b"\xe0\xb8"):
        try:
            Json(BytesIO(b'"a%sb"' % wrong), "x").text(10)
        except ValueError as error:
            assert "not valid JSON" in str(error)
        else:
            raise AssertionError(wrong)
    assert Json(BytesIO(b'"\\\\q"'), "x").text(10) == "\\q"

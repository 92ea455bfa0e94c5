"""What is JSON for one Python is JSON for the other, and nothing else is."""

import json

from firmware.jsonstrict import NotJson, parse, place

VALID = (
    b'{"v":1,"id":"a1"}',
    b' \t\r\n{ "v" : 1 , "id" : "a" } ',
    b"[]",
    b"{}",
    b'[{}, [], "", 0, -0, 10, -1.5, 1e3, 2.5E-2, 1E+2, true, false, null]',
    b'"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0e01\\u0000"',
    '"ก, é, 😀"'.encode(),
    b"[" * 16 + b"]" * 16,
    b"[99999999999999999999, -99999999999999999999, 0.123456789012345678]",
    b'"\\\\ud800"',  # a backslash, and some letters
)
INVALID = (
    b"",
    b" ",
    b"{",
    b"[",
    b'"',
    b'"a',
    b'"a\\',
    b'"a\\"',
    b'{"v":1',
    b'{"v":1,}',
    b'{"v":1,"id":"a"}}',
    b'{"v":1} x',
    b'{"v":1}\x00',
    b'\x00{"v":1}',
    b'{"v" 1}',
    b'{"v":1 "id":"a"}',
    b'{"v":1,,"id":"a"}',
    b'{"v"}',
    b"{v:1}",
    b"{1:1}",
    b"{'v':1}",
    b'{"a":{"b":1}',
    b'{"a":[1}',
    b"[1 2]",
    b"[1,]",
    b"[,1]",
    b"01",
    b"-01",
    b"-",
    b"+1",
    b".5",
    b"1.",
    b"1.e3",
    b"1e",
    b"1e+",
    b"0x10",
    b"1_000",
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"tru",
    b"True",
    b"nul",
    b"// a\n{}",
    b'"\n"',
    b'"\x1f"',
    b'"\\x41"',
    b'"\\u12"',
    b'"\\u12zz"',
    b'"\\u+123"',
    b'"\\ud800"',
    b'"\\udc00"',
    b'"\\ud800\\u0041"',
    b'"\\ud800\\ud800"',
    b'"\\udc00\\ud800"',
    b'"\\ud83dx\\ude00"',
    b'\xef\xbb\xbf{"v":1}',  # a byte order mark
    b"\xff\xfe{\x00}\x00",  # UTF-16
    b'"\xff"',
    b'"\xc3"',
    b'"\xc0\x80"',
    b'"\xe0\x80\x80"',
    b'"\xed\xa0\x80"',
    b'"\xf0\x80\x80\x80"',
    b'"\xf4\x90\x80\x80"',
    b"[" * 17 + b"]" * 17,
    b"[" * 900,
    b'{"a":' * 200,
)


def is_refused(payload):
    try:
        parse(payload)
    except ValueError:
        return True
    return False


def test_json_is_read_as_json_reads_it():
    for payload in VALID:
        assert parse(payload) == json.loads(payload.decode()), payload


def test_what_is_no_json_is_refused():
    for payload in INVALID:
        assert is_refused(payload), payload


def test_an_escaped_pair_of_surrogates_is_one_character():
    for payload in (b'"\\ud83d\\ude00"', b'"a\\uD83D\\uDE00\\u0e01"'):
        value = parse(payload)
        assert "\U0001f600" in value and len(value) <= 3, payload
        assert value.encode()


def test_whatever_is_cut_off_or_changed_is_refused_or_read_and_never_raises_another_error():
    whole = b'{"v":1,"id":"a\\u0e01","x":[1.5e3,{"y":null}]}'
    for end in range(len(whole)):
        assert is_refused(whole[:end]), whole[:end]
    for at in range(len(whole)):
        for byte in b'\x00 "\\,:{}[]0-e\x80\xed':
            is_refused(whole[:at] + bytes([byte]) + whole[at + 1 :])


PLACES = (
    (b'{\n "a": 1\n "b": 2}', "line 3, column 2: a comma is missing"),
    (b'{"a" 1}', "line 1, column 6: a colon is missing"),
    (b"{\r\n a: 1}", "line 2, column 2: a quotation mark is missing"),
    (b'{"a": 1,}', "line 1, column 9: a quotation mark is missing"),
    (b'{"a": [1,]}', "line 1, column 10: no value"),
    (b'{"a": {"b": 1', "line 1, column 14: the text ends too early"),
    (b"", "line 1, column 1: the text ends too early"),
    (b"{}\n{}", "line 2, column 1: more text after the end"),
    ('{"ก": ก}'.encode(), "line 1, column 7: no value"),
    (b'{"a": 01}', "line 1, column 7: a leading zero"),
    (b'{"a": NaN}', "line 1, column 7: no value"),
    (b'{"a": "\xff"}', "line 1, column 8: this text is not UTF-8"),
    (b'{"a": "\\x"}', "line 1, column 9: an unknown escape"),
    (b'{"a": "\\ud800"}', "line 1, column 8: half a pair of surrogates"),
    (b'{"a": "b\n"}', "line 1, column 9: a text without an end"),
    (b'{"a": 1, "a": 2}', 'line 1, column 10: the name "a" appears twice'),
    (b'{"a": 1, "\\u0061": 2}', 'line 1, column 10: the name "a" appears twice'),
    (b'{"a":\n ' + b"9" * 21 + b"}", "line 2, column 2: a number that is too long"),
    (b"[1, -" + b"9" * 21 + b"]", "line 1, column 6: a number that is too long"),
    (b"9" * 5000, "line 1, column 1: a number that is too long"),
    (b"1e" + b"0" * 5000, "line 1, column 1: a number that is too long"),
    (b"0." + b"0" * 5000, "line 1, column 1: a number that is too long"),
    (b"[" * 17 + b"]" * 17, "line 1, column 17: too many brackets in each other"),
)


def test_an_error_names_line_and_column_alike_on_every_python():
    for payload, wanted in PLACES:
        try:
            parse(payload)
        except NotJson as error:
            assert place(payload, error) == wanted, payload
        else:
            raise AssertionError(payload)


def test_the_same_name_in_two_objects_is_no_fault():
    assert parse(b'{"a": {"b": 1}, "c": {"b": 2}}') == {"a": {"b": 1}, "c": {"b": 2}}

"""What is JSON for one Python is JSON for the other, and nothing else is."""

import json

from firmware.uplink.request import parse

VALID = (
    b'{"v":1,"id":"a1"}',
    b' \t\r\n{ "v" : 1 , "id" : "a" } ',
    b"[]",
    b"{}",
    b'[{}, [], "", 0, -0, 10, -1.5, 1e3, 2.5E-2, 1E+2, true, false, null]',
    b'"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0e01\\u0000"',
    '"ก, é, 😀"'.encode(),
    b"[" * 16 + b"]" * 16,
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

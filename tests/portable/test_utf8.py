"""RFC 3629, byte for byte, the same on both Pythons."""

from firmware.utf8 import is_utf8


def is_whole(data):
    return is_utf8(data, 0, len(data))


def test_the_edges_of_each_length():
    for code in (0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF):
        data = chr(code).encode()
        assert is_whole(data), hex(code)
        assert is_whole(b"a" + data + b"z"), hex(code)
        for end in range(1, len(data)):
            assert not is_whole(data[:end]), hex(code)
            assert not is_whole(data[:end] + b"a"), hex(code)
            assert not is_whole(data[end:]), hex(code)


def test_overlong_forms_surrogates_and_what_lies_beyond_are_none():
    for data in (
        b"\xc0\x80", b"\xc1\xbf", b"\xe0\x80\x80", b"\xe0\x9f\xbf", b"\xf0\x80\x80\x80",
        b"\xf0\x8f\xbf\xbf", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf4\x90\x80\x80",
        b"\xf5\x80\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xfe", b"\xff", b"\x80", b"\xbf",
    ):  # fmt: skip
        assert not is_whole(data), data
        assert not is_whole(b"ok" + data), data


def test_only_the_part_named_counts():
    assert is_utf8(b"\xffok\xff", 1, 3)
    assert not is_utf8(b"\xc3\xa9", 0, 1)
    assert is_utf8(b"", 0, 0)

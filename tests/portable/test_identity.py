"""identity.json: what the bus takes, and a sentence without a secret for what it does not."""

import json
from binascii import b2a_base64

from firmware.config.load import defaults
from firmware.identity import FILE, Identity, identity_of, read

SECRET = "ab" * 32
DER = b2a_base64(b"\x30\x03abc")[:-1].decode()
GIVEN = {
    "v": 1, "fleet": "f", "bus": "b", "serial": "0123456789abcdef", "at": 1795000000,
    "client_id": "f-b-0123456789abcdef", "user": "f/b", "password": "", "mac_key": SECRET,
    "city_keys": ["cd" * 32], "ca": DER, "cert": DER, "key": DER,
}  # fmt: skip


def changed(**changes):
    given = dict(GIVEN)
    given.update(changes)
    return given


def refusal(given):
    try:
        Identity(given)
    except ValueError as error:
        text = str(error)
        assert text.startswith("identity.json: ") and text.endswith("."), text
        assert SECRET not in text and DER not in text, text
        return text
    raise AssertionError(given)


def test_what_make_enrol_writes_is_taken():
    identity = read(json.dumps(GIVEN).encode())
    assert (identity.fleet, identity.bus, identity.at) == ("f", "b", 1795000000)
    assert identity.mac_key == b"\xab" * 32 and identity.city_keys == [b"\xcd" * 32]
    assert identity.ca == identity.cert == identity.key == b"\x30\x03abc"
    assert Identity(changed(cert="", key="", password="secret")).password == "secret"
    assert len(Identity(changed(city_keys=["00" * 32, "11" * 32])).city_keys) == 2


def test_what_later_firmware_adds_is_no_fault():
    assert Identity(changed(more=[1])).bus == "b"


WRONG = {
    "v": (2, True, "1", None),
    "fleet": ("", "a/b", "x" * 33, 5, None),
    "bus": ("", "bus 1", None),
    "serial": ("0123456789ABCDEF", "0123", "0123456789abcdeg", 1, None),
    "at": (0, 1704067199, 3851550848, "1795000000", 1795000000.0, True, None),
    "client_id": ("", "a.b", "x" * 129, 3, None),
    "user": ("f/c", "", None),
    "password": ("x" * 129, 5, None),
    "mac_key": ("ab" * 31, "xy" * 32, "ab" * 33, "AB" * 32, 5, None),
    "city_keys": (["cd" * 32] * 3, "cd" * 32, ["cd"], [5], None),
    "ca": ("!", "MAA", "AAAA", " " + DER, DER + "\n", 5, None),
    "cert": ("x", None, ""),
    "key": ("MA==MA==", None, ""),
}


def test_each_wrong_value_is_named_and_none_is_shown():
    for name in WRONG:
        for value in WRONG[name]:
            given = changed()
            given[name] = value
            assert name in refusal(given), (name, value)
        given = dict(GIVEN)
        del given[name]
        assert name in refusal(given), name
    for given in ([], "x", None, 1):
        try:
            Identity(given)
        except ValueError as error:
            assert "has to be an object" in str(error)
        else:
            raise AssertionError(given)


def test_broken_json_has_line_and_column():
    try:
        read(b'{"v":1,\n "fleet" "f"}')
    except ValueError as error:
        assert str(error) == (
            "identity.json is not valid JSON: line 2, column 10: a colon is missing."
        )
    else:
        raise AssertionError("it was taken")


class Files:
    """The board's, with one file or none."""

    def __init__(self, content=None, refuses=False):
        self._content = content
        self._refuses = refuses

    def has(self, name):
        return name == FILE and (self._content is not None or self._refuses)

    def open(self, name, mode):
        if self._refuses:
            raise OSError(5)
        return _File(self._content)


class _File:
    def __init__(self, content):
        self._content = content
        self.is_closed = False

    def read(self):
        return self._content

    def close(self):
        pass


def of(files, fleet="f", bus="b"):
    config = defaults()
    config.update({"fleet": fleet, "bus": bus})
    identity, errors = identity_of(files, config)
    return identity, [str(error) for error in errors]


def test_a_missing_file_is_no_fault():
    assert of(Files()) == (None, [])


def test_the_file_of_this_bus_is_used():
    identity, errors = of(Files(json.dumps(GIVEN).encode()))
    assert identity.user == "f/b" and not errors


def test_another_buss_file_is_a_fault_and_is_not_used():
    for fleet, bus in (("f", "c"), ("g", "b")):
        identity, errors = of(Files(json.dumps(GIVEN).encode()), fleet, bus)
        assert identity is None
        where = "identity.json is of f/b, but bus.json says %s/%s: this bus does not use it."
        assert errors == [where % (fleet, bus)]


def test_a_file_that_is_broken_or_cannot_be_read_is_a_fault():
    assert of(Files(b"{")) == (
        None,
        ["identity.json is not valid JSON: line 1, column 2: the text ends too early."],
    )
    assert of(Files(refuses=True)) == (None, ["identity.json cannot be read."])
    assert of(Files(b"\xff"))[0] is None

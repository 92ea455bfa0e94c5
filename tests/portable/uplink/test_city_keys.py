"""cmd/city_keys: written into identity.json, whole or not at all."""

import json
from binascii import unhexlify

import signed
from packs import Memory as Files

from firmware.identity import FILE, read
from firmware.uplink.city_keys import CityKeys

NEW = [signed.KEYS[1], signed.KEYS[0]]


def content():
    return json.dumps(
        {
            "v": 1, "fleet": "f", "bus": "b", "serial": "01" * 8, "at": 1767225600,
            "client_id": "c", "user": "f/b", "password": "p\u00e4ss", "mac_key": "5a" * 32,
            "city_keys": signed.KEYS[:1], "ca": "", "cert": "", "key": "",
        }
    ).encode()  # fmt: skip


def board():
    files = Files()
    files.content[FILE] = content()
    identity = read(content())
    return files, identity, CityKeys(identity, files)


def refusal(keys, given):
    try:
        keys.replace(given, "a")
    except ValueError as error:
        return str(error)
    raise AssertionError(given)


def test_new_keys_count_at_once_and_after_a_restart():
    files, identity, keys = board()
    assert keys.update(None) == ()
    assert "8139770e, 8a88e3dd" in keys.replace(NEW, "somchai")
    after = read(files.content[FILE])
    assert identity.city_keys == after.city_keys == [unhexlify(key) for key in NEW]
    assert (after.password, after.at, after.mac_key) == ("p\u00e4ss", 1767225600, b"\x5a" * 32)
    assert sorted(files.content) == [FILE], "nothing is left behind"
    (event,) = keys.update(None)
    assert (event.kind, event.severity) == ("city_keys_changed", "warning")
    assert dict(event.data) == {"keys": ["8139770e", "8a88e3dd"], "by": "somchai"}
    assert keys.update(None) == ()
    assert keys.replace(NEW, "somchai") == "The bus obeys these keys already."
    assert keys.update(None) == ()


def test_what_is_no_key_changes_nothing():
    files, identity, keys = board()
    before = identity.city_keys
    for given in (None, [], 7, "11" * 32, NEW + ["33" * 32], ["11" * 31], ["xx" * 32], [None],
                  {"a": 1}):  # fmt: skip
        assert "city_keys has to be a list of one or two keys" in refusal(keys, given), given
    assert files.content == {FILE: content()} and identity.city_keys == before
    assert keys.update(None) == ()


def test_a_key_under_which_nobody_or_anybody_can_sign_is_refused():
    files, identity, keys = board()
    for given in (
        "02" + "00" * 31,  # no point of the curve
        "ff" * 32,
        "00" * 32,  # order 4
        "01" + "00" * 31,  # order 1
        "ec" + "ff" * 30 + "7f",  # order 2
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",  # order 8
    ):
        told = refusal(keys, [signed.KEYS[0], given])
        assert told == "A key of the city has to be a public key of Ed25519.", given
    assert files.content == {FILE: content()}


def test_a_file_that_cannot_be_read_or_written_leaves_the_keys_as_they_are():
    files, identity, keys = board()
    files.content.clear()
    assert "identity.json" in refusal(keys, NEW)
    files.content[FILE] = b"{"
    assert "identity.json" in refusal(keys, NEW)

    files.content[FILE] = content()

    def refuse(old, new):
        raise OSError(28)

    files.rename = refuse
    assert "identity.json" in refusal(keys, NEW)
    assert read(files.content[FILE]).city_keys == identity.city_keys == read(content()).city_keys
    assert "keeps no files" in refusal(CityKeys(identity, None), NEW)
    assert keys.update(None) == ()

"""P7: a bad request is answered with a sentence and changes nothing."""

import json

from firmware.uplink.commands import answer


def reply(name, payload, bus=None):
    return json.loads(answer(bus, name, payload))


def test_ping():
    assert reply("ping", b'{"v":1,"id":"a1"}') == {
        "v": 1,
        "id": "a1",
        "ok": True,
        "message": "The bus hears you.",
    }


def test_bad_requests_are_answered_with_what_is_wrong():
    for name, payload, request_id, word in (
        ("ping", b"{", None, "JSON"),
        ("ping", b"\xff\xfe", None, "JSON"),
        ("ping", b"", None, "JSON"),
        ("ping", b"[]", None, "object"),
        ("ping", b'{"id":"a"}', None, '"v": 1'),
        ("ping", b'{"v":1}', None, '"id"'),
        ("ping", b'{"v":1,"id":7}', None, '"id"'),
        ("ping", b'{"v":1,"id":"' + b"x" * 65 + b'"}', None, '"id"'),
        ("fly", b'{"v":1,"id":"a"}', "a", "ping"),
    ):
        told = reply(name, payload)
        assert told["ok"] is False, payload
        assert told["id"] == request_id, payload
        assert word in told["message"], told


class Refuses:
    def enter(self, mode):
        raise ValueError("Not while the bus drives.")


def test_a_refusal_is_answered_with_its_reason():
    for name in ("service", "drill", "evacuation"):
        told = reply(name, b'{"v":1,"id":"a"}', Refuses())
        assert (told["ok"], told["message"]) == (False, "Not while the bus drives."), name

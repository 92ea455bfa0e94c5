"""P7: a bad request is answered with a sentence and changes nothing."""

import json

from firmware.uplink.commands import answer
from firmware.utf8 import is_utf8


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
        ("ping", b'{"v":true,"id":"a"}', None, '"v": 1'),
        ("ping", b'{"v":"1","id":"a"}', None, '"v": 1'),
        ("ping", b'{"v":[1],"id":"a"}', None, '"v": 1'),
        ("ping", b'{"v":2,"id":"a"}', None, '"v": 1'),
        ("ping", b'{"v":null,"id":"a"}', None, '"v": 1'),
        ("ping", b'{"v":1.5,"id":"a"}', None, '"v": 1'),
        ("ping", b'"v"', None, "object"),
        ("ping", b"1", None, "object"),
        ("ping", b"true", None, "object"),
        ("ping", b"null", None, "object"),
        ("ping", b'{"v":1,"id":7}', None, '"id"'),
        ("ping", b'{"v":1,"id":true}', None, '"id"'),
        ("ping", b'{"v":1,"id":null}', None, '"id"'),
        ("ping", b'{"v":1,"id":["a"]}', None, '"id"'),
        ("ping", b'{"v":1,"id":{"a":1}}', None, '"id"'),
        ("ping", b'{"v":1,"id":""}', None, '"id"'),
        ("ping", b'{"v":1,"id":"\\ud800"}', None, "JSON"),
        ("ping", b'{"v":1,"id":"\\udfff\\ud800"}', None, "JSON"),
        ("ping", b'{"v":1,"id":"\xed\xa0\x80"}', None, "JSON"),
        ("ping", b'{"v" 1 "id" "a"}', None, "JSON"),
        ("ping", b'{"v":1,"id":"a"', None, "JSON"),
        ("ping", b"[" * 980, None, "JSON"),
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


def test_any_character_of_an_id_comes_back():
    for sent, request_id in (
        (b"\\u0e01", "\u0e01"),
        (b"\\ud83d\\ude00", "\U0001f600"),
        ("\U0001f600".encode(), "\U0001f600"),
        (b'\\u0000\\u001f\\"', '\x00\x1f"'),
        ("\U0001f600".encode() * 64, "\U0001f600" * 64),
    ):
        payload = answer(None, "ping", b'{"v":1,"id":"' + sent + b'"}')
        assert is_utf8(payload, 0, len(payload))
        told = json.loads(payload.decode())
        assert told["ok"] and told["id"] == request_id, payload


def test_what_a_bus_does_not_know_in_a_request_does_no_harm():
    assert reply("ping", b'{"v":1.0,"id":"a","new":[1e3,{"x":null}]}')["ok"]


class Asked:
    """A bus that was asked for something."""

    def __getattr__(self, name):
        raise AssertionError(name + " was asked of the bus")


def test_a_retained_command_is_refused_and_never_done():
    for name in ("ping", "service", "drill", "evacuation", "normal", "policy", "fly"):
        told = json.loads(answer(Asked(), name, b'{"v":1,"id":"a"}', True))
        assert (told["id"], told["ok"]) == ("a", False), name
        assert "retained" in told["message"]


class Bus:
    """Grants what it is asked for."""

    class snapshot:
        utc_ms = 1795388400000

    class out_of_service:
        @staticmethod
        def grant(seats, days, utc_ms):
            if seats != [7]:
                raise ValueError("Not these.")
            return "%s %d %d" % (seats, days, utc_ms)


def test_seats_are_taken_out_of_service():
    told = reply("out_of_service", b'{"v":1,"id":"a","seats":[7],"days":3}', Bus())
    assert (told["ok"], told["message"]) == (True, "[7] 3 1795388400000")
    for payload in (b'{"v":1,"id":"a","days":3}', b'{"v":1,"id":"a","seats":[8],"days":3}'):
        told = reply("out_of_service", payload, Bus())
        assert (told["ok"], told["message"]) == (False, "Not these.")

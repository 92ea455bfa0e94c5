"""P7: a bad request is answered with a sentence and changes nothing."""

import json

import signed
from parts import Nvs, snapshot

from firmware.gap import Gap
from firmware.memory import Memory
from firmware.policy.store import Forged
from firmware.uplink.authority import Authority
from firmware.uplink.commands import COMMANDS, answer
from firmware.uplink.inbox import LATER
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


BY = b'{"v":1,"id":"a","by":"somchai"'


class Obeys:
    """An Authority for which every command is the city's."""

    def examines(self, name, payload):
        return False

    def allows(self, name, request, payload, utc_ms, is_known):
        return True


class Clock:
    is_told = True

    @staticmethod
    def utc_ms(now_ms):
        return signed.NOW_MS


class Refuses:
    authority = Obeys()
    earliest = Clock

    class snapshot:
        utc_ms = None
        now_ms = 0

    def enter(self, mode, by):
        assert by == "somchai"
        raise ValueError("Not while the bus drives.")


def test_a_refusal_is_answered_with_its_reason():
    for name in ("service", "drill", "evacuation"):
        told = reply(name, BY + b"}", Refuses())
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


def test_what_costs_much_to_read_is_not_read():
    """Anybody who may publish can send it, and a tick waits meanwhile."""
    head = b'{"v":1,"id":"a","z":'
    for name, payload in (
        ("ping", head + b'"' + b"x" * 330 + b'"}'),
        ("ping", head + b"[" + b",".join([b"1"] * 40) + b"]}"),
        ("drill", head + b"[" + b",".join([b"1"] * 40) + b"]}"),
        ("part", head + b"[" + b",".join([b"1"] * 40) + b"]}"),
        ("part", head + b"[" + b"[],[]," * 20 + b"1]}"),
        ("part", head + b"{" + b",".join([b'"%d":1' % n for n in range(40)]) + b"}}"),
        ("drill", head + b'"' + b"\\n" * 40 + b'"}'),
        ("part", head + b'"' + b"\\u0e01" * 40 + b'"}'),
    ):
        told = reply(name, payload, Enrolled())
        assert not told["ok"] and "longer" in told["message"], payload
    bus = Enrolled()
    data = b'"data":"' + b'[{\\"a\\":1},' * 40 + b'"}'
    assert bus.hears("part", b'{"v":1,"id":"a","part":1,' + data) == (True, "Here."), "a text may"


def test_what_a_bus_does_not_know_in_a_request_does_no_harm():
    assert reply("ping", b'{"v":1.0,"id":"a","new":[1e3,{"x":null}]}')["ok"]


class Asked:
    """A bus that was asked for something."""

    authority = Authority(signed.identity(), Memory(Nvs({})))

    def __getattr__(self, name):
        raise AssertionError(name + " was asked of the bus")


def test_a_retained_command_is_refused_and_never_done():
    for name in ("ping", "service", "drill", "evacuation", "normal", "policy", "part", "fly"):
        told = json.loads(answer(Asked(), name, b'{"v":1,"id":"a"}', True))
        assert (told["id"], told["ok"]) == ("a", False), name
        assert "retained" in told["message"]


class Bus:
    """Grants what it is asked for."""

    authority = Obeys()
    earliest = Clock

    class snapshot:
        utc_ms = 1795388400000
        now_ms = 0

    class out_of_service:
        @staticmethod
        def grant(seats, days, utc_ms, by):
            assert by == "somchai"
            if seats != [7]:
                raise ValueError("Not these.")
            return "%s %d %d" % (seats, days, utc_ms)


def test_seats_are_taken_out_of_service():
    told = reply("out_of_service", BY + b',"seats":[7],"days":3}', Bus())
    assert (told["ok"], told["message"]) == (True, "[7] 3 1795388400000")
    for payload in (BY + b',"days":3}', BY + b',"seats":[8],"days":3}'):
        told = reply("out_of_service", payload, Bus())
        assert (told["ok"], told["message"]) == (False, "Not these.")


class Enrolled:
    """Does whatever the city has signed, and notes who asked."""

    is_coming = False

    def __init__(self, keys=1):
        self.authority = Authority(signed.identity(keys), Memory(Nvs({})))
        self.snapshot, self.earliest, self.gap = snapshot(), Clock, Gap()
        self.done = []
        self.modes = self.policy = self.city_keys = self.updates = self

    def take_piece(self, request):
        return None

    def enter(self, mode, by):
        self.done.append((mode, by))

    def leave(self, by):
        self.done.append(("normal", by))

    def take_offer(self, request):
        self.done.append((request["sha256"][:8], request["by"]))
        return "Offered."

    def take_part(self, request):
        if request["part"] == 2:
            raise Forged("Begin again.")
        self.done.append(("part", request["part"]))
        return "Here."

    def replace(self, keys, by):
        self.done.append((keys, by))
        return "Known."

    def hears(self, name, payload):
        """-> (ok, sentence)"""
        self.gap.look(0, 0, True)
        told = answer(self, name, payload)
        while self.authority.turn():
            self.gap.look(0, 0, True)
            assert told is LATER
            if self.authority.is_examining:
                assert answer(self, name, payload) is LATER
        told = json.loads(answer(self, name, payload) if told is LATER else told)
        return told["ok"], told["message"]


def test_a_forged_part_is_an_event():
    bus = Enrolled()
    for _ in range(3):
        assert bus.hears("part", b'{"v":1,"id":"a","part":2}') == (False, "Begin again.")
    (event,) = bus.authority.update(bus.snapshot)
    assert dict(event.data) == {"reason": "forged_part", "command": "part", "count": 3}


def test_only_what_the_city_signed_is_done_and_only_once():
    bus = Enrolled()
    for name, payload in (
        ("normal", signed.NORMAL_5), ("drill", signed.DRILL_6), ("policy", signed.OFFER_11),
        ("city_keys", signed.KEYS_12),
    ):  # fmt: skip
        assert bus.hears(name, payload)[0], name
        ok, text = bus.hears(name, payload)
        assert not ok and "may have done it" in text, name
    assert bus.done == [
        ("normal", "somchai"),
        ("drill", "สมชาย"),
        ("2c26b46b", "somchai"),
        (signed.KEYS, "somchai"),
    ]


def test_without_a_signature_only_a_ping_is_done_and_a_part_of_what_was_signed():
    bus = Enrolled()
    for name in sorted(COMMANDS):
        if name != "piece":
            ok, text = bus.hears(name, b'{"v":1,"id":"a","part":1}')
            assert ok == (name in ("ping", "part")), (name, text)
    assert answer(bus, "piece", b'{"v":1,"id":"a"}') is None, "one that fits is not answered"
    assert bus.done == [("part", 1)]
    assert bus.hears("normal", signed.NORMAL_FORGED) == (False, "The signature is not the city's.")
    assert bus.hears("drill", signed.NORMAL_5) == (False, "The signature is not the city's.")
    assert len(bus.done) == 1


def test_a_refusal_of_the_bus_uses_the_number_up():
    """Else a command that was refused while the bus drove could be played again once it stands."""
    bus = Enrolled()

    def refuse(by):
        raise ValueError("Not now.")

    bus.leave = refuse
    assert bus.hears("normal", signed.NORMAL_5) == (False, "Not now.")
    assert "may have done it" in bus.hears("normal", signed.NORMAL_5)[1]

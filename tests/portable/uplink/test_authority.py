"""What a command needs to be obeyed, and what the city hears of those that were not."""

import json

import signed
from parts import Nvs, snapshot

from firmware import ed25519
from firmware.jsonstrict import parse
from firmware.memory import Memory
from firmware.uplink.authority import Authority
from firmware.uplink.numbers import Numbers

MINUTE = 60000


class PowerCut(Exception):
    pass


class Cut(Nvs):
    """The power goes after so many writes."""

    left = 100

    def set(self, name, value):
        if self.left == 0:
            raise PowerCut
        self.left -= 1
        Nvs.set(self, name, value)


class Watch:
    def __init__(self, identity=None, nvs=None):
        self.nvs = nvs or Nvs({})
        self.identity = identity
        self.authority = Authority(identity, Memory(self.nvs))
        self.s = snapshot()
        self.slices = 0

    def hears(self, payload, name="normal", utc_ms=signed.NOW_MS, is_known=False):
        """-> "" if the bus does it, else the sentence of its reply."""
        request = parse(payload)
        try:
            if self.authority.allows(name, request, payload, utc_ms, is_known):
                return ""
            while self.authority.is_examining:
                assert self.authority.examines(name, payload)
                assert not self.authority.examines(name, payload + b" ")
                assert not self.authority.examines("another", payload)
                assert self.authority.turn()
                self.slices += 1
            assert self.authority.allows(name, request, payload, utc_ms, is_known)
            return ""
        except ValueError as error:
            return str(error)

    def told(self, ms=0):
        """-> [(severity, data)] of the events after so long."""
        self.s.now_ms += ms
        return [(event.severity, dict(event.data)) for event in self.authority.update(self.s)]

    @property
    def last(self):
        return self.nvs.get("command_n")


def city_bus(**more):
    return Watch(signed.identity(**more))


def one(reason, severity="warning", count=1, command="normal"):
    return [(severity, {"reason": reason, "command": command, "count": count})]


def test_what_the_city_signed_is_done_once_and_its_number_is_kept_before():
    watch = city_bus()
    assert not watch.authority.turn(), "nothing is examined"
    assert watch.hears(signed.NORMAL_5) == ""
    assert watch.last == 5 and watch.slices > 300
    assert watch.hears(signed.DRILL_6, "drill") == "", "a command for the whole fleet, in Thai"
    assert watch.last == 6
    assert watch.told() == []


def test_a_command_waits_while_memory_is_short_and_is_examined_anew():
    watch = city_bus()
    request = parse(signed.NORMAL_5)

    def asked():
        return watch.authority.allows("normal", request, signed.NORMAL_5, signed.NOW_MS)

    def full(*given):
        raise MemoryError()

    real = ed25519.verify
    ed25519.verify = full
    try:
        assert not asked()
        while watch.authority.is_examining:
            watch.authority.turn()
        assert watch.last is None and watch.told() == [], "it is neither done nor refused"
        for _ in range(2):
            assert not asked()
            while watch.authority.is_examining:
                watch.authority.turn()
        try:
            asked()
            refused = ""
        except ValueError as error:
            refused = str(error)
        assert "no memory" in refused and watch.last is None, "it may be sent again"
    finally:
        ed25519.verify = real
    assert watch.hears(signed.NORMAL_5) == "" and watch.last == 5


def test_a_number_that_was_used_is_refused_at_once_and_after_a_restart():
    watch = city_bus()
    assert watch.hears(signed.SEATS_10, "out_of_service") == ""
    slices = watch.slices
    for again in (watch, Watch(signed.identity(), watch.nvs)):
        assert "greater than 10" in again.hears(signed.NORMAL_5), "an older one that never came"
        assert again.told() == one("number")
        # Power went between the number and the reply: nobody knows whether it was done.
        assert "may have done it" in again.hears(signed.SEATS_10, "out_of_service")
        assert again.told() == one("repeated", "info", command="out_of_service")
    assert (watch.last, watch.slices) == (10, slices), "no signature was verified for that"


def test_another_bus_another_fleet_and_this_one():
    assert "f/c" in city_bus().hears(signed.NORMAL_OF_C)
    assert city_bus(bus="c").hears(signed.NORMAL_OF_C) == ""
    assert "This command is for f" in city_bus(fleet="g").hears(signed.DRILL_6, "drill")
    watch = city_bus()
    watch.hears(signed.NORMAL_OF_C)
    assert watch.told() == one("other_bus") and watch.last is None


def test_an_end_that_has_passed():
    watch = city_bus()
    assert watch.hears(signed.NORMAL_LATE) == "This command has expired."
    assert watch.told() == one("expired", "info")
    assert watch.last is None
    assert watch.hears(signed.NORMAL_LATE, utc_ms=signed.NOW_MS - 1) == "", "to the second"


def test_a_signature_of_somebody_else_is_refused_and_uses_no_number():
    watch = city_bus()
    assert watch.hears(signed.NORMAL_FORGED) == "The signature is not the city's."
    assert watch.told() == one("signature") and watch.last is None
    assert watch.hears(signed.NORMAL_5) == ""


def test_while_a_key_is_replaced_either_counts():
    watch = city_bus(keys=2)
    assert watch.hears(signed.NORMAL_5) == ""
    assert watch.hears(signed.NORMAL_FORGED) == "", "by the second key"


def test_every_byte_and_the_name_are_signed():
    for changed in (
        signed.NORMAL_5.replace(b'"n":5', b'"n":6'),
        signed.NORMAL_5.replace(b"somchai", b"somchay"),
        signed.NORMAL_5.replace(b'"id":"a"', b'"id":"b"'),
        signed.NORMAL_5.replace(b'"v":1', b'"v": 1'),
        signed.NORMAL_5.replace(b"2147483647", b"2147483648"),
        signed.NORMAL_5.replace(b'"f/b"', b'"f"'),
    ):
        assert city_bus().hears(changed) == "The signature is not the city's.", changed
    assert city_bus().hears(signed.NORMAL_5, "drill") == "The signature is not the city's."


def test_a_form_that_is_not_right_names_its_member():
    tail = signed.NORMAL_5[-96:]
    for member, head in (
        ("for", b'"n":5,"until":1,"by":"a"'),
        ("for", b'"for":7,"n":5,"until":1,"by":"a"'),
        ("n", b'"for":"f","until":1,"by":"a"'),
        ("n", b'"for":"f","n":true,"until":1,"by":"a"'),
        ("n", b'"for":"f","n":5.0,"until":1,"by":"a"'),
        ("n", b'"for":"f","n":0,"until":1,"by":"a"'),
        ("n", b'"for":"f","n":2147483648,"until":1,"by":"a"'),
        ("until", b'"for":"f","n":5,"by":"a"'),
        ("until", b'"for":"f","n":5,"until":null,"by":"a"'),
        ("until", b'"for":"f","n":5,"until":-1,"by":"a"'),
        ("by", b'"for":"f","n":5,"until":1'),
        ("by", b'"for":"f","n":5,"until":1,"by":""'),
        ("by", b'"for":"f","n":5,"until":1,"by":"' + b"x" * 65 + b'"'),
    ):
        watch = city_bus()
        payload = b'{"v":1,"id":"a",' + head + tail
        assert ('"%s"' % member) in watch.hears(payload), payload
        assert watch.told() == one("form") and watch.slices == 0


def test_a_signature_has_one_form():
    good = signed.NORMAL_5
    text = good[-88:-2]
    for payload in (
        b'{"v":1,"id":"a","for":"f/b","n":5,"until":2147483647,"by":"somchai"}',
        good[:-2] + b'" }',
        good[:-2] + b'=="}',
        good.replace(b'"sig":"', b'"sig": "'),
        good.replace(text, text[:-1]),
        good.replace(text, text[:-1] + b"_"),
        good.replace(text, text[:40] + b" " + text[41:]),
        # The last character has four bits that mean nothing: they have to be 0.
        good.replace(text, text[:-1] + b"h"),
    ):
        assert '"sig"' in city_bus().hears(payload), payload


def test_without_a_key_of_the_city_nothing_is_obeyed():
    watch = Watch(None)
    assert "no key of the city" in watch.hears(signed.NORMAL_5)
    assert watch.told() == one("no_key")


def test_another_command_takes_the_place_of_one_whose_connection_broke():
    watch = city_bus()
    request = parse(signed.NORMAL_5)
    assert not watch.authority.allows("normal", request, signed.NORMAL_5, signed.NOW_MS)
    for _ in range(200):
        watch.authority.turn()
    assert watch.hears(signed.DRILL_6, "drill") == ""
    assert (watch.last, watch.authority.is_examining) == (6, False)
    assert watch.hears(signed.NORMAL_FORGED) != "", "no answer is left over for another command"


def begun(watch):
    """NORMAL_5 has been verified, and not been done yet."""
    request = parse(signed.NORMAL_5)
    assert not watch.authority.allows("normal", request, signed.NORMAL_5, signed.NOW_MS)
    while watch.authority.turn():
        pass


def test_what_was_found_right_is_right_for_no_other_name():
    """Whoever holds the broker breaks the connection after the verification, and hands the same
    bytes over on another topic."""
    for is_over in (True, False):
        watch = city_bus()
        begun(watch)
        if not is_over:
            request = parse(signed.NORMAL_5)
            assert not watch.authority.allows("drill", request, signed.NORMAL_5, signed.NOW_MS)
        assert watch.hears(signed.NORMAL_5, "service") == "The signature is not the city's."
        assert watch.last is None
        assert watch.hears(signed.NORMAL_5) == ""


def test_a_key_that_the_city_took_back_meanwhile_counts_no_more():
    watch = city_bus()
    begun(watch)
    watch.identity.city_keys = signed.identity(keys=2).city_keys[1:]
    assert watch.hears(signed.NORMAL_5) == "The signature is not the city's."
    assert watch.hears(signed.NORMAL_FORGED) == "", "of the key that counts now"


def test_a_flood_of_refusals_is_one_event_in_ten_minutes_and_loses_none():
    watch = city_bus()
    assert watch.told() == []
    for _ in range(500):
        watch.hears(signed.NORMAL_OF_C)
    assert watch.told() == one("other_bus", count=500)
    told = []
    for _ in range(19):
        for _ in range(100):
            watch.hears(signed.NORMAL_OF_C)
        told += watch.told(MINUTE)
    assert told == one("other_bus", count=1000)
    watch.hears(signed.NORMAL_LATE)
    assert watch.told() == one("expired", "info"), "another reason is told at once"
    assert watch.told(MINUTE) == one("other_bus", count=900)
    assert watch.told(11 * MINUTE) == []


def test_what_the_memory_refuses_to_keep_counts_until_the_next_start():
    watch = city_bus()

    def refuse(name, value):
        raise OSError(5)

    watch.nvs.set = refuse
    assert watch.hears(signed.NORMAL_5) == ""
    assert "number 5" in watch.hears(signed.NORMAL_5)


# NORMAL_FORGED, number 9, is of the second key.


def test_a_number_belongs_to_its_key():
    """Whoever has stolen one key cannot use up the numbers of the key that replaces it."""
    first = city_bus()
    assert first.hears(signed.SEATS_10, "out_of_service") == ""
    both = Watch(signed.identity(keys=2), first.nvs)
    assert both.hears(signed.NORMAL_FORGED) == ""
    assert "may have done it" in both.hears(signed.NORMAL_FORGED)
    assert "may have done it" in both.hears(signed.SEATS_10, "out_of_service")
    slices = both.slices
    assert "greater than 9" in both.hears(signed.NORMAL_5) and both.slices == slices
    assert [reason["reason"] for _, reason in both.told()].count("number") == 1
    assert both.hears(signed.OFFER_11, "policy") == ""


def test_of_two_keys_each_remembers_its_own_number_through_every_change():
    keys = [bytes([n]) * 32 for n in range(1, 4)]
    numbers = Numbers(Memory(Nvs({})))
    numbers.keep(keys[0], 2147483647, keys[:1])
    numbers.keep(keys[1], 7, keys[:2])
    assert [numbers.last(key) for key in keys] == [2147483647, 7, 0]
    numbers.keep(keys[2], 8, keys[1:])
    assert [numbers.last(key) for key in keys] == [0, 7, 8], "the first counts no more"
    numbers.keep(keys[1], 9, keys[1:])
    assert [numbers.last(key) for key in keys[1:]] == [9, 8]


def test_a_power_cut_while_a_number_is_kept_forgets_no_number_of_a_key_that_counts():
    keys = [bytes([n]) * 32 for n in range(1, 4)]
    for writes in range(3):
        nvs = Cut({})
        numbers = Numbers(Memory(nvs))
        numbers.keep(keys[0], 2147483647, keys[:1])
        numbers.keep(keys[1], 7, keys[:2])
        nvs.left = writes
        try:
            numbers.keep(keys[2], 8, keys[1:])
        except PowerCut:
            pass
        after = Numbers(Memory(nvs))
        assert after.last(keys[1]) == 7
        assert after.last(keys[2]) == (8 if writes == 2 else 0), "the command was not done"


def test_a_number_that_the_clock_has_not_reached_is_refused_where_the_time_is_known():
    at_s, year_s = 1704067200, 31622400
    assert city_bus().hears(signed.NORMAL_5, utc_ms=0, is_known=True) == "", "a wrong, early date"
    payload = signed.NORMAL_5.replace(b'"n":5', b'"n":%d' % (signed.NOW_S - at_s + year_s))
    assert "not the city's" in city_bus().hears(payload, is_known=True), "the last that counts"
    payload = signed.NORMAL_5.replace(b'"n":5', b'"n":%d' % (signed.NOW_S - at_s + year_s + 1))
    assert "at most 122943600" in city_bus().hears(payload, is_known=True)
    assert "not the city's" in city_bus().hears(payload), "who knows"


def test_the_vectors_are_whole():
    for name in signed.ASKED:
        assert json.loads(getattr(signed, name))["by"], name

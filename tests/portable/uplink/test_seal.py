"""The seal of every message: HMAC-SHA256 by RFC 4231, and what the city can rely on."""

import json
from binascii import unhexlify

from lines import Line, packets, puback
from uplinks import Bench

from firmware.identity import Identity
from firmware.journal.journal import ALARM
from firmware.messages import position
from firmware.uplink import seal
from firmware.uplink.seal import Hmac, Seal

KEY = bytes(range(32))
NAMES = {"status": "online", "state": "next_s", "event": "seq", "track": "d", "reply": "ok"}

RFC_4231 = (  # test cases 1 to 7: key, data, the digest (of case 5 its first 16 bytes)
    (b"\x0b" * 20, b"Hi There",
     b"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?",
     b"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50,
     b"773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (bytes(range(1, 26)), b"\xcd" * 50,
     b"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    (b"\x0c" * 20, b"Test With Truncation", b"a3b6167473100ee06e0c796c2955552b"),
    (b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First",
     b"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    (b"\xaa" * 131, b"This is a test using a larger than block-size key and a larger than "
     b"block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
     b"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
)  # fmt: skip


def identity(**changed):
    given = {
        "v": 1, "fleet": "f", "bus": "b", "serial": "00" * 8, "at": 1795000000,
        "client_id": "f-b-secret", "user": "f/b", "password": "", "mac_key": KEY.hex(),
        "city_keys": ["11" * 32], "ca": "", "cert": "", "key": "",
    }  # fmt: skip
    given.update(changed)
    return Identity(given)


def test_the_vectors_of_rfc_4231():
    for key, data, digest in RFC_4231:
        digest = unhexlify(digest)
        assert Hmac(key).digest(data)[: len(digest)] == digest
        assert Hmac(key).digest(data[:3], b"", data[3:])[: len(digest)] == digest


def test_a_key_of_just_a_block_and_of_a_byte_more():
    assert Hmac(bytes(64)).digest(b"x") == Hmac(b"").digest(b"x")
    assert Hmac(bytes(65)).digest(b"x") != Hmac(bytes(64)).digest(b"x")


def is_sealed(topic, payload, key=KEY):
    """As a reader of the city does it (docs/mqtt.md)."""
    return Seal(key).sealed(topic, payload[:-21] + b"}") == payload


def test_a_seal_adds_20_bytes_and_stands_for_topic_content_and_key():
    payload = b'{"v":1,"id":"7f21","ok":true,"message":"The bus hears you."}'
    sealed = Seal(KEY).sealed(b"schoolbus/f/b/reply", payload)
    assert len(sealed) == len(payload) + seal.BYTES == len(payload) + 20
    assert sealed[:-21] + b"}" == payload and len(json.loads(sealed)["mac"]) == 11
    assert is_sealed(b"schoolbus/f/b/reply", sealed)
    assert not is_sealed(b"schoolbus/f/a/reply", sealed)
    assert not is_sealed(b"schoolbus/f/b/reply", sealed.replace(b"true", b"fals"))
    assert not is_sealed(b"schoolbus/f/b/reply", sealed, bytes(32))


def test_the_end_of_a_topic_is_part_of_what_is_sealed():
    assert Seal(KEY).sealed(b"a", b'b{"v":1}')[-21:] != Seal(KEY).sealed(b"ab", b'{"v":1}')[-21:]


def sent(line):
    """[(topic, payload)] of each PUBLISH."""
    found = []
    for first, body in packets(line.sent):
        if first & 0xF0 == 0x30:
            end = 2 + (body[0] << 8 | body[1])
            found.append((body[2:end], body[end + 2 :]))
    return found


def ping(line):
    topic, payload = b"schoolbus/f/b/cmd/ping", b'{"v":1,"id":"1"}'
    body = bytes((0, len(topic))) + topic + b"\x00\x09" + payload
    line.arrived += bytes((0x32, len(body))) + body


def test_every_message_of_a_bus_with_an_identity_is_sealed():
    line = Line()
    line.acks = True
    bench = Bench(line, identity=identity())
    bench.uplink.on_command = lambda name, payload, is_retained: b'{"v":1,"id":"1","ok":true}'
    bench.event()
    for _ in range(200):
        bench.position()
    bench.run(2000)
    ping(line)
    bench.uplink.offer("state", b'{"v":1,"next_s":10}')
    bench.run(62000)
    names = set()
    for topic, payload in sent(line):
        names.add(topic.decode().split("/")[-1])
        assert is_sealed(topic, payload), payload
        assert len(payload) <= 1000
    assert names == set(NAMES)
    rows = [json.loads(m[1])["n"] for m in sent(line) if m[0].endswith(b"track")]
    assert max(rows) >= 80, "a batch is as full as one without a seal, but for two rows"


def test_the_will_is_sealed_and_tells_the_start():
    bench = Bench(Line(), identity=identity(), boot=17)
    connect = bench.uplink._link._connect
    assert connect._client_id == b"f-b-secret"
    assert connect._will[:-21] == b'{"v":1,"online":false,"boot":17'
    assert is_sealed(b"schoolbus/f/b/status", connect._will)
    plain = Bench(Line()).uplink._link._connect
    assert plain._client_id == b"f-b" and plain._will == b'{"v":1,"online":false,"boot":0}'


def test_what_is_sent_again_after_a_break_has_the_same_seal():
    first, second = Line(), Line()
    second.acks = True
    bench = Bench(first, second, identity=identity())
    bench.event(ALARM)
    for _ in range(5):
        bench.position()
    bench.run(500)
    first.arrived += puback(1)  # the status
    bench.run(2000)
    first.ended = True
    bench.run(10000)
    before = [m for m in sent(first) if not m[0].endswith(b"status")]
    after = [m for m in sent(second) if not m[0].endswith(b"status")]
    assert len(before) == 2 and after == before


def test_without_an_identity_there_is_no_seal():
    line = Line()
    line.acks = True
    bench = Bench(line)
    bench.event()
    bench.run(2000)
    assert sent(line) and not [m for m in sent(line) if b'"mac"' in m[1]]


def test_a_window_counts_the_seal():
    line = Line()
    bench = Bench(line, identity=identity())
    bench.run(1000)
    topic, payload = sent(line)[0]
    assert bench.uplink._window.slots[0].size == len(topic) + len(payload) + 7


def test_the_longest_batch_of_positions_has_1000_bytes_with_its_seal():
    batch = Bench(Line(), identity=identity()).uplink._backlog._batch
    seq = 4294967000
    record = position(4294967295, -900000000, -1800000000, None, None)
    while batch.add(seq + batch.n, record):
        pass
    sealed = Seal(KEY).sealed(b"schoolbus/f/b/track", batch.message("9f3a21c4"))
    assert 1000 - 14 < len(sealed) <= 1000

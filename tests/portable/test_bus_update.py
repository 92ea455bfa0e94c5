"""A whole bus takes an update over its connection; the officer's command does not wait for it."""

import json
from binascii import b2a_base64

import small_release
from bus_bench import MINUTE
from flash_files import Files, Start, running_a
from lines import Line, packets
from update_bench import Radio, Restarted
from watched import Watched

from drivers.board.slots import Slots
from firmware.memory import Memory
from firmware.trip.sleep import ASLEEP

NAMES = {"fleet": "F" * 32, "bus": "b" * 32}  # the longest


def fit(parts):
    content = running_a()
    content["release.pub"] = small_release.KEY.encode()
    content["a/program.pack"] = small_release.pack(0)
    parts.files = Files(content)
    parts.slots = Slots(parts.files, Memory(Start()))
    parts.board_name, parts.mpy = small_release.BOARD, small_release.MPY
    parts.radio.name = Radio.name


class Updated(Watched):
    """A city answers each `fetch`, once it is allowed to."""

    answers = True

    def __init__(self):
        super().__init__(fit, **NAMES)
        self.parts.radio._thing.name = Radio.name
        self._read = self._packet_id = 0
        self.next_line = Line()
        self.next_line.acks = True
        self.parts.dialer._thing._answers.append(self.next_line)
        self.longest = 0

    def reset(self):
        raise Restarted

    def between(self):
        while self._read < len(self.line.sent):
            ((first, body),) = packets(self.line.sent[self._read :])[:1]
            self._read += 2 + len(body) + (len(body) > 127)
            if first & 0xF0 == 0x30:
                end = 2 + (body[0] << 8 | body[1])
                told = json.loads(body[end + 2 :])
                if body[2:end].decode().endswith("/fetch") and told["state"] == "fetching":
                    self.told = told
                    if self.answers:
                        self.piece(told)

    def piece(self, told):
        at = told["at"]
        data = small_release.image()[at : at + told["bytes"]]
        text = b2a_base64(data)[:-1].decode()
        self.publish("piece", '{"v":1,"id":"%s","at":%d,"data":"%s"}' % (told["release"], at, text))

    def publish(self, name, text):
        self._packet_id += 1
        topic = ("schoolbus/%s/%s/cmd/%s" % (NAMES["fleet"], NAMES["bus"], name)).encode()
        body = len(topic).to_bytes(2, "big") + topic + self._packet_id.to_bytes(2, "big")
        body += text.encode()
        head = bytes([0x32, len(body) & 0x7F | 0x80, len(body) >> 7])
        if len(body) < 128:
            head = bytes([0x32, len(body)])
        self.longest = max(self.longest, len(head + body))
        self.line.arrived += head + body

    def offered(self):
        return self.bus.updates.take_offer(small_release.offer())

    def restarts(self, ms):
        try:
            self.waits(ms)
        except Restarted:
            return True
        return False

    def kept(self):
        return self.parts.files.content


def test_a_whole_bus_is_updated():
    bus = Updated()
    bus.waits(5000)
    bus.offered()
    assert bus.restarts(60000)
    assert bus.kept()["slot"] == b"b"
    assert bus.kept()["b/program.pack"] == small_release.pack(1)
    assert 900 < bus.longest <= 1024
    told = [event["data"]["what"] for event in bus.heard("/event") if event["kind"] == "update"]
    assert told == ["taken", "ready", "changing"], "the city has them before the restart"


def test_an_officer_is_answered_at_once_though_pieces_come():
    bus = Updated()
    bus.waits(5000)
    bus.answers = False
    bus.offered()
    bus.waits(3000)
    for _ in range(20):
        bus.piece(bus.told)
    bus.publish("ping", '{"v":1,"id":"officer"}')
    bus.waits(1000)
    replies = [reply["id"] for reply in bus.heard("/reply")]
    assert replies[-1] == "officer" and replies.count(small_release.short()) == 1


def test_no_piece_is_asked_for_while_an_alarm_waits():
    bus = Updated()
    bus.waits(5000)
    for on in (True, False):
        bus.parts.sos_button.on = on
        bus.waits(3000)
    bus.offered()
    bus.waits(10000)
    assert bus.bus.recorder.has_alarm and bus.heard("/fetch") == []
    for on in (True, False):
        bus.parts.sos_button.on = on
        bus.waits(3000)
    assert bus.heard("/fetch"), "the call was taken back"


def test_a_bus_stays_awake_for_pieces_and_sleeps_without():
    bus = Updated()
    bus.waits(5000)
    bus.answers = False
    bus.offered()
    for _ in range(12):
        bus.waits(MINUTE)
        bus.piece(bus.told)
        bus.waits(1000)
        assert bus.bus.sleeping.state != ASLEEP
    bus.waits(20 * MINUTE)
    assert bus.bus.sleeping.state == ASLEEP, "the city does not answer any more"
    bus.line, bus._read, bus.answers = bus.next_line, 0, True
    assert bus.restarts(16 * MINUTE), "it wakes to report, and then the city answers"
    assert bus.kept()["slot"] == b"b"

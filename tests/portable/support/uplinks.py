"""An uplink on lines in memory, and what it has sent."""

import json

from lines import BROKER, Dialer, Radio, packets
from nor import Flash, journal

from firmware import messages
from firmware.config.load import defaults
from firmware.journal.journal import ALARM, KIND_EVENT, KIND_POSITION, TRACK
from firmware.uplink.uplink import Uplink


class Bench:
    def __init__(self, *lines, identity=None, boot=0, **broker):
        config = defaults()
        config["fleet"] = "f"
        config["bus"] = "b"
        config["broker"] = dict(BROKER)
        config["broker"].update(broker)
        config["identity"] = identity
        self._config = config
        self._boot = boot
        self._dialer = Dialer(*lines)
        self.flash = Flash(32)
        self.radio = Radio()
        self.now_ms = 0
        self.reboot()

    def reboot(self):
        self.journal = journal(self.flash)
        self.uplink = Uplink(
            self._config, self.journal, self.radio, self._dialer, lambda: b'{"v":1}', self._boot
        )

    def run(self, ms=1000):
        for _ in range(ms // 100):
            self.now_ms += 100
            while self.uplink.turn(self.now_ms):
                pass

    def position(self):
        n = self.journal.next_seq
        self.journal.append(TRACK, KIND_POSITION, messages.position(1000 + n, n, -n, None, None))

    def event(self, lane=ALARM, more=0):
        """more: bytes longer."""
        return self.journal.append(lane, KIND_EVENT, b'"kind":"x' + b"x" * more + b'"}')


def published(line):
    """[(topic's last level, packet id, payload as read, first byte)]"""
    found = []
    for first, body in packets(line.sent):
        if first & 0xF0 == 0x30:
            end = 2 + (body[0] << 8 | body[1])
            name = body[2:end].decode().split("/")[-1]
            number = body[end] << 8 | body[end + 1]
            found.append((name, number, json.loads(body[end + 2 :]), first))
    return found


def names(line):
    return [name for name, _, _, _ in published(line)]

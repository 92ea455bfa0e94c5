"""Runs inside the MicroPython VM: micropython tests/support/vm_uplink.py PORT [CA [HOST]]

The uplink with umqtt.simple, the real dialer and real sockets drains a backlog to the
broker on PORT of 127.0.0.1; with CA, a file, in TLS to HOST. Prints what it did; exit
status 1 if not all was acknowledged.
"""

import ssl
import sys
from time import ticks_diff, ticks_ms  # type: ignore[attr-defined]

sys.path.append("tests/portable/support")

from lines import Radio
from nor import Flash, journal

from drivers.radio.dial import Dialer
from firmware import messages
from firmware.config.load import defaults
from firmware.journal.journal import ALARM, KIND_EVENT, KIND_POSITION, TRACK
from firmware.uplink.uplink import Uplink

sys.modules["ussl"] = ssl  # umqtt.simple 1.3.4 calls it so; the one on the board does not
EVENTS = 50
POSITIONS = 500


def run(port, ca="", host="localhost"):
    config = defaults()
    config.update({"fleet": "laemchabang", "bus": "bus-1"})
    config["broker"].update({"host": "127.0.0.1", "port": port})
    if ca:
        config["broker"].update({"host": host, "tls": True, "ca": ca})
    book = journal(Flash(32), 8)
    for _ in range(EVENTS):
        book.append(ALARM, KIND_EVENT, b'"kind":"x"}')
    for n in range(POSITIONS):
        book.append(TRACK, KIND_POSITION, messages.position(1000 + n, 130827000, n, 11500, 183))
    uplink = Uplink(config, book, Radio(), Dialer(), lambda: b'{"v":1,"online":true}')
    start_ms = ticks_ms()
    now_ms = 0
    while book.backlog(ALARM) + book.backlog(TRACK) and now_ms < (6000 if ca else 20000):
        now_ms = ticks_diff(ticks_ms(), start_ms)
        uplink.turn(now_ms)
    left = book.backlog(ALARM) + book.backlog(TRACK)
    print(
        "left",
        left,
        "sent",
        uplink.outgoing.sent,
        "resent",
        uplink.outgoing.resent,
        "failure",
        uplink.failure,
    )
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(run(int(sys.argv[1]), *sys.argv[2:4]))

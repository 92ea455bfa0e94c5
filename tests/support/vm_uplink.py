"""Runs inside the MicroPython VM: micropython tests/support/vm_uplink.py PORT [IDENTITY HOST]

The uplink with umqtt.simple, the real dialer and real sockets drains a backlog to the broker on
PORT of 127.0.0.1; with IDENTITY, a file with identity.json or null, in TLS to HOST. Prints what it
did as JSON; exit status 1 if not all was acknowledged.
"""

import json
import ssl
import sys
from time import ticks_diff, ticks_ms, time  # type: ignore[attr-defined]

sys.path.append("tests/portable/support")

from lines import Radio
from nor import Flash, journal

from drivers.radio import dial
from firmware import messages
from firmware.config.load import defaults
from firmware.identity import Identity
from firmware.journal.journal import ALARM, KIND_EVENT, KIND_POSITION, TRACK
from firmware.uplink.uplink import Uplink

sys.modules["ussl"] = ssl  # umqtt.simple 1.3.4 calls it so; the one on the board does not
_stack_size = dial._stack_size
dial._stack_size = lambda size: _stack_size(size * 32)  # the resolver of this computer takes more
EVENTS = 50
POSITIONS = 500


def run(port, path="", host="127.0.0.1"):
    config = defaults()
    config.update({"fleet": "laemchabang", "bus": "bus-1"})
    config["broker"].update({"host": host, "port": port, "tls": bool(path)})
    if path:
        with open(path) as file:
            given = json.load(file)
        config["identity"] = given and Identity(given)
    book = journal(Flash(32), 8)
    for _ in range(EVENTS):
        book.append(ALARM, KIND_EVENT, b'"kind":"x"}')
    for n in range(POSITIONS):
        book.append(TRACK, KIND_POSITION, messages.position(1000 + n, 130827000, n, 11500, 183))
    status = b'{"v":1,"online":true}'
    uplink = Uplink(
        config, book, Radio(), dial.Dialer(), lambda: status, 0, lambda now_ms: time() * 1000
    )
    start_ms = ticks_ms()
    now_ms = 0
    while book.backlog(ALARM) + book.backlog(TRACK) and now_ms < 20000:
        now_ms = ticks_diff(ticks_ms(), start_ms)
        uplink.turn(now_ms)
        if path and uplink.attempts_failed:
            break
    left = book.backlog(ALARM) + book.backlog(TRACK)
    out = uplink.outgoing
    told = {"left": left, "acked": out.acked, "sent": out.sent, "resent": out.resent}
    told["failure"] = uplink.failure
    print(json.dumps(told))
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(run(int(sys.argv[1]), *sys.argv[2:4]))

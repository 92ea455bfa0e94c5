"""Runs in the MicroPython VM: what a seal costs, beside one SHA-256 of the same bytes.

Prints the bytes of the message, us of a seal, us of the SHA-256, bytes allocated by a seal.
"""

import gc
import time
from hashlib import sha256

from firmware.uplink.seal import Seal

TOPIC = b"schoolbus/laemchabang/bus-07/event"
SIZES = (300, 450, 980)  # a state, an event, a track message
ROUNDS = 2000
SEAL = Seal(bytes(range(32)))


def plain(topic, payload):
    return sha256(payload).digest()


def us(call, payload):
    took = 0
    for _ in range(ROUNDS):
        began = time.ticks_us()  # type: ignore[attr-defined]
        call(TOPIC, payload)
        took += time.ticks_diff(time.ticks_us(), began)  # type: ignore[attr-defined]
    return took / ROUNDS


def allocated(payload):
    gc.collect()
    before = gc.mem_alloc()  # type: ignore[attr-defined]
    SEAL.sealed(TOPIC, payload)
    return gc.mem_alloc() - before  # type: ignore[attr-defined]


for size in SIZES:
    message = b"{" + b"x" * (size - 2) + b"}"
    print(size, us(SEAL.sealed, message), us(plain, message), allocated(message))

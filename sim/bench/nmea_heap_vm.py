"""Runs inside a MicroPython VM: nmea_heap_vm.py FILE

Prints the bytes that our reader allocates for each kind of sentence in FILE, and for all.
"""

import gc
import sys

from firmware.gnss.nmea import Nmea

_ROUNDS = 20


def heap(lines):
    """Bytes allocated a sentence, once the reader has made what it makes once."""
    reader = Nmea()
    for line in lines[:100]:
        reader.feed(line, len(line))
    sentences = reader.sentences
    gc.disable()
    used = gc.mem_alloc()  # type: ignore[attr-defined]
    for _ in range(_ROUNDS):
        for line in lines:
            reader.feed(line, len(line))
    used = gc.mem_alloc() - used  # type: ignore[attr-defined]
    return used // (reader.sentences - sentences)


with open(sys.argv[1], "rb") as file:
    log = [bytearray(line) for line in file.read().split(b"\n") if line]
found: dict = {}
for sentence in log:
    kind = bytes(sentence[3:6]).decode()
    found.setdefault(kind, []).append(sentence)
words = [f"{kind} {heap(found[kind])}" for kind in sorted(found)]
print(", ".join(words + [f"all {heap(log)}"]))

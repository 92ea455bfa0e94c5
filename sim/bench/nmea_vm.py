"""Runs inside the MicroPython VM: micropython nmea_vm.py FILE

Prints for our reader, then for the naive one: name, sentences/s, bytes allocated a sentence.
"""

import gc
import sys
import time

from naive_nmea import NaiveNmea  # type: ignore[import-not-found]  # beside this file

from firmware.gnss.nmea import Nmea

_PIECE = 512  # what Bus reads at once
_ROUNDS = 7
_MEASURED = 20000  # bytes for the heap, which is not collected meanwhile


def feed(reader, data, end):
    at = 0
    view = memoryview(data)
    while at < end:
        piece = view[at : at + _PIECE]
        reader.feed(piece, len(piece))
        at += _PIECE


def speed(make, data):
    """Sentences a second, once through the log."""
    reader = make()
    gc.collect()
    start = time.ticks_us()  # type: ignore[attr-defined]
    feed(reader, data, len(data))
    return reader.sentences * 1e6 / (time.ticks_us() - start)  # type: ignore[attr-defined]


def heap(make, data):
    """Bytes allocated a sentence, but for those of the pieces."""
    reader = make()
    feed(reader, data, _MEASURED)  # whatever it makes once, it has made
    before = reader.sentences
    pieces = [memoryview(data)[at : at + _PIECE] for at in range(0, _MEASURED, _PIECE)]
    gc.collect()
    gc.disable()
    used = gc.mem_alloc()  # type: ignore[attr-defined]
    for piece in pieces:
        reader.feed(piece, _PIECE)
    used = gc.mem_alloc() - used  # type: ignore[attr-defined]
    gc.enable()
    return used / (reader.sentences - before)


with open(sys.argv[1], "rb") as file:
    log = bytearray(file.read())
# In turn, so that a computer that is busy for a moment slows down both; the middle ratio.
speeds = [(speed(Nmea, log), speed(NaiveNmea, log)) for _ in range(_ROUNDS)]
speeds.sort(key=lambda pair: pair[0] / pair[1])
ours, naive = speeds[_ROUNDS // 2]
print("ours", int(ours), int(heap(Nmea, log)))
print("naive", int(naive), int(heap(NaiveNmea, log)))

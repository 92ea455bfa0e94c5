"""Runs in the MicroPython VM: loads a policy in a heap with room, but only in holes of 1 KB.

micropython vm_fragmented.py POLICY
"""

import gc
import io
import sys

from firmware.policy.loading import load
from firmware.policy.pack import step

_HOLE = 1024

with open(sys.argv[1], "rb") as file:
    pack = io.BytesIO(file.read())


class Pack:
    """Opened more than once, and made before the heap is in pieces."""

    def read(self, n):
        return pack.read(n)

    def readinto(self, buf):
        return pack.readinto(buf)

    def close(self):
        pack.seek(0)


_pack = Pack()
# MicroPython keeps each letter that it has seen as a name; a bus has seen them in bus.json.
for _ in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_":
    pass
gc.collect()
blocks = [None] * 4000
try:
    for at in range(len(blocks)):
        blocks[at] = bytearray(_HOLE)
except MemoryError:
    pass
small = None
try:
    while True:
        small = [small, bytearray(1)]  # what is left beside them
except MemoryError:
    pass
for at in range(0, len(blocks), 2):
    blocks[at] = None
gc.collect()
print("room", gc.mem_free())
try:
    bytearray(2 * _HOLE)
    print("not in pieces")
except MemoryError:
    print("in pieces")
loading, policy = load(lambda: _pack, "bus-01"), None
while policy is None:
    policy = step(loading)
print("loaded", policy.zones.n, policy.corner_n)

"""How a pack becomes a Policy. Imported while one is read (store.py); it leaves the heap after it.

`load` reads the JSON pack (docs/policy.md) three times, value by value: first it checks
everything and counts, then it stores all but the corners, and at last these, as each counts from
the bounds of its area. So every array is made once, in its right size and not above 1 KB, and no
step needs much memory or time.
"""

from binascii import hexlify
from hashlib import sha256

from firmware.policy.grid import Grid
from firmware.policy.jsontext import Json
from firmware.policy.pack import Policy
from firmware.policy.reader import read


def check(open_pack, bus):
    """Generator, a step at a time: reads the pack once -> Policy that has only counted.

    open_pack() -> file in binary mode. bus: str, the bus whose routes count.
    Raises PolicyError that names the place.
    """
    policy = Policy()
    yield from _pass(open_pack, policy, bus)
    return policy


def load(open_pack, bus):
    """Generator, a step at a time: checks the pack, then reads it twice more -> Policy, ready."""
    policy = yield from check(open_pack, bus)
    policy.allocate()
    yield from _pass(open_pack, policy, bus)
    policy.allocate_corners()
    yield from _pass(open_pack, policy, bus)
    policy.grid = Grid(policy)
    yield from policy.grid.fill()
    return policy


def _pass(open_pack, policy, bus):
    digest = sha256()
    file = open_pack()
    try:
        json = Json(file, "policy", digest)
        yield from read(json, policy, bus)
        json.end()
    finally:
        file.close()
    policy.sha256 = hexlify(digest.digest()).decode()
    policy.hash = policy.sha256[:8]

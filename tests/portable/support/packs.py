"""Policy packs as text, and the messages that bring them."""

import json
from binascii import hexlify
from hashlib import sha256
from io import BytesIO

from firmware.policy.loading import load
from firmware.policy.pack import step

BUS = "bus-01"

PACK = """{
 "v": 1, "version": %d, "name": "test \\u0e01", "utc_offset_min": 420,
 "rules": {"overspeed_kmh": 75, "left_behind_profile": "japan", "disabled": ["belt_off"]},
 "stops": [
  {"id": "a", "name": "A", "at": [13.08, 100.88]},
  {"id": "b", "at": [13.09, 100.88], "radius_m": 80},
  {"id": "school", "at": [13.10, 100.88], "radius_m": 60}],
 "schools": [{"stop": "school", "hours": ["06:30-08:30", "14:30-17:00"], "days": [1, 2, 3, 4, 5]}],
 "zones": [
  {"id": "z1", "kind": "school", "limit_kmh": 30, "school": "school",
   "polygon": [[13.099, 100.879], [13.101, 100.879], [13.101, 100.881], [13.099, 100.881]]},
  {"id": "z2", "kind": "flood", "circle": {"at": [13.085, 100.89], "radius_m": 300}},
  {"id": "z3", "kind": "closed", "days": [7], "polygon": [[13.0, 100.8], [13.01, 100.8], [13.0, 100.81]]},
  {"id": "z4", "kind": "speed", "limit_kmh": 40, "hours": ["22:00-24:00"],
   "circle": {"at": [13.12, 100.88], "radius_m": 100}}],
 "roads": [
  {"id": "r1", "class": "town", "line": [[13.07, 100.88], [13.11, 100.88]]},
  {"id": "r2", "class": "rural", "limit_kmh": 65, "width_m": 40, "line": [[13.09, 100.87], [13.09, 100.9]]}],
 "routes": [
  {"id": "other", "stops": ["b"], "buses": ["bus-99"]},
  {"id": "in", "stops": ["a", "b", "school"], "hours": ["05:30-09:00"], "buses": ["bus-01"],
   "line": [[13.07, 100.88], [13.11, 100.88]]},
  {"id": "out", "stops": ["school", "b", "a"], "hours": ["14:00-18:00"]}]
}"""  # noqa: E501


_LAT, _LON = 130000000, 1009000000
_NORTH_M, _EAST_M = 90.4, 92.2  # 1e-7 degree a metre there


def at(north_m, east_m):
    """-> (lat_e7, lon_e7), so many metres north and east of a place."""
    return _LAT + round(north_m * _NORTH_M), _LON + round(east_m * _EAST_M)


def place(north_m, east_m):
    """The same, as a pack has it."""
    return "[%d.%07d,%d.%07d]" % (
        divmod(at(north_m, east_m)[0], 10000000) + divmod(at(north_m, east_m)[1], 10000000)
    )


def complete(generator):
    """All steps of a check or of loading at once -> the Policy."""
    policy = None
    while policy is None:
        policy = step(generator)
    return policy


def loaded(text=None, bus=BUS):
    """str -> Policy."""
    data = (PACK % 1 if text is None else text).encode()
    return complete(load(lambda: BytesIO(data), bus))


def digest(text):
    return hexlify(sha256(text.encode()).digest()).decode()


def requests(text, size=300):
    """The requests of cmd/part, as commands.py hands them on."""
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return [
        {
            "v": 1,
            "id": "p-%d" % (number + 1),
            "part": number + 1,
            "parts": len(pieces),
            "sha256": digest(text),
            "data": piece,
        }
        for number, piece in enumerate(pieces)
    ]


def offered(store, text, size=300):
    """Offers the pack with cmd/policy -> the requests of its parts."""
    parts = requests(text, size)
    offer = {"v": 1, "id": "p-0", "by": "somchai", "sha256": digest(text), "parts": len(parts)}
    told = store.take_offer(json.loads(json.dumps(offer)))
    assert digest(text)[:8] in told or "being checked" in told, told
    return parts


def deliver(store, text):
    """-> the last answer: (request id, ok, sentence)."""
    for request in offered(store, text):
        told = store.take_part(json.loads(json.dumps(request)))
    if told is not None:
        return request["id"], True, told
    done = None
    while done is None:
        done = store.turn()
    return done


class Memory:
    """Files in memory, with the methods of drivers/board/files.py."""

    def __init__(self):
        self.content = {}
        self.broken = False

    def open(self, name, mode):
        if self.broken or (mode == "rb" and name not in self.content):
            raise OSError(28)
        return _File(self, name, mode)

    def rename(self, old, new):
        if self.broken:
            raise OSError(5)
        self.content[new] = self.content.pop(old)

    def has(self, name):
        return name in self.content


class _File:
    """What is written is there once it is closed, as on littlefs."""

    def __init__(self, files, name, mode):
        self._files, self._name, self._at = files, name, 0
        self._content = files.content
        self._written = b""
        if mode == "wb":
            self._content[name] = b""

    def read(self, n=1 << 20):
        piece = self._content[self._name][self._at : self._at + n]
        self._at += len(piece)
        return piece

    def write(self, data):
        if self._files.broken:
            raise OSError(28)
        self._written += data

    def close(self):
        if self._files.broken:
            raise OSError(5)
        if self._written:
            self._content[self._name] += self._written

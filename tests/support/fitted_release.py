"""A release of the whole program, from a folder, with the names of small_release.py.

The folder has old/ and new/, each with the files of a set (sim/program/release.py).
"""

from binascii import hexlify
from hashlib import sha256

FILES = ("parts", "main.py", "packed.mpy", "program.pack")


class FittedRelease:
    KEY = "00" * 32  # signatures are believed here
    BOARD = "devkit_wrover"
    MPY = 6 | 3 << 8 | 2 << 10  # x64
    TURNS = 20000

    def __init__(self, folder):
        self._sets = [_read(folder + "/" + name) for name in ("old", "new")]
        new = self._sets[1]
        self.MAIN, self.PACKED = new["main.py"], new["packed.mpy"]
        self._manifest = new["manifest.json"]
        self.SIGNED = {"NEW": self._manifest[-88:-2].decode()}
        self._image = self._manifest + b"".join([new[name] for name in FILES])

    def pack(self, version):
        return self._sets[version]["program.pack"]

    def table(self, version):
        return self._sets[version]["parts"]

    def signed(self, name="NEW"):
        return self._manifest

    def image(self, name="NEW"):
        return self._image

    def offer(self, name="NEW", until=2000000000):
        digest = hexlify(sha256(self._manifest).digest()).decode()
        return {"id": "r", "manifest": digest, "bytes": len(self._manifest), "until": until}

    def short(self, name="NEW"):
        return self.offer()["manifest"][:16]


def _read(folder):
    found = {}
    for name in FILES + ("manifest.json",):
        with open(folder + "/" + name, "rb") as file:
            found[name] = file.read()
    return found

"""The two code slots of a board, as the running program sees them: docs/boot.md.

An update fills the slot that does not run. boot.py chooses the slot at each start; both go by the
same files, and by the numbers of the NVS namespace `start`.
"""

from binascii import hexlify
from hashlib import sha256

from micropython import const

from firmware.replace import replace_file

MANIFEST = "manifest.json"  # a slot is whole once this file stands in it
SIGNED = "signed"  # the release's manifest, as the city has published it
PROVEN = "proven"
_SIGNED_MAX = const(1000)  # bytes of a release's manifest
_SHORT = const(16)
_WHY = (None, "crashed", "not_sensing", "no_broker", "hung")


class Slots:
    """running, idle: "a" or "b"; both "" if the code stands at the root: no update is possible.
    release: 16 hex digits of the release that runs; None: `make deploy` has sent other code.

    Methods that touch files raise OSError. The names that they take are of the idle slot.
    """

    def __init__(self, files, memory):
        """files: Files of the root. memory: Memory of the namespace `start`."""
        self._files = files
        self._memory = memory
        self.running = self._chosen()
        self.idle = {"a": "b", "b": "a"}.get(self.running, "")
        self.release = self._release()

    @property
    def is_trial(self):
        """bool: the running code is new, and boot.py goes back unless it proves itself.

        If the power fails before the changeover is done, the old code finds the number too.
        """
        return bool(self._memory.get("trial")) and not self.is_proven

    @property
    def is_proven(self):
        return self._files.has(self.running + "/" + PROVEN)

    @property
    def came_back(self):
        """-> str, why boot.py left the new code for this one; None: it did not."""
        back = self._memory.get("back") or 0
        return _WHY[back] if 0 <= back < len(_WHY) else _WHY[-1]

    def forget_return(self):
        """The city will hear of it."""
        self._memory.set("back", 0)

    def give_up(self, why):
        """At the next start boot.py goes back from the running code, which is on trial. why: one
        of those of came_back."""
        self._memory.set("back", _WHY.index(why))

    def prove(self):
        """The running code stays. Its mark comes before the end of the trial, else boot.py would
        go back; and before both nothing says any more that it is given up."""
        if self._memory.get("back"):
            self._memory.set("back", 0)
        if not self.is_proven:
            self._files.open(self.running + "/" + PROVEN, "wb").close()
        self._memory.set("trial", 0)

    def open_running(self, name):
        """-> a file of the running slot, to read its bytes."""
        return self._files.open(self.running + "/" + name, "rb")

    def open(self, name, mode):
        return self._files.open(self.idle + "/" + name, mode)

    def size(self, name):
        """int, bytes; -1: there is no such file."""
        path = self.idle + "/" + name
        return self._files.size(path) if self._files.has(path) else -1

    def remove(self, name):
        """A file that is not there is no error."""
        path = self.idle + "/" + name
        if self._files.has(path):
            self._files.remove(path)

    def rename(self, old, new):
        self._files.rename(self.idle + "/" + old, self.idle + "/" + new)

    def ensure(self):
        """Makes the folder of the idle slot if it is not there."""
        self._files.ensure(self.idle)

    def take_over(self):
        """From the next start on the idle slot runs, on trial. OSError: the old one stays.

        That start is not counted as a crash.
        """
        memory = self._memory
        for name, value in (("trial", 1), ("back", 0), ("resets", -1), ("dips", 0),
                            ("minutes", 0), ("how", 0)):  # fmt: skip
            memory.set(name, value)
        if not memory.is_kept:
            raise OSError(5)
        replace_file(self._files, "slot.new", "slot", self.idle.encode())

    def _release(self):
        try:
            file = self.open_running(SIGNED)
            try:
                return hexlify(sha256(file.read(_SIGNED_MAX)).digest())[:_SHORT].decode()
            finally:
                file.close()
        except OSError:
            return None

    def _chosen(self):
        """As boot.py chooses it."""
        named = ""
        try:
            file = self._files.open("slot", "rb")
            try:
                named = file.read(8).decode().strip()
            finally:
                file.close()
        except (OSError, ValueError):
            return ""
        for slot in (named, "a", "b"):
            if slot in ("a", "b") and self._is_whole(slot):
                return slot
        return ""

    def _is_whole(self, slot):
        return self._files.has(slot + "/" + MANIFEST) and self._files.has(slot + "/main.py")

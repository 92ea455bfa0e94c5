"""Files of a board in memory, for updates: the power fails at any operation, and NVS beside them.

littlefs keeps the old content of a file until it is closed, and then has the new one. A file that
was added to may end anywhere in what was added; this fake can do that too (`keeps`).
"""

from io import BytesIO

from parts import Nvs

from drivers.board.slots import Slots
from firmware.memory import Memory


class Off(BaseException):
    """The power has failed."""


class Files:
    """As drivers/board/files.py. content: name -> bytes; it outlives the power.

    fails_at: the operation, counted from 1, that is not done; None: none. keeps: share of what a
    closing file was given that is there after it, in eighths; 8 is all of it.
    """

    def __init__(self, content=None):
        self.content = {} if content is None else content
        self.folders = []
        self.operations = 0
        self.fails_at = None
        self.keeps = 0
        self.error = None  # an errno that every write raises
        self.rots = {}  # name -> how often it is still read with another first byte

    def open(self, name, mode):
        if mode == "rb":
            if name not in self.content:
                raise OSError(2)
            content = self.content[name]
            if self.rots.get(name):
                self.rots[name] -= 1
                content = b"?" + content[1:]
            return BytesIO(content)
        if mode == "r+b" and name not in self.content:
            raise OSError(2)
        if self.error is not None:
            raise OSError(self.error)
        return Written(self, name, mode)

    def rename(self, old, new):
        if old not in self.content:
            raise OSError(2)
        self.works()
        self.content[new] = self.content.pop(old)

    def remove(self, name):
        if name not in self.content:
            raise OSError(2)
        self.works()
        del self.content[name]

    def size(self, name):
        if name not in self.content:
            raise OSError(2)
        return len(self.content[name])

    def ensure(self, name):
        if name not in self.folders:
            self.folders.append(name)

    def has(self, name):
        return name in self.content

    def works(self):
        """One more operation that changes the flash."""
        self.operations += 1
        if self.operations == self.fails_at:
            raise Off


class Written:
    """A file open to be written."""

    def __init__(self, files, name, mode):
        self._files = files
        self._name = name
        self._old = b"" if mode == "wb" else files.content.get(name, b"")
        self._new = bytearray(self._old)
        self._at = len(self._new) if mode == "ab" else 0

    def seek(self, at):
        assert at <= len(self._new), "a hole in a file"
        self._at = at
        return at

    def write(self, data):
        if self._files.error is not None:
            raise OSError(self._files.error)
        self._new[self._at : self._at + len(data)] = bytes(data)
        self._at += len(data)
        return len(data)

    def close(self):
        files, new = self._files, bytes(self._new)
        try:
            files.works()
        except Off:
            more = len(new) - len(self._old)
            if more > 0 and new.startswith(self._old) and files.keeps:
                files.content[self._name] = new[: len(self._old) + more * files.keeps // 8]
            raise
        files.content[self._name] = new


class Start(Nvs):
    """The NVS namespace `start`, on which the power can fail too."""

    files = None

    def set(self, name, value):
        if self.files is not None:
            self.files.works()
        Nvs.set(self, name, value)


def running_a(**more):
    """-> content of a board that runs in slot a, proven; more: files of that slot."""
    content = {"slot": b"a", "a/main.py": b"run()", "a/manifest.json": b"{}", "a/proven": b""}
    for name, data in more.items():
        content["a/" + name] = data
    return content


def slots(content, nvs=None):
    return Slots(Files(content), Memory(Start() if nvs is None else nvs))

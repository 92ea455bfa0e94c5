"""The board's files in memory: they outlive power cuts, as on littlefs.

A rename is whole. What is written is kept when the file is flushed or closed; a power cut before
leaves the file as it was. A folder has to be made before a file is opened in it.
"""

from __future__ import annotations

import errno
import io


class Files:
    """As drivers/board/files.py. `content`: path from the root, without its first slash -> bytes,
    what has been kept."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.folders = {""}
        self._power_cuts = 0

    def open(self, name: str, mode: str) -> io.BytesIO:
        if mode not in ("rb", "wb", "ab", "r+b"):
            raise ValueError(f"mode {mode!r}")
        if mode in ("rb", "r+b") and name not in self.content:
            raise _missing(name)
        if mode == "rb":
            return io.BytesIO(self.content[name])
        if name.rpartition("/")[0] not in self.folders:
            raise _missing(name)
        before = b"" if mode == "wb" else self.content.get(name, b"")
        return _Written(self, name, before, 0 if mode == "r+b" else len(before))

    def rename(self, old: str, new: str) -> None:
        if old not in self.content or new.rpartition("/")[0] not in self.folders:
            raise _missing(old)
        self.content[new] = self.content.pop(old)

    def has(self, name: str) -> bool:
        return name in self.content

    def size(self, name: str) -> int:
        if name not in self.content:
            raise _missing(name)
        return len(self.content[name])

    def remove(self, name: str) -> None:
        if self.content.pop(name, None) is None:
            raise _missing(name)

    def ensure(self, name: str) -> None:
        """Nothing happens if it is there."""
        self.folders.add(name)

    def put(self, folder: str, files: dict[str, bytes]) -> None:
        """As a cable puts them there: the folder too."""
        self.folders.add(folder)
        self.content.update({f"{folder}/{name}": content for name, content in files.items()})

    def power_cut(self) -> None:
        """What was open is as it was when it was last kept."""
        self._power_cuts += 1

    @property
    def power_cuts(self) -> int:
        return self._power_cuts


class _Written(io.BytesIO):
    def __init__(self, files: Files, name: str, before: bytes, at: int):
        super().__init__()
        self._files = files
        self._name = name
        self._power_cuts = files.power_cuts
        self.write(before)
        self.seek(at)
        if not files.has(name):  # it has its name at once; old content stays until it is kept
            self.flush()

    def flush(self) -> None:
        if self._power_cuts == self._files.power_cuts:
            self._files.content[self._name] = self.getvalue()

    def close(self) -> None:
        if not self.closed:
            self.flush()
        super().close()


def _missing(name: str) -> OSError:
    return OSError(errno.ENOENT, "ENOENT", name)

"""The board's files in memory: they outlive power cuts. A rename is whole, as on littlefs."""

from __future__ import annotations

import io


class Files:
    """As drivers/board/files.py. `content`: name -> bytes, what has been closed."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}

    def open(self, name: str, mode: str) -> io.BytesIO:
        if mode == "rb":
            if name not in self.content:
                raise FileNotFoundError(name)
            return io.BytesIO(self.content[name])
        return _Written(self.content, name, self.content.get(name, b"") if mode == "ab" else b"")

    def rename(self, old: str, new: str) -> None:
        if old not in self.content:
            raise FileNotFoundError(old)
        self.content[new] = self.content.pop(old)

    def has(self, name: str) -> bool:
        return name in self.content


class _Written(io.BytesIO):
    """Kept when it is closed."""

    def __init__(self, content: dict[str, bytes], name: str, before: bytes):
        super().__init__()
        self._content = content
        self._name = name
        self.write(before)

    def close(self) -> None:
        if not self.closed:
            self._content[self._name] = self.getvalue()
        super().close()

"""A code slot as `make deploy` fills it: main.py, the loader, and all other modules in one file.

drivers/board/packed.py is the loader, and describes the file.
"""

from __future__ import annotations

import struct
from binascii import crc32

PACK = "program.pack"
"""Name of the file in a slot; main.py knows it too."""
_LOADER = "drivers/board/packed.mpy"
_HEAD = struct.Struct("<4sIII")
_MAGIC = b"BGP1"


def slot(code: dict[str, bytes]) -> dict[str, bytes]:
    """What build() has made -> {path in the slot: content}. The loader stands beside main.py,
    because it has to be imported before the pack is mounted."""
    modules = {path: data for path, data in code.items() if path not in ("main.py", _LOADER)}
    return {"main.py": code["main.py"], "packed.mpy": code[_LOADER], PACK: pack(modules)}


def pack(modules: dict[str, bytes]) -> bytes:
    """{path: content} -> the file."""
    index, content = "", b""
    for path, data in sorted(modules.items()):
        index += f"{len(content)} {len(data)} {path}\n"
        content += data
    text = index.encode()
    whole = _HEAD.size + len(text) + len(content)
    return _HEAD.pack(_MAGIC, len(text), whole, crc32(text)) + text + content


def parts(data: bytes) -> list[bytes]:
    """A pack -> its head with the index, and its modules, in their order. Another file is one
    part."""
    if not data.startswith(_MAGIC):
        return [data]
    start = _HEAD.size + _HEAD.unpack_from(data)[1]
    lines = data[_HEAD.size : start].decode().splitlines()
    found = [data[:start]]
    for line in lines:
        offset, length, _ = line.split(" ")
        found.append(data[start + int(offset) : start + int(offset) + int(length)])
    return found

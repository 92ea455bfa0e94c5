"""NVS on the image: numbers and blobs that survive resets and power cuts.

Two sectors of the partition in turn, each with the whole of it as JSON behind a length and a
CRC; the newest that is whole counts. ESP-IDF lays it out otherwise: only esp32.NVS reads it.
"""

from __future__ import annotations

import json
import struct
import zlib

from sim.virtual.image import FlashImage
from sim.virtual.partitions import partition
from sim.wires.flash import SECTOR
from sim.wires.nvs import ESP_ERR_NVS_NOT_FOUND

_HEAD = struct.Struct("<III")  # number of this state, length, CRC-32


class ImageNvs:
    """Names are namespace, NUL, key. What was not committed is lost with the power."""

    def __init__(self, image: FlashImage):
        self._image = image
        self._first = partition("nvs").offset // SECTOR
        self._number = 0
        self._kept: dict[str, str] = {}
        for block in (self._first, self._first + 1):
            self._read(block)
        self._now = dict(self._kept)

    def _read(self, block: int) -> None:
        sector = self._image.data[block * SECTOR : (block + 1) * SECTOR]
        number, length, crc = _HEAD.unpack_from(sector)
        text = bytes(sector[_HEAD.size : _HEAD.size + length])
        if zlib.crc32(text) == crc and self._number < number < 0xFFFFFFFF:
            self._number, self._kept = number, json.loads(text)

    def get(self, name: str) -> bytes:
        """OSError(ESP_ERR_NVS_NOT_FOUND)"""
        if name not in self._now:
            raise OSError(ESP_ERR_NVS_NOT_FOUND, "ESP_ERR_NVS_NOT_FOUND")
        return bytes.fromhex(self._now[name])

    def set(self, name: str, value: bytes) -> None:
        self._now[name] = value.hex()

    def erase(self, name: str) -> None:
        self.get(name)
        del self._now[name]

    def commit(self) -> None:
        """OSError(ESP_ERR_NVS_NOT_ENOUGH_SPACE)"""
        if self._now == self._kept:
            return
        text = json.dumps(self._now).encode()
        if len(text) > SECTOR - _HEAD.size:
            raise OSError(-0x1105, "ESP_ERR_NVS_NOT_ENOUGH_SPACE")
        number = self._number + 1
        block = self._first + number % 2
        self._image.ioctl(6, block)
        self._image.writeblocks(block, _HEAD.pack(number, len(text), zlib.crc32(text)) + text, 0)
        self._number, self._kept = number, dict(self._now)

    def power_cut(self) -> None:
        self._now = dict(self._kept)

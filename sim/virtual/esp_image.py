"""A file in the form of MicroPython's firmware for the ESP32, without a program in it.

Boot loader and application are small images that esptool makes, with checksum and SHA-256, at
the places where MicroPython's file has them, beside its default partition table. It stands in
where MicroPython's own file is not available.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from esptool.bin_image import ELFSection, ESP32FirmwareImage
from mp_image_tool_esp32.partition_table import PartitionTable

_BOOTLOADER, _TABLE, _FACTORY = 0x1000, 0x8000, 0x10000
_DRAM, _IRAM = 0x3FFE0000, 0x40080000


def image(words: bytes) -> bytes:
    """A whole ESP32 image with one segment in RAM."""
    made = ESP32FirmwareImage()
    made.entrypoint = _IRAM
    made.segments.append(ELFSection(b".dram0.data", _DRAM, words * 64, 0))
    made.append_digest = True
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "image.bin"
        made.save(str(path))
        return path.read_bytes()


def firmware_file() -> bytes:
    table = PartitionTable(0x400000)
    table.add_part("nvs", "nvs", 0x6000)
    table.add_part("phy_init", "phy", 0x1000)
    table.add_part("factory", "factory", 0x1F0000)
    table.add_part("vfs", "fat", 0x200000)
    data = image(b"boot").ljust(_TABLE - _BOOTLOADER, b"\xff") + table.to_bytes()
    return data.ljust(_FACTORY - _BOOTLOADER, b"\xff") + image(b"app!" * 4)

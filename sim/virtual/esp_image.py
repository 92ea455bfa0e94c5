"""A file in the form of MicroPython's firmware for a chip, without a program in it.

Boot loader and application are small images that esptool makes, with checksum and SHA-256, at
the places where MicroPython's file has them, beside its default partition table. It stands in
where MicroPython's own file is not available.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from esptool.bin_image import ELFSection, ESP32FirmwareImage, ESP32S3FirmwareImage
from mp_image_tool_esp32.partition_table import PartitionTable

_TABLE, _FACTORY = 0x8000, 0x10000
_CHIPS = {  # esptool's image, where the boot loader lies, RAM for data and for code; and
    # MicroPython's table: the sizes of the flash, the application, and the file system
    "esp32": (ESP32FirmwareImage, 0x1000, 0x3FFE0000, 0x40080000, (0x400000, 0x1F0000, 0x200000)),
    "esp32s3": (ESP32S3FirmwareImage, 0, 0x3FC88000, 0x40378000, (0x800000, 0x300000, 0x4F0000)),
}


def image(words: bytes, chip: str = "esp32") -> bytes:
    """A whole image with one segment in RAM."""
    make, _, data, code, _ = _CHIPS[chip]
    made = make()
    made.entrypoint = code
    made.segments.append(ELFSection(b".dram0.data", data, words * 64, 0))
    made.append_digest = True
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "image.bin"
        made.save(str(path))
        return path.read_bytes()


def firmware_file(chip: str = "esp32", app: bytes = b"app!" * 4) -> bytes:
    """chip: as a board's table calls it. app: what its application's segment repeats."""
    _, begin, _, _, (flash_bytes, app_bytes, vfs_bytes) = _CHIPS[chip]
    table = PartitionTable(flash_bytes)
    table.add_part("nvs", "nvs", 0x6000)
    table.add_part("phy_init", "phy", 0x1000)
    table.add_part("factory", "factory", app_bytes)
    table.add_part("vfs", "fat", vfs_bytes)
    data = image(b"boot", chip).ljust(_TABLE - begin, b"\xff") + table.to_bytes()
    return data.ljust(_FACTORY - begin, b"\xff") + image(app, chip)

"""The chips of the boards that Busguard runs on, as esptool and micropython.org know them.

Sources: esptool documentation, Firmware Image Format (chip id, address of the boot loader);
MicroPython 1.29, ports/esp32/boards: ESP32_GENERIC is built for 4 MB of flash, ESP32_GENERIC_S3 for
8 MB, and a program does not start on a flash smaller than that.
"""

from __future__ import annotations

from typing import NamedTuple


class Chip(NamedTuple):
    """name: as people and esptool write it. loader: esptool's class. id: in an image's header.

    bootloader: its address on the flash. file: of MicroPython for boards with PSRAM.
    """

    name: str
    loader: str
    id: int
    bootloader: int
    file: str
    flash_bytes: int


CHIPS = {
    "esp32": Chip("ESP32", "esp32", 0, 0x1000, "ESP32_GENERIC-SPIRAM", 0x400000),
    "esp32s3": Chip("ESP32-S3", "esp32s3", 9, 0, "ESP32_GENERIC_S3-SPIRAM_OCT", 0x800000),
}
"""By what a board's table calls it (drivers/board/tables.py)."""

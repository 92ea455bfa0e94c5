"""MicroPython's firmware file, taken apart and proven, and what goes beside it onto the flash.

The file (ESP32_GENERIC-SPIRAM-*.bin, ESP32_GENERIC_S3-SPIRAM_OCT-*.bin) begins with the boot
loader, whose flash address depends on the chip (tools/chips.py); the partition table lies at
0x8000, the application where the table says. Both chips get the same table, which needs 4 MB; on a
flash of 8 or 16 MB the rest stays unused.
Sources: ESP-IDF Programming Guide, Partition Tables; esptool documentation, Firmware Image
Format. Images are checked by esptool, tables are written by mp-image-tool-esp32.
"""

from __future__ import annotations

from typing import NamedTuple

from esptool.bin_image import LoadFirmwareImage
from esptool.util import FatalError
from littlefs import LittleFS
from mp_image_tool_esp32.partition_table import PartitionEntry, PartitionError, PartitionTable

from sim.program.compiled import ROOT
from sim.virtual.partitions import FLASH_BYTES, PARTITIONS, SECTOR_BYTES, partition
from tools.board import Trouble
from tools.chips import CHIPS, Chip

TABLE = 0x8000
TABLE_BYTES = PartitionTable.PART_TABLE_SIZE
_MAGIC = 0xE9
_HEADER = 24
_OCTAL = b"Octal-SPIRAM"  # in the name that MicroPython's file for octal PSRAM gives its board


class Firmware(NamedTuple):
    """What MicroPython's file holds, proven, and for which chip it is."""

    chip: Chip
    bootloader: bytes
    app: bytes

    @property
    def uses_psram(self) -> bool:
        """Whether it can use the PSRAM of Busguard's boards; of an ESP32 that is not seen here."""
        return self.chip.name != "ESP32-S3" or _OCTAL in self.app


def _chip(data: bytes, what: str, name: str) -> Chip:
    """Trouble unless it begins as an image for a chip that Busguard's boards have."""
    if len(data) < _HEADER or data[0] != _MAGIC:
        raise Trouble(f"{name}: the {what} is no ESP32 image; it has to begin with the byte 0xE9.")
    number = int.from_bytes(data[12:14], "little")
    for chip in CHIPS.values():
        if chip.id == number:
            return chip
    files = " or, for an ESP32-S3, ".join(chip.file for chip in CHIPS.values())
    raise Trouble(
        f"{name}: the {what} is for another chip (id {number}). Take the file {files} of "
        "micropython.org."
    )


def _proven(data: bytes, chip: Chip, what: str, name: str) -> bytes:
    """Trouble unless it is an image for this chip, whole, by checksum and SHA-256."""
    found = _chip(data, what, name)
    if found is not chip:
        raise Trouble(f"{name}: the {what} is for the {found.name}, the rest for the {chip.name}.")
    try:
        image = LoadFirmwareImage(chip.loader, data)
        image.verify()
        whole = image.checksum == image.calculate_checksum()
        if image.append_digest:
            whole = whole and image.stored_digest == image.calc_digest
    except (FatalError, IndexError, ValueError) as error:
        raise Trouble(f"{name}: the {what} is damaged: {error}") from error
    if not whole:
        raise Trouble(f"{name}: the {what} is damaged: its checksum is wrong. Download it again.")
    return data


def firmware(data: bytes, name: str) -> Firmware:
    """The content of the file -> its parts. Trouble says what is wrong with it."""
    chip = _chip(data, "boot loader", name)
    begin = TABLE - chip.bootloader
    bootloader = _proven(data[:begin], chip, "boot loader", name)
    try:
        table = PartitionTable.from_bytes(data[begin : begin + TABLE_BYTES])
        offset = table.app_part.offset
    except (PartitionError, ValueError) as error:
        raise Trouble(f"{name}: there is no partition table at 0x8000: {error}") from error
    factory = partition("factory")
    if offset != factory.offset:
        raise Trouble(
            f"{name}: the application lies at {offset:#x}, not at {factory.offset:#x}; take the "
            "plain file of MicroPython, not the one for updates over the air."
        )
    app = _proven(data[offset - chip.bootloader :], chip, "application", name)
    if len(app) > factory.size:
        raise Trouble(f"{name}: the application has {len(app)} bytes, {factory.size} have room.")
    return Firmware(chip, bootloader.rstrip(b"\xff"), app)


def table() -> bytes:
    """The partition table of sim/virtual/partitions.py, as it stands on the flash."""
    made = PartitionTable(FLASH_BYTES)
    for one in PARTITIONS:
        entry = (b"\xaaP", one.type, one.subtype, one.offset, one.size, one.name.encode(), 0)
        made.append(PartitionEntry(*entry))
    made.check()
    return made.to_bytes()


def filesystem() -> bytes:
    """A littlefs that holds boot.py and nothing else: the horn is off from the first start on."""
    size = partition("vfs").size
    disk = LittleFS(block_size=SECTOR_BYTES, block_count=size // SECTOR_BYTES, disk_version=0x20000)
    with disk.open("boot.py", "wb") as file:
        file.write((ROOT / "boot.py").read_bytes())
    return bytes(disk.context.buffer)

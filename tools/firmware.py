"""Puts MicroPython onto an ESP32 or ESP32-S3, with a flash that has a partition for the journal:

  python -m tools.firmware --port /dev/ttyUSB0 --bin ESP32_GENERIC-SPIRAM-20260801-v1.29.0.bin
  python -m tools.firmware --bin ESP32_GENERIC_S3-SPIRAM_OCT-20260801-v1.29.0.bin

On a board that has this partition table already, file system and journal are kept: a newer
MicroPython costs no records. On any other board everything is erased.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import serial
from esptool import cmds
from esptool.loader import ESPLoader
from esptool.util import FatalError, flash_size_bytes

from sim.virtual.partitions import partition
from tools import firmware_image
from tools.board import Trouble, arguments, choose, ports, run
from tools.chips import CHIPS, Chip
from tools.port_trouble import why_not

BAUD = 460_800
FRESH = ("nvs", "journal")  # erased on a board that was something else


def connect(port: str, wanted: Chip | None = None) -> ESPLoader:
    """The chip's boot loader, with esptool's stub. Trouble for a chip that is not wanted (None:
    any of Busguard's boards), and for a flash that is too small."""
    try:
        esp = cmds.detect_chip(port)
        chip = {chip.name: chip for chip in CHIPS.values()}.get(esp.CHIP_NAME)
        if chip is None:
            raise Trouble(
                f"The chip at {port} is an {esp.CHIP_NAME}; Busguard's boards have an ESP32 or an "
                "ESP32-S3."
            )
        if wanted not in (None, chip):
            raise Trouble(
                f"The chip at {port} is an {chip.name}, and the file is for the {wanted.name}. "
                f"Take the file {chip.file} of micropython.org."
            )
        esp = cmds.run_stub(esp)
        if not port.startswith("socket:"):
            esp.change_baud(BAUD)
        cmds.attach_flash(esp)
        found = cmds.detect_flash_size(esp)
    except (FatalError, serial.SerialException) as error:
        if "could not open" in str(error).lower():
            raise Trouble(why_not(port, error, list(ports()))) from error
        raise Trouble(
            f"The chip at {port} does not answer ({error}). Hold BOOT down while you press EN "
            "(RST), and try again."
        ) from error
    size = flash_size_bytes(found) if found else None
    if size is None or size < chip.flash_bytes:
        told = found or "an unknown size"
        raise Trouble(
            f"The flash has {told}; MicroPython for the {chip.name} needs "
            f"{chip.flash_bytes >> 20}MB or more."
        )
    return esp


def flash(esp: ESPLoader, parts: firmware_image.Firmware) -> bool:
    """-> whether file system and journal were kept. Trouble if the flash holds other bytes."""
    table = firmware_image.table()
    kept = esp.flash_md5sum(firmware_image.TABLE, len(table)) == hashlib.md5(table).hexdigest()
    pieces = [
        (parts.chip.bootloader, parts.bootloader),
        (firmware_image.TABLE, table),
        (partition("factory").offset, parts.app),
    ]
    try:
        if not kept:
            pieces.append((partition("vfs").offset, firmware_image.filesystem()))
            for name in FRESH:
                one = partition(name)
                cmds.erase_region(esp, one.offset, one.size)
        cmds.write_flash(esp, pieces, flash_size="keep", compress=True)
        cmds.verify_flash(esp, pieces, flash_size="keep")
    except FatalError as error:
        raise Trouble(f"Flashing broke off: {error}. Run it again.") from error
    return kept


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--bin", required=True, help="MicroPython's firmware file")
    options = parser.parse_args()
    path = Path(options.bin)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}.") from error
    parts = firmware_image.firmware(data, path.name)
    if not parts.uses_psram:
        print(f"{path.name} does not use octal PSRAM, as {parts.chip.file} does: the program of a "
              "bus has no room on a board with it.", file=sys.stderr)  # fmt: skip
    esp = connect(choose(options.port), parts.chip)
    kept = flash(esp, parts)
    cmds.reset_chip(esp, "hard-reset")
    esp._port.close()
    what = "File system and journal are as they were." if kept else "The flash is new."
    print(f"MicroPython is on the board. {what} Next: make deploy BUS=...", file=sys.stdout)
    return 0


if __name__ == "__main__":
    run(main, "The flash may be half written: run it again before the board goes into a bus.")

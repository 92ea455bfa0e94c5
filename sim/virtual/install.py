"""The code of this folder straight onto a flash image, as a developer copies it: at the root."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from littlefs import LittleFS, LittleFSError

from sim.program.compiled import ROOT, build
from sim.program.pack import slot
from sim.virtual.arguments import WIFI
from sim.virtual.image import FlashImage
from sim.virtual.partitions import partition
from sim.wires.flash import SECTOR

MPY = 2822
"""sys.implementation._mpy of the VM: version 6.3, x64. A test compares."""


def code() -> dict[str, bytes]:
    """Path on the board -> content: firmware/ and drivers/ compiled, boot.py and main.py."""
    return {"boot.py": (ROOT / "boot.py").read_bytes(), **build(MPY)}


def packed_code() -> dict[str, bytes]:
    """The same with the modules in one pack, as `make deploy` lays it out in a slot."""
    return {"boot.py": (ROOT / "boot.py").read_bytes(), **slot(build(MPY))}


def every_sensor() -> dict[str, Any]:
    """A bus.json with 40 seats and every sensor, without its broker."""
    return {
        "fleet": "laemchabang", "bus": "bus-01", "board": "devkit_wrover", "seats": {"count": 40},
        "wifi": dict(WIFI),
        "readback": {"fitted": True}, "accelerometer": {"fitted": True}, "cabin": {"fitted": True},
    }  # fmt: skip


def settings(bus: dict[str, Any], policy: dict[str, Any] | None = None) -> dict[str, bytes]:
    """bus.json and policy.json."""
    files = {"bus.json": json.dumps(bus).encode()}
    if policy is not None:
        files["policy.json"] = json.dumps(policy).encode()
    return files


def has_slot(image: FlashImage) -> bool:
    """Whether `make deploy` put code on it, which runs in place of what stands at the root."""
    try:
        _disk(image).stat("/slot")
    except LittleFSError:
        return False
    return True


def _disk(image: FlashImage) -> LittleFS:
    """A copy of the partition `vfs`, mounted; formatted if it is blank."""
    vfs = partition("vfs")
    disk = LittleFS(block_size=SECTOR, block_count=vfs.size // SECTOR, mount=False)
    disk.context.buffer[:] = image.data[vfs.offset : vfs.offset + vfs.size]
    if disk.context.buffer.count(0xFF) == vfs.size:
        disk.format()
    disk.mount()
    return disk


def install(image: FlashImage, files: dict[str, bytes]) -> None:
    """Put on the partition `vfs`, which is formatted if it is blank. The board has no power."""
    disk = _disk(image)
    for name, content in files.items():
        disk.makedirs(str(Path("/", name).parent), exist_ok=True)
        with disk.open("/" + name, "wb") as file:
            file.write(content)
    disk.unmount()
    image.put(partition("vfs").offset, bytes(disk.context.buffer))

"""The flash of a board: one table for `make firmware` and for the virtual board.

Offsets and sizes up to `factory` are those of MicroPython's own 4 MiB table
(ports/esp32/partitions-4MiB.csv, 1.29). Its 2 MiB `vfs` is divided here. A code slot takes some 70
of its 416 blocks (sim/program/pack.py), and there are two. A deploy that changes a slot takes as
much once more until it is done, and a policy of 60 KB with the next one beside it takes 30. With
alarm_kb 96 and warning_kb 64 half of the journal, with the ledger's 32, is for alarms (some 680 of
110 B) and warnings (430). The other half has 5,800 positions and nothing else, or what a bus writes
in 13 hours of driving (14 KB an hour in sim board --morning).
Types and subtypes: ESP-IDF Programming Guide, Partition Tables.
"""

from __future__ import annotations

from typing import NamedTuple

FLASH_BYTES = 0x400000
SECTOR_BYTES = 0x1000
TYPE_APP, TYPE_DATA = 0, 1


class Partition(NamedTuple):
    """offset and size in bytes, whole sectors."""

    name: str
    type: int
    subtype: int
    offset: int
    size: int


PARTITIONS = (
    Partition("nvs", TYPE_DATA, 0x02, 0x9000, 0x6000),
    Partition("phy_init", TYPE_DATA, 0x01, 0xF000, 0x1000),
    Partition("factory", TYPE_APP, 0x00, 0x10000, 0x1F0000),
    Partition("vfs", TYPE_DATA, 0x81, 0x200000, 0x1A0000),
    Partition("journal", TYPE_DATA, 0x40, 0x3A0000, 0x60000),
)


def partition(name: str) -> Partition:
    """KeyError if no partition has this name."""
    return {one.name: one for one in PARTITIONS}[name]

"""Runs in the MicroPython VM: records of 50 B, each confirmed, into our journal and into a file
on littlefs, over the same NOR flash. Prints name, erases, bytes programmed and us of a record.
"""

import gc
import sys
import time

import vfs  # type: ignore[import-not-found]

sys.path.append("sim/wires")
from flash import Flash  # type: ignore[import-not-found]

from firmware.journal.journal import TRACK, Journal

RECORDS = 3000
BODY = bytes(range(50))


def measure(name, flash, append):
    flash.reset_counts()
    gc.collect()
    took = 0
    for _ in range(RECORDS):
        began = time.ticks_us()  # type: ignore[attr-defined]
        append()
        took += time.ticks_diff(time.ticks_us(), began)  # type: ignore[attr-defined]
    print(name, flash.erases / RECORDS, flash.programmed_bytes / RECORDS, took // RECORDS)


def ring():
    flash = Flash(128)
    journal = Journal(flash, bytes, 64)

    def append():
        journal.append(TRACK, 1, BODY)
        journal.housekeep(0)

    measure("ring", flash, append)


def littlefs(batch):
    flash = Flash(128)
    vfs.VfsLfs2.mkfs(flash)
    vfs.mount(vfs.VfsLfs2(flash), "/flash")
    file = open("/flash/journal", "ab")  # noqa: SIM115 (appended to below)
    count = [0]

    def append():
        file.write(BODY)
        count[0] += 1
        if count[0] % batch == 0:
            file.flush()

    measure("littlefs", flash, append)
    file.close()
    vfs.umount("/flash")


ring()
littlefs(1)
littlefs(10)

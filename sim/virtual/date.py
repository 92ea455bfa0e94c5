"""The date that a board believes: libfaketime gives the VM's process the board's own clock.

TLS in the VM goes by the time of the process, as on an ESP32 by the one of the chip. An ESP32
begins in the year 2000 when power comes. libfaketime (Debian's package faketime) reads how far the
process is off from a file, which the board writes whenever its clock is set.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

EPOCH_S = 946_684_800
"""2000-01-01, from which MicroPython counts on an ESP32; UTC, s since 1970."""

_LIBRARY = "*/faketime/libfaketimeMT.so.1"


def library() -> Path | None:
    """libfaketime, or None: it is not installed."""
    return next(iter(sorted(Path("/usr/lib").glob(_LIBRARY))), None)


class BoardDate:
    """The file, and what makes a process go by it."""

    def __init__(self, path: Path):
        """FileNotFoundError if libfaketime is missing."""
        found = library()
        if found is None:
            raise FileNotFoundError("libfaketime is missing: install the package faketime")
        self._library = found
        self._path = path

    def set(self, utc_s: float) -> None:
        """The board's clock shows this now."""
        new = self._path.with_suffix(".new")
        new.write_text(f"{utc_s - time.time():+.0f}\n", encoding="ascii")
        os.replace(new, self._path)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._path),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

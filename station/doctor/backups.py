"""The copies of the database: how old, and whether only their owner can read them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from station.backup.names import in_folder
from station.doctor.finding import Finding, State, minutes
from station.settings import Settings

_LATE_MS, _TOO_LATE_MS = 26 * 3_600_000, 7 * 86_400_000
_MAKE = "start the timer (systemctl enable --now busguard-backup.timer)"


def look(settings: Settings, now_ms: int) -> Iterator[Finding]:
    if settings.backups is None:
        yield Finding(
            "backups",
            "look",
            "No folder for copies is set (STATION_BACKUPS): let "
            "`python -m station backup --keep 14` write into one every night.",
        )
        return
    try:
        copies = in_folder(Path(settings.backups))
        sizes = [path.stat() for _, path in copies[:2]]
    except OSError as error:
        yield Finding("backups", "wrong", f"{settings.backups} cannot be read: {error.strerror}.")
        return
    if not copies:
        yield Finding("backups", "wrong", f"{settings.backups} holds no copy: {_MAKE}.")
        return
    made_ms, newest = copies[0]
    age_ms = now_ms - made_ms
    told = f"The newest copy, {newest}, is {minutes(age_ms)} old; {len(copies)} are kept"
    if age_ms > _LATE_MS:
        state: State = "wrong" if age_ms > _TOO_LATE_MS else "look"
        yield Finding(
            "backups",
            state,
            f"{told}: {_MAKE}, and look why it did not run (journalctl -u busguard-backup).",
        )
    else:
        yield Finding("backups", "ok", f"{told}.")
    if sizes[0].st_mode & 0o077:
        yield Finding(
            "backups",
            "wrong",
            f"Others can read {newest}, which holds the keys of the "
            f"buses' seals: chmod 600 {newest}",
        )
    free, needed = shutil.disk_usage(newest.parent).free, sizes[0].st_size
    if free < 2 * needed:
        yield Finding(
            "backups",
            "look",
            f"{newest.parent} has {free / 1e9:,.1f} GB free, and a copy takes "
            f"{needed / 1e9:,.1f} GB: make room, or keep fewer copies (--keep).",
        )
    if len(sizes) == 2 and sizes[0].st_size < sizes[1].st_size / 2:
        yield Finding(
            "backups",
            "look",
            f"{newest} is less than half as large as the copy before: "
            "was a database restored, or is this another one?",
        )

"""Numbers of what fills up and grows old: the disk of the database, and the copies."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily, Metric

from station.backup.names import in_folder
from station.db.address import file_of
from station.settings import Settings


def storage(settings: Settings, now_ms: int) -> Iterator[Metric]:
    """A folder that cannot be read has no free bytes, and no copy is infinitely old: then somebody
    is told."""
    copies = Path(settings.backups) if settings.backups else None
    file = file_of(settings.db)
    free = GaugeMetricFamily("busguard_disk_free_bytes", "Free on the disk of these", labels=["of"])
    for of, folder in (("database", file and file.absolute().parent), ("backups", copies)):
        if folder is not None:
            free.add_metric([of], _free(folder))
    yield free
    if copies is not None:
        yield GaugeMetricFamily("busguard_backup_age_seconds", "Since the newest copy was made",
                                value=_age_s(copies, now_ms))  # fmt: skip


def _free(folder: Path) -> float:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def _age_s(folder: Path, now_ms: int) -> float:
    try:
        found = in_folder(folder)
    except OSError:
        found = []
    return max(0, now_ms - found[0][0]) / 1000 if found else float("inf")

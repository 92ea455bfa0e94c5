"""A bus.json as tools take it: without a fault, or not at all.

A bus goes on without a setting that is wrong; a person at a terminal had better mend it. The
sentences are those that the bus would report.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from firmware.config.load import parse


def read(path: Path) -> tuple[bytes, dict[str, Any]]:
    """-> (the text, the settings). ValueError: a sentence for each fault."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}.") from error
    config, errors = parse(text, str(path))
    if errors:
        raise ValueError("\n".join(str(error) for error in errors))
    return text, config

"""A bus.json as tools take it: without a fault, or not at all.

A bus goes on without a setting that is wrong; a person at a terminal had better mend it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from firmware.config.load import parse


def read(path: Path) -> tuple[bytes, dict[str, Any]]:
    """-> (the text, the settings). ValueError: a sentence for each fault."""
    try:
        text = path.read_bytes()
        json.loads(text)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not valid JSON: byte {error.start} is no UTF-8.") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"{path} is not valid JSON: {where}: {error.msg}.") from error
    config, errors = parse(text, str(path))
    if errors:
        raise ValueError("\n".join(str(error) for error in errors))
    return text, config

"""What a bus says, as far as it can be kept: a bus may say anything."""

from __future__ import annotations

from typing import Any

WHY, MESSAGE = 48, 200
"""Characters that are kept of what a bus says."""
_LAST_BOOT = 0xFFFFFFFF


def text(value: Any, most: int) -> str | None:
    return value[:most] if isinstance(value, str) and "\0" not in value else None


def boot_of(status: dict[str, Any] | None) -> int | None:
    boot = (status or {}).get("boot")
    return boot if isinstance(boot, int) and 0 <= boot <= _LAST_BOOT else None

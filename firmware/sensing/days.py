"""Days as people count them: from midnight to midnight in Thailand (UTC+7)."""

from micropython import const

_OFFSET_MS = const(25200000)
_DAY_MS = const(86400000)


def day(utc_ms):
    """-> int, days since 1970; None: the time is unknown."""
    return None if utc_ms is None else (utc_ms + _OFFSET_MS) // _DAY_MS

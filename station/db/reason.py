"""Why a database could not be used, in its own words."""

from __future__ import annotations

import asyncpg


def reason(error: BaseException) -> str:
    """One line, which names no password."""
    inner = _innermost(error)
    said = (inner.strerror if isinstance(inner, OSError) else None) or str(inner)
    return said.strip().splitlines()[0] if said.strip() else type(inner).__name__


def is_refused(error: BaseException) -> bool:
    """The server answers, and lets nobody in by this name and password, or has no such database."""
    state = getattr(_innermost(error), "sqlstate", None) or ""
    return state[:2] == "28" or state in (
        asyncpg.InvalidCatalogNameError.sqlstate,
        asyncpg.InsufficientPrivilegeError.sqlstate,
    )


def _innermost(error: BaseException) -> BaseException:
    """What the driver raised; SQLAlchemy wraps it."""
    wrapped = getattr(error, "orig", None)
    return (wrapped.__cause__ or wrapped) if wrapped is not None else error

"""The address of a database, as an operator writes it: a file, or postgresql://..."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit


def database_url(text: str) -> str:
    """A file, or postgresql://user:password@host/name -> what SQLAlchemy takes. ValueError names
    no password."""
    scheme = urlsplit(text).scheme
    if scheme in ("postgresql", "postgres"):
        return "postgresql+asyncpg" + text[len(scheme) :]
    if scheme == "sqlite":
        text = text.removeprefix("sqlite:///")
    elif scheme and "://" in text:
        raise ValueError(f"{scheme}:// is neither a file nor postgresql://")
    folder = Path(text).absolute().parent
    if not folder.is_dir():
        raise ValueError(f"the folder {folder} does not exist")
    return f"sqlite+aiosqlite:///{text}"


def file_of(address: str) -> Path | None:
    """The file of a database of SQLite; None: a server keeps it."""
    if urlsplit(address).scheme in ("postgresql", "postgres"):
        return None
    return Path(address.removeprefix("sqlite:///"))


def without_password(url: str) -> str:
    """For people and logs."""
    parts = urlsplit(url)
    if not parts.hostname:
        return url
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"

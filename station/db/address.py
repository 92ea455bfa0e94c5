"""The address of a database, as an operator writes it: a file, or postgresql://..."""

from __future__ import annotations

import re
from pathlib import Path

_SERVER = ("postgresql", "postgres")
_PARTS = re.compile(
    r"(?P<scheme>\w+)://([^/?#@:\[\]]*(:[^/?#@:\[\]]*)?@)?"
    r"(?P<where>[\w.,\-]*(\[[0-9A-Fa-f:.]+\])?(:\d{1,5})?(/[^/?#@]*)?)(\?(?P<options>[^#@]*))?"
)
_SHOWN = ("host=", "port=")


def database_url(text: str) -> str:
    """A file, or postgresql://user:password@host/name -> what SQLAlchemy takes. ValueError names
    no password."""
    scheme = _scheme(text)
    if scheme in _SERVER:
        if not _PARTS.fullmatch(text):
            raise ValueError(
                "this is not postgresql://user:password@host/name. In a password %, /, #, ?, @ "
                "and : are written %25, %2F, %23, %3F, %40 and %3A"
            )
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
    if _scheme(address) in _SERVER:
        return None
    return Path(address.removeprefix("sqlite:///"))


def without_password(address: str) -> str:
    """For people and logs: where it is, without a name, and of its options without a secret."""
    if _scheme(address) not in _SERVER:
        return address
    parts = _PARTS.fullmatch(address)
    if parts is None:
        return f"{address.partition(':')[0]}://..."
    options = [one for one in (parts["options"] or "").split("&") if one.startswith(_SHOWN)]
    return f"{parts['scheme']}://{parts['where']}" + (f"?{'&'.join(options)}" if options else "")


def _scheme(text: str) -> str:
    scheme, there, _ = text.partition(":")
    return scheme.lower() if there else ""

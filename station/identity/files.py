"""Files that hold secrets: only their owner may read them, and none is ever half written."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from station.identity.errors import IdentityError


def make_folder(folder: Path) -> None:
    """0700, if it does not exist. IdentityError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise IdentityError(f"The folder {folder} cannot be made: {error.strerror}.") from error


def write_new(path: Path, content: bytes) -> None:
    """0600. IdentityError: it exists, or cannot be written."""
    try:
        _create(path, content)
    except FileExistsError:
        raise IdentityError(f"{path} exists; it is never overwritten.") from None
    except OSError as error:
        raise _cannot(path, error) from error


def write(path: Path, content: bytes, owner: int | None = None) -> None:
    """0600; it replaces the file in one step. owner: the number of the user who may read it."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        _create(beside, content)
        if owner is not None:
            os.chown(beside, owner, -1)
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _cannot(path, error) from error


def exists(path: Path) -> bool:
    """IdentityError: this may not be looked at."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise IdentityError(f"{path} cannot be read: {error.strerror}.") from error
    return True


def read(path: Path) -> bytes:
    """IdentityError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise IdentityError(f"{path} cannot be read: {error.strerror}.") from error


def _create(path: Path, content: bytes) -> None:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(number)
    except BaseException:  # a disk that is full leaves no empty file
        path.unlink(missing_ok=True)
        raise


def _cannot(path: Path, error: OSError) -> IdentityError:
    return IdentityError(f"{path} cannot be written: {error.strerror}.")

"""The public release key: what a release has to be signed with. The private one is never here."""

from __future__ import annotations

import re
from pathlib import Path

from station.release.problem import ReleaseError
from station.settings import Settings

PRIVATE_HERE = (
    "{path} is the private release key. It does not belong on the station's computer, because "
    "whoever takes this computer over could give every bus other firmware: move it to the safe."
)
_KEY = re.compile("[0-9a-f]{64}")


def public_keys(settings: Settings) -> list[str]:
    """Hex; none: this station takes no release. ReleaseError."""
    if settings.release_key is not None:
        return settings.release_key.split(",")
    path = _folder(settings, "release.pub")
    if path is None or not path.exists():
        return []
    try:
        found = path.read_text("utf-8", "replace").split()
    except OSError as error:
        raise ReleaseError(f"{path} cannot be read: {error.strerror}.") from error
    if not found or len(found) > 2 or not all(map(_KEY.fullmatch, found)):
        raise ReleaseError(f"{path} does not hold one or two lines of 64 hexadecimal digits.")
    return found


def usable_keys(settings: Settings) -> list[str]:
    """None if they cannot be read: a rollout can be paused and withdrawn all the same."""
    try:
        return public_keys(settings)
    except ReleaseError:
        return []


def private_key_here(settings: Settings) -> str | None:
    """A sentence for the log and for the page, if the private key lies in the folder of keys."""
    path = _folder(settings, "release.key")
    return PRIVATE_HERE.format(path=path) if path is not None and path.exists() else None


def _folder(settings: Settings, name: str) -> Path | None:
    return None if settings.keys is None else Path(settings.keys) / name

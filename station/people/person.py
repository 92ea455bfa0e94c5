"""A person who is signed in."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from station.live.sight import Sight

ROLES = ("viewer", "duty", "admin")
_NAME = re.compile(r"[\w .@-]{1,64}")


class BadName(ValueError):
    """Of a new person."""


def check_name(name: str) -> None:
    """BadName: it would look like another person's name."""
    unseen = any(unicodedata.category(one).startswith("C") for one in name)
    if unseen or name != name.strip() or not name:
        raise BadName("A name has no blanks around it, and no characters that are not seen.")
    if not _NAME.fullmatch(name) or name in (".", ".."):
        raise BadName("A name has letters, digits, blanks and . @ - _ alone, and 64 at most.")


class Person(NamedTuple):
    name: str
    role: str
    lang: str
    csrf: str
    fleets: frozenset[str] | None = None
    """The fleets that this person sees. None: all."""
    code: bool = False
    """Signing in takes a code, too (station/people/codes.py)."""
    session: str = ""
    """The session's id, by which it can be ended."""

    @property
    def sight(self) -> Sight:
        return Sight(self.fleets, phone=self.role != "viewer")

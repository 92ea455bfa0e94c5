"""A person who is signed in."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from station.live.sight import Sight

ROLES = ("viewer", "duty", "admin")


class BadName(ValueError):
    """Of a new person."""


def check_name(name: str) -> None:
    """BadName: it would look like another person's name."""
    unseen = any(unicodedata.category(one).startswith("C") for one in name)
    if unseen or name != name.strip() or not name:
        raise BadName("A name has no blanks around it, and no characters that are not seen.")
    known = all(one in " .@-_" or unicodedata.category(one)[0] in "LMN" for one in name)
    if not known or len(name) > 64 or name in (".", ".."):
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

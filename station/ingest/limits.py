"""What holds for every value that a bus sends, whatever its name: the bounds that keep each reader
behind the intake, and both databases, from failing on one (docs/mqtt.md).

JSON has no end to numbers, texts and depth. A number such as 1e999 is infinite for a reader; one
database takes it and the other does not, and no browser reads it.
"""

from __future__ import annotations

import re
from collections.abc import ItemsView
from typing import Any

MOST = 2**53
"""Up to here every reader has the same whole numbers."""
CHARACTERS, MEMBERS, NAMES, DEPTH = 1000, 1000, 100, 8
_CONTROL = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f]").search
"""All but the line feed: a crash is told in lines."""


class Beyond(ValueError):
    """A value that no bus may send."""

    def __init__(self, what: str):
        self._what = what
        self.path: list[str | int] = []

    def __str__(self) -> str:
        return "".join(f"[{part}]" for part in self.path) + f": {self._what}"


def check(body: Any, depth: int = 1) -> None:
    """Beyond names what breaks a limit. Whole numbers become int: JSON knows no difference between
    5 and 5.0, and neither does JSON Schema. depth: in how many objects and lists it lies, itself
    the last of them."""
    if type(body) is dict:
        _object(body, depth)
    elif type(body) is list:
        _list(body, depth)


def _object(values: dict[str, Any], depth: int) -> None:
    if len(values) > NAMES:
        raise Beyond(f"an object has more than {NAMES} members")
    for name in values:
        if len(name) > CHARACTERS or _CONTROL(name):
            raise Beyond("the name of a member is too long, or has a control character")
    _each(values, values.items(), depth)


def _list(values: list[Any], depth: int) -> None:
    if len(values) > MEMBERS:
        raise Beyond(f"a list has more than {MEMBERS} members")
    _each(values, enumerate(values), depth)


def _each(values: Any, items: enumerate[Any] | ItemsView[str, Any], depth: int) -> None:
    if depth > DEPTH:
        raise Beyond(f"it is nested in more than {DEPTH} lists and objects")
    for key, value in items:
        kind = type(value)
        try:
            if kind is str:
                if len(value) > CHARACTERS or _CONTROL(value):
                    raise Beyond(f"a text beyond {CHARACTERS} characters, or a control character")
            elif kind is int or kind is float:
                if not -MOST <= value <= MOST:
                    raise Beyond("a number beyond 2**53")
                if kind is float and value.is_integer():
                    values[key] = int(value)
            elif kind is dict:
                _object(value, depth + 1)
            elif kind is list:
                _list(value, depth + 1)
        except Beyond as beyond:
            beyond.path.insert(0, key)
            raise

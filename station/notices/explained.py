"""What decided that there is an alarm, in the sentences of its kind (promise P8).

The page has the same sentences (station/web/static/js/sentences.js). A notice takes those that name
what decided (`why`), if it can show all that they name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from station.clock import LOCAL

_FILLER = re.compile(r"\{(data|why)\.(\w+)(?:\|(\w+)(?::(\w+))?)?\}")
_MOST = 5
_UNITS = {"th": (" ชม.", " นาที", " วินาที"), "en": (" h", " min", " s")}


class _NotShown(ValueError):
    pass


def decided(alarm: Mapping[str, Any], page: Mapping[str, Any], language: str) -> list[str]:
    """page: kinds.en.json or kinds.th.json -> sentences; empty: nothing can be said."""
    said = []
    for line in page["kinds"].get(alarm["kind"], {}).get("says", ()):
        if "{why." in line:
            try:
                said.append(_FILLER.sub(lambda found: _shown(found, alarm, page, language), line))
            except _NotShown:
                continue
    return said[:_MOST]


def _shown(found: re.Match, alarm: Mapping[str, Any], page: Mapping[str, Any],
           language: str) -> str:  # fmt: skip
    part, name, how, words = found.groups()
    values = alarm[part]
    value = values.get(name) if isinstance(values, dict) else None
    if how == "word":
        key = "null" if value is None else str(value).lower()
        text = page["words"].get(words, {}).get(key)
        if text is not None and name in values:
            return text
        raise _NotShown
    show = _HOW.get(how)
    if show is None or isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise _NotShown
    try:
        return show(value, language)
    except (TypeError, ValueError, OverflowError):
        raise _NotShown from None


def _duration(seconds: float, language: str) -> str:
    """As on the page: its two largest units."""
    hour, minute, second = _UNITS[language]
    whole = round(seconds)
    if whole < 60:
        return f"{whole}{second}"
    if whole < 3600:
        rest = whole % 60 if whole < 600 else 0
        return f"{whole // 60}{minute}" + (f" {rest}{second}" if rest else "")
    rest = whole % 3600 // 60
    return f"{whole // 3600}{hour}" + (f" {rest}{minute}" if rest else "")


def _time(text: str, _: str) -> str:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return f"{moment.astimezone(LOCAL):%H:%M:%S}"


_HOW: dict[str | None, Callable[[Any, str], str]] = {
    "dur": _duration,
    "min": lambda value, language: _duration(value * 60, language),
    "time": _time,
    "kmh": lambda value, language: f"{value:g} {'กม./ชม.' if language == 'th' else 'km/h'}",
    "deg": lambda value, _: f"{value:g} °C",
    "volt": lambda value, _: f"{value / 1000:.1f} V",
    "dbm": lambda value, _: f"{value:g} dBm",
}

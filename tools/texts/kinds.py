"""Every kind of event, as it is declared where it arises.

A rule declares itself in its docstring, which takes no memory on a board:

    the first paragraph    what the rule means
    City: SEVERITY; STATES. Driver: LEVELS.
    Source: ...            where its numbers come from
    Unknown ...            which side it takes when it does not know

SEVERITY is a phrase with the words alarm, warning or info in it. STATES is `raised, cleared`,
`raised, updated, cleared` or `each time` for what only happens. LEVELS are names of
firmware/warnings.py, or `nothing`. A kind that comes from elsewhere has `city` in its texts. A kind
whose alarms are told before all others, because a child may be in danger, has `first` there: why.
"""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import sim  # noqa: F401  (CPython looks like MicroPython from here on)
from firmware.config.kinds import Choice, Number
from firmware.config.rule_settings import of_rules
from firmware.rules.catalogue import RULES
from tools.texts import holds

ROOT = Path(__file__).resolve().parents[2]
SEVERITIES = ("alarm", "warning", "info")
STATES = ("raised, updated, cleared", "raised, cleared", "each time")
LEVELS = ("nothing", "lamp", "chime", "prompt", "inside", "horn")
LANGUAGES = ("en", "th")


class Hazard(NamedTuple):
    """What only a rule has."""

    meaning: str
    source: str
    unknown: str
    settings: dict[str, Number | Choice]


class Kind(NamedTuple):
    name: str
    city: str
    """SEVERITY; STATES"""
    driver: list[str]
    """What the driver hears, of LEVELS; empty: nothing."""
    file: str
    """Where its texts stand, or have to."""
    texts: dict[str, Any]
    """What stands there."""
    hazard: Hazard | None

    @property
    def severities(self) -> list[str]:
        phrase = self.city.rsplit("; ", 1)[0]
        return [word for word in SEVERITIES if re.search(rf"\b{word}\b", phrase)]

    @property
    def states(self) -> str:
        return self.city.rsplit("; ", 1)[-1]

    @property
    def is_of_station(self) -> bool:
        return self.file.startswith("station/")

    def said(self, language: str, key: str) -> Any:
        """Its text in this language, else in English; None if it has neither."""
        for one in (language, "en"):
            if key in self.texts.get(one, {}):
                return self.texts[one][key]
        return None


def kinds() -> list[Kind]:
    """The rules in the order of RULES, then the others by name. ValueError names what is wrong."""
    files: dict[str, Path] = {}
    for path in [*_words_below("firmware"), *_words_below("station")]:
        if path.stem in files:
            raise ValueError(f"{_short(path)} and {_short(files[path.stem])} are of one kind.")
        files[path.stem] = path
    found = [_of_rule(rule, files.pop(rule.kind, None)) for rule in RULES]
    return found + [_of_file(files[name]) for name in sorted(files)]


def _words_below(part: str) -> list[Path]:
    return sorted((ROOT / part).rglob("words/*.json"))


def _of_rule(rule: Any, path: Path | None) -> Kind:
    source = Path(inspect.getfile(rule))
    where = f"{source.relative_to(ROOT)}: the docstring of {rule.__name__}"
    paragraphs = [" ".join(text.split()) for text in (rule.__doc__ or "").split("\n\n")]
    city, driver = _declared(_paragraph(where, paragraphs, "City: "), where)
    known = of_rules()
    for name in names(rule):
        if name not in known:
            raise ValueError(f"{where.split(':')[0]}: no rule declares the setting {name!r}.")
    hazard = Hazard(
        paragraphs[0],
        _paragraph(where, paragraphs, "Source: ").removeprefix("Source: "),
        _paragraph(where, paragraphs, "Unknown").removeprefix("Unknown: "),
        {name: known[name] for name in names(rule)},
    )
    path = path or source.parent / "words" / f"{rule.kind}.json"
    return Kind(rule.kind, city, driver, _short(path), _read(path), hazard)


def names(rule: Any) -> list[str]:
    """Of the settings that the rule declares, or that another rule declares for both."""
    settings = getattr(rule, "settings", ())
    return [one if isinstance(one, str) else one[0] for one in settings]


def _of_file(path: Path) -> Kind:
    texts = _read(path)
    city, driver = _declared(f"City: {texts.get('city', '')}. Driver: nothing.", _short(path))
    return Kind(path.stem, city, driver, _short(path), texts, None)


_OF_LANGUAGE: dict[str, type] = {
    "name": str,
    "says": list,
    "do": list,
    "means": str,
    "unknown": str,
    "words": dict,
}
_SHAPE: dict[str, type] = {
    "city": str, "first": str, "data": str, "holds": dict, "en": dict, "th": dict,
}  # fmt: skip
_NAMES: dict[type, str] = {str: "a text", list: "a list of texts", dict: "an object"}


def _read(path: Path) -> dict[str, Any]:
    """ValueError names the file and what is wrong in it."""
    if not path.is_file():
        return {}
    try:
        texts = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{_short(path)} is no JSON in UTF-8: {error}.") from None
    if not isinstance(texts, dict):
        raise ValueError(f"{_short(path)} has to be an object.")
    _check(texts, _SHAPE, _short(path), "")
    for language in LANGUAGES:
        _check(texts.get(language, {}), _OF_LANGUAGE, _short(path), language + ".")
    told = holds.wrong(texts.get("holds", {}))
    if told:
        raise ValueError(f"{_short(path)}: {told}.")
    return texts


def _check(texts: dict[str, Any], shape: dict[str, type], file: str, prefix: str) -> None:
    for key, value in texts.items():
        if key not in shape:
            raise ValueError(f"{file}: there is no {prefix}{key}; known are {', '.join(shape)}.")
        wanted = shape[key]
        texts_only = not isinstance(value, list) or all(isinstance(one, str) for one in value)
        if not isinstance(value, wanted) or not texts_only:
            raise ValueError(f"{file}: {prefix}{key} has to be {_NAMES[wanted]}.")


def _short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _paragraph(where: str, paragraphs: list[str], start: str) -> str:
    for text in paragraphs:
        if text.startswith(start):
            return text
    raise ValueError(f"{where} needs a paragraph that starts with {start.strip()!r}.")


def _declared(paragraph: str, where: str) -> tuple[str, list[str]]:
    """-> SEVERITY; STATES, and the levels"""
    match = re.fullmatch(r"City: (.+); ([^;]+)\. Driver: (.+)\.", paragraph)
    levels = match[3].split(", ") if match else []
    if match and match[2] in STATES and set(levels) <= set(LEVELS):
        kind = Kind("", f"{match[1]}; {match[2]}", [], "", {}, None)
        if kind.severities:
            return kind.city, [level for level in levels if level != "nothing"]
    raise ValueError(
        f"{where} says {paragraph!r}; needed is 'City: SEVERITY; STATES. Driver: LEVELS.' with "
        f"SEVERITY out of {', '.join(SEVERITIES)}, STATES one of {' | '.join(STATES)}, LEVELS "
        f"out of {', '.join(LEVELS)}."
    )


def missing(found: list[Kind]) -> list[str]:
    """A sentence for each text that is missing: what to add, and where."""
    return [sentence for kind in found for sentence in _missing(kind)]


def _missing(kind: Kind) -> list[str]:
    if not kind.texts:
        return [f"Add {kind.file} with the texts of {kind.name}; docs/extending.md has an example."]
    told = []
    if "data" not in kind.texts and not kind.is_of_station:
        told.append(f'Add "data" to {kind.file}: what the event holds, for docs/mqtt.md.')
    if "holds" not in kind.texts and not kind.is_of_station:
        told.append(f'Add "holds" to {kind.file}: its members, for docs/schema/kinds.json.')
    for language in LANGUAGES:
        needed = ["name", "says"]
        if "alarm" in kind.severities or "do" in kind.texts.get("en", {}):
            needed.append("do")
        if language == "th" and kind.hazard:
            needed += ["means", "unknown"]
        has = kind.texts.get(language, {})
        lacks = [f'"{key}"' for key in needed if not has.get(key)]
        if lacks:
            told.append(f'Add {", ".join(lacks)} to "{language}" in {kind.file}.')
    return told

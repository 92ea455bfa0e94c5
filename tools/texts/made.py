"""The files that are written from the kinds: path -> content."""

from __future__ import annotations

import json
import re
from typing import Any

from tools.texts import asyncapi, holds
from tools.texts.hazards import guide, row
from tools.texts.kinds import LANGUAGES, ROOT, Kind, kinds

GUIDE, CONTRACT, SCHEMA = "docs/hazards.md", "docs/mqtt.md", "docs/schema/kinds.json"
ASYNCAPI = "docs/asyncapi.json"
PAGE = "station/web/static/texts/kinds.{}.json"
_HEAD = "| kind | severity | what, and what `data` holds |"
_TABLE = re.compile(re.escape(_HEAD) + r"\n(\|.*\n)*")
_NOTE = "Written by `make texts`; do not edit."


def made() -> dict[str, str]:
    """ValueError names what is declared wrongly."""
    found = kinds()
    of_buses = [kind for kind in found if not kind.is_of_station]
    files = {
        GUIDE: guide(found),
        CONTRACT: _contract(of_buses),
        SCHEMA: _schema(of_buses),
        ASYNCAPI: asyncapi.document(of_buses, shape),
    }
    for language in LANGUAGES:
        files[PAGE.format(language)] = _page(found, language)
    return files


def _contract(found: list[Kind]) -> str:
    """docs/mqtt.md with the rows of its table of kinds."""
    rows = [row(f"`{kind.name}`", kind.city.rsplit("; ", 1)[0], _data(kind)) for kind in found]
    table = "\n".join((_HEAD, "|---|---|---|", *rows, ""))
    return _TABLE.sub(lambda _: table, (ROOT / CONTRACT).read_text(encoding="utf-8"), count=1)


def _data(kind: Kind) -> str:
    if "data" in kind.texts:
        return kind.texts["data"]
    return kind.hazard.meaning if kind.hazard else _plain(kind)


def _schema(found: list[Kind]) -> str:
    """docs/schema/kinds.json: what each kind may be, and what it holds."""
    values = ",\n".join(f'  "{name}": {_line(value)}' for name, value in holds.VALUES.items())
    kinds = ",\n".join(f'  "{kind.name}": {{{_kind(kind)}\n  }}' for kind in found)
    head = f' "made_by": "{_NOTE}",\n "$defs": {{\n{values}\n }},\n'
    return f'{{\n{head} "kinds": {{\n{kinds}\n }}\n}}\n'


def _kind(kind: Kind) -> str:
    return ",".join(f'\n   "{name}": {_line(value)}' for name, value in shape(kind).items())


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def shape(kind: Kind) -> dict[str, Any]:
    """A kind that does not say what it holds is not bound by `data` and `why`."""
    declared = holds.schema(kind.texts["holds"]) if "holds" in kind.texts else {}
    return {
        "severity": kind.severities,
        "state": ["raised"] if kind.states == "each time" else kind.states.split(", "),
        "driver": kind.driver,
        **declared,
    }


def _page(found: list[Kind], language: str) -> str:
    """What lacks a text in this language has it in English, or only its name in plain words."""
    words: dict[str, Any] = {}
    page: dict[str, dict[str, Any]] = {}
    for kind in found:
        page[kind.name] = {
            "name": kind.said(language, "name") or _plain(kind),
            "says": kind.said(language, "says") or [],
        }
        if "first" in kind.texts:
            page[kind.name]["first"] = True
        if kind.said(language, "do"):
            page[kind.name]["do"] = kind.said(language, "do")
        for name, values in _words(kind, language).items():
            if name in words:
                raise ValueError(f"{kind.file}: another kind has words called {name!r}.")
            words[name] = values
    text = {"made_by": _NOTE, "kinds": page, "words": words}
    return json.dumps(text, ensure_ascii=False, indent=1) + "\n"


def _words(kind: Kind, language: str) -> dict[str, Any]:
    """Lists of words that only this kind's sentences use."""
    english, own = (kind.texts.get(one, {}).get("words", {}) for one in ("en", language))
    return {**english, **own}


def _plain(kind: Kind) -> str:
    return kind.name.replace("_", " ")

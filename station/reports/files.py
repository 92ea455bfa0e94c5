"""Sheets as files: CSV (RFC 4180, UTF-8 with a byte order mark, as Excel wants it), JSON for the
page, and XLSX. Each is written row by row into an open file."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, BinaryIO

from station.plain import plain
from station.reports.sheets import Sheet
from station.reports.words import not_counted, shown, word
from station.reports.workbook import MOST_ROWS, Workbook

_BOM = "\ufeff"
_FORMULA = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""What a spreadsheet runs as a formula: also after spaces and what shows nothing, and with
the wide signs of East Asia."""
_LINES = re.compile(r"\s*[\r\n\v\f\x85\u2028\u2029]+\s*")
_WIDEST, _LOOKED_AT = 60, 200


def write_csv(sheet: Sheet, language: str, out: BinaryIO) -> None:
    """One sheet: a CSV file has no more."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=False)
    text.write(_BOM)
    writer = csv.writer(text)
    writer.writerow([word(column, language) for column in sheet.columns])
    writer.writerows(_lines(sheet, language, of_csv))
    text.detach()


def write_json(sheet: Sheet, language: str, out: BinaryIO) -> None:
    """One sheet for the page: {"columns", "rows", "left_out"}."""
    columns = json.dumps([word(column, language) for column in sheet.columns])
    out.write(f'{{"columns":{columns},"rows":['.encode())
    comma = b""
    for row in sheet.rows:
        cells = [plain(cell) if isinstance(cell, str) else cell
                 for cell in (shown(one, language) for one in row)]  # fmt: skip
        out.write(comma + json.dumps(cells, ensure_ascii=False).encode())
        comma = b","
    out.write(f'],"left_out":{json.dumps(not_counted(sheet.left_out, language))}}}'.encode())


def write_xlsx(sheets: list[Sheet], language: str, out: BinaryIO,
               progress: Callable[[float], None] = lambda _: None) -> None:  # fmt: skip
    """All sheets in one workbook. progress: is told how much is done, from 0.4, when all is read,
    to 1."""
    book = Workbook(out)
    for index, sheet in enumerate(sheets):
        progress(0.4 + 0.6 * index / len(sheets))
        head = [word(column, language) for column in sheet.columns]
        widths = [len(cell) for cell in head]
        for row in itertools.islice(sheet.rows, _LOOKED_AT):
            cells = (len(str(shown(cell, language) or "")) for cell in row)
            widths = [max(pair) for pair in zip(widths, cells, strict=True)]
        rows = itertools.islice(_lines(sheet, language, _harmless), MOST_ROWS)
        widths = [min(width + 2, _WIDEST) for width in widths]
        book.sheet(word(sheet.name, language), head, widths, rows)
    book.close()


def _lines(sheet: Sheet, language: str, clean: Any) -> Iterator[list[Any]]:
    """The rows below the head, and how many events were left out, if any was."""

    def tidy(cell: Any) -> Any:
        cell = shown(cell, language)
        return clean(cell) if isinstance(cell, str) else cell

    for row in sheet.rows:
        yield [cell if type(cell) is int else tidy(cell) for cell in row]
    if sheet.left_out:
        yield [not_counted(sheet.left_out, language)]


def of_csv(text: str) -> str:
    """On one line: programs that take CSV in line by line see no row that was none."""
    return _harmless(_LINES.sub(" ", text))


@lru_cache(maxsize=4096)  # names of buses and stops come again and again
def _harmless(text: str) -> str:
    """Keeps a text a text that a spreadsheet would run as a formula, or not open."""
    text = plain(text)
    return "'" + text if _FORMULA.match(text) else text

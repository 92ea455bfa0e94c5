"""Sheets as files: CSV (RFC 4180, UTF-8 with a byte order mark, as Excel wants it) and XLSX."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from station.reports.facts import Sheet
from station.reports.words import not_counted, shown, word

_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDEST = 60
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What XML, and so XLSX, cannot hold."""


def as_csv(sheet: Sheet, language: str) -> bytes:
    """One sheet: a CSV file has no more."""
    out = io.StringIO()
    out.write(_BOM)
    writer = csv.writer(out)
    writer.writerow([word(column, language) for column in sheet.columns])
    for row in _lines(sheet, language):
        writer.writerow(row)
    return out.getvalue().encode()


def as_json(sheet: Sheet, language: str) -> bytes:
    """One sheet for the page: {"columns", "rows", "left_out"}. Row by row, because the encoder lets
    no other thread work meanwhile."""
    columns = json.dumps([word(column, language) for column in sheet.columns])
    rows = ",".join(json.dumps([shown(cell, language) for cell in row]) for row in sheet.rows)
    left_out = json.dumps(not_counted(sheet.left_out, language))
    return f'{{"columns":{columns},"rows":[{rows}],"left_out":{left_out}}}'.encode()


def as_xlsx(sheets: list[Sheet], language: str) -> bytes:
    """All sheets in one workbook, written row by row: the cells of a month need much memory."""
    from openpyxl import Workbook  # here, because it takes a tenth of the station's start
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(word(sheet.name, language))
        page.freeze_panes = "A2"
        head = [word(column, language) for column in sheet.columns]
        widths = [len(cell) for cell in head]
        for row in sheet.rows:
            cells = (len(str(shown(cell, language) or "")) for cell in row)
            widths = [max(pair) for pair in zip(widths, cells, strict=True)]
        for index, width in enumerate(widths, 1):
            page.column_dimensions[get_column_letter(index)].width = min(width + 2, _WIDEST)
        bold = [WriteOnlyCell(page, cell) for cell in head]
        for cell in bold:
            cell.font = Font(bold=True)
        page.append(bold)
        for row in _lines(sheet, language):
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _lines(sheet: Sheet, language: str) -> Iterator[list[Any]]:
    """The rows below the head, and how many events were left out, if any was."""
    for row in sheet.rows:
        yield [_harmless(shown(cell, language)) for cell in row]
    if sheet.left_out:
        yield [not_counted(sheet.left_out, language)]


def _harmless(cell: Any) -> Any:
    """Keeps a text a text that a spreadsheet would run as a formula, or not open."""
    if not isinstance(cell, str):
        return cell
    cell = _CONTROL.sub("\ufffd", cell)
    return "'" + cell if cell.startswith(_FORMULA) else cell

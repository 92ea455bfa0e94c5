"""Sheets as files: CSV (RFC 4180, UTF-8 with a byte order mark, as Excel wants it) and XLSX."""

from __future__ import annotations

import csv
import io
from typing import Any

from station.reports.facts import Sheet
from station.reports.words import shown, word

_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDEST = 60


def as_csv(sheet: Sheet, language: str) -> bytes:
    """One sheet: a CSV file has no more."""
    out = io.StringIO()
    out.write(_BOM)
    writer = csv.writer(out)
    writer.writerow([word(column, language) for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_harmless(shown(cell, language)) for cell in row])
    return out.getvalue().encode()


def as_xlsx(sheets: list[Sheet], language: str) -> bytes:
    """All sheets in one workbook."""
    from openpyxl import Workbook  # here, because it takes a tenth of the station's start
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        page = book.create_sheet(word(sheet.name, language))
        page.append([word(column, language) for column in sheet.columns])
        for row in sheet.rows:
            page.append([_harmless(shown(cell, language)) for cell in row])
        for cell in page[1]:
            cell.font = Font(bold=True)
        page.freeze_panes = "A2"
        for index, column in enumerate(page.columns, 1):
            width = max(len(str(cell.value or "")) for cell in column)
            page.column_dimensions[get_column_letter(index)].width = min(width + 2, _WIDEST)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _harmless(cell: Any) -> Any:
    """Keeps a text a text that a spreadsheet would run as a formula."""
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return "'" + cell
    return cell

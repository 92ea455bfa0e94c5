"""XLSX (ECMA-376, SpreadsheetML), row by row into a file: cells of text and numbers, a bold head
that stays. A library writes a fleet's month thirteen to twenty times slower; no style is needed.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from station.plain import plain

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ROWS_AT_ONCE = 500
_BOLD = ' s="1"'
MOST_ROWS = 1_048_575
"""Excel opens no more in one sheet, beside the head."""
_LONGEST = 32_767
"""Characters that Excel opens in one cell."""
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill>'
    '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


class Workbook:
    def __init__(self, file: BinaryIO):
        """file: open for writing, at its beginning."""
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._names: list[str] = []

    def sheet(self, name: str, head: Sequence[str], widths: Sequence[int],
              rows: Iterable[Sequence[Any]]) -> None:  # fmt: skip
        """Cells: str, numbers or None."""
        self._names.append(name)
        columns = "".join(f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
                          for n, width in enumerate(widths, 1))  # fmt: skip
        with self._zip.open(
            f"xl/worksheets/sheet{len(self._names)}.xml", "w", force_zip64=True
        ) as out:
            out.write(
                f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
                '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
                f"</sheetView></sheetViews><cols>{columns}</cols><sheetData>"
                f"{_row(head, _BOLD)}".encode()
            )
            some: list[str] = []
            for row in rows:
                some.append(_row(row))
                if len(some) == _ROWS_AT_ONCE:
                    out.write("".join(some).encode())
                    some.clear()
            out.write(("".join(some) + "</sheetData></worksheet>").encode())

    def close(self) -> None:
        numbers = range(1, len(self._names) + 1)
        parts = {f"worksheets/sheet{n}.xml": "worksheet" for n in numbers}
        parts["styles.xml"] = "styles"
        kinds = {f"xl/{path}": f"{_KIND}.{kind}+xml" for path, kind in parts.items()}
        kinds["xl/workbook.xml"] = f"{_KIND}.sheet.main+xml"
        overrides = "".join(f'<Override PartName="/{path}" ContentType="{kind}"/>'
                            for path, kind in kinds.items())  # fmt: skip
        sheets = "".join(f'<sheet name="{_text(name, 31)}" sheetId="{n}" r:id="r{n}"/>'
                         for n, name in zip(numbers, self._names, strict=True))  # fmt: skip
        for path, text in (
            ("[Content_Types].xml",
             f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
             '"application/vnd.openxmlformats-package.relationships+xml"/>'
             f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'),
            ("_rels/.rels", _relations({"xl/workbook.xml": "officeDocument"})),
            ("xl/workbook.xml",
             f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'),
            ("xl/_rels/workbook.xml.rels", _relations(parts)),
            ("xl/styles.xml", _STYLES),
        ):  # fmt: skip
            self._zip.writestr(path, _HEAD + text)
        self._zip.close()


def _relations(parts: dict[str, str]) -> str:
    each = "".join(f'<Relationship Id="r{n}" Type="{_OFFICE}/{kind}" Target="{path}"/>'
                   for n, (path, kind) in enumerate(parts.items(), 1))  # fmt: skip
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _row(cells: Sequence[Any], style: str = "") -> str:
    each = [f"<c><v>{cell}</v></c>" if type(cell) is int else _cell(cell, style) for cell in cells]
    return f"<row>{''.join(each)}</row>"


def _cell(cell: Any, style: str) -> str:
    if isinstance(cell, str):
        return _text_cell(cell, style)
    return "<c/>" if cell is None else f"<c{style}><v>{cell}</v></c>"


@lru_cache(maxsize=4096)  # names come again and again
def _text_cell(cell: str, style: str) -> str:
    text = _text(cell, _LONGEST)
    return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{text}</t></is></c>'


def _text(text: str, longest: int) -> str:
    """What looks like an escape of Excel's (_x0041_ is read as A) is written as one itself."""
    whole = plain(text)[:longest]
    return escape(_ESCAPE.sub("_x005F_", whole), {'"': "&quot;"})

"""Texts and moments as XML takes them."""

from __future__ import annotations

from datetime import datetime, timezone
from xml.etree import ElementTree as ET

from station.plain import plain


def add(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = None if text is None else plain(text)
    return child


def written(root: ET.Element) -> bytes:
    return ET.tostring(root, "utf-8", xml_declaration=True)


def moment(utc_ms: int) -> str:
    """As CAP has it: whole seconds, and a zone in digits."""
    at = datetime.fromtimestamp(utc_ms // 1000, timezone.utc)
    return f"{at:%Y-%m-%dT%H:%M:%S}+00:00"

"""Texts and moments as XML takes them."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from xml.etree import ElementTree as ET

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to hold (its production 2)."""


def add(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = None if text is None else _FORBIDDEN.sub("\ufffd", text)
    return child


def written(root: ET.Element) -> bytes:
    return ET.tostring(root, "utf-8", xml_declaration=True)


def moment(utc_ms: int) -> str:
    """As CAP has it: whole seconds, and a zone in digits."""
    at = datetime.fromtimestamp(utc_ms // 1000, timezone.utc)
    return f"{at:%Y-%m-%dT%H:%M:%S}+00:00"

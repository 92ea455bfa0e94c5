"""One form of a text, in which alike is equal: Thai is typed in several ways that look the same.
The page has the same rules (js/thai.js)."""

from __future__ import annotations

import re
import unicodedata

_TONE = "[\u0e48-\u0e4c]"
_RULES = (
    (re.compile("[\u200b-\u200d\u2060\ufeff]"), ""),  # not seen; it says where a line may break
    (re.compile("\u0e40\u0e40"), "\u0e41"),  # two sara e for one sara ae
    (re.compile(f"\u0e4d({_TONE}?)\u0e32"), "\\1\u0e33"),  # nikhahit and sara aa for sara am
    (re.compile(f"({_TONE})\u0e4d\u0e32"), "\\1\u0e33"),
    (re.compile(f"\u0e33({_TONE})"), "\\1\u0e33"),  # the tone before sara am,
    (re.compile(f"({_TONE})([\u0e31\u0e34-\u0e39\u0e4d])"), "\\2\\1"),  # and after the other vowels
)


def one_form(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    for found, put in _RULES:
        text = found.sub(put, text)
    return text

"""Evidence: proves a file of `make pull`, or a station's export of one bus's day.

  python -m tools.evidence verify FILE [--city-key HEX|FILE] [--identity FILE]...

says that it is complete and unchanged, or names the first record that is not. Exit status 0: it is
proven. The two kinds of file: tools/evidence_board.py, tools/evidence_day.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tools import evidence_board, evidence_day
from tools.board import Trouble, parser, run
from tools.evidence_file import DAMAGED, read_exactly, visible

_INEXACT = (
    "The file is not as Busguard writes it: something stands in it twice, beside the records, or "
    "before or behind them, and another program may show that instead."
)


def verify(path: Path, city_key: str | None, identities: list[dict[str, Any]]) -> int:
    """Prints what is proven, and what is not. -> exit status."""
    about, files, is_exact = read_exactly(path)
    try:
        said, wrong, end = _checked(about, files, is_exact, city_key, identities)
    except DAMAGED as error:
        raise Trouble(f"{path} is no evidence, or it is damaged: {error!r}.") from error
    for sentence in (*said, *wrong):
        print(visible(sentence))
    print(f"{path}: {end}")
    return 1 if wrong else 0


def _checked(about: dict[str, Any], files: dict[str, bytes], is_exact: bool, city_key: str | None,
             identities: list[dict[str, Any]]) -> tuple[list[str], list[str], str]:  # fmt: skip
    """-> (sentences that say what is proven, sentences that say what is not, how it ends)."""
    inexact = [] if is_exact else [_INEXACT]
    if about.get("what") == evidence_day.WHAT:
        text = files.pop(evidence_day.RECORDS, b"")
        said, wrong, unchecked = evidence_day.verify(about, text, city_key, identities)
        wrong += [f"{name} does not belong into this file." for name in sorted(files)]
        wrong = inexact + wrong
        if not wrong:
            missing = evidence_day.not_here(about)
            wrong = [*unchecked, *missing]
            end = "complete and unchanged."
            if missing:
                end = "unchanged, but not complete."
            elif unchecked:
                end = "unchanged since the station wrote it, but not every seal was checked."
        else:
            end = "NOT proven."
    else:
        said, wrong = evidence_board.verify(about, files, identities)
        wrong = inexact + wrong
        end = "NOT proven." if wrong else "complete and unchanged."
    return said, wrong, end


def _city_key(given: str) -> str:
    """64 hex digits, or a file that holds them (city.pub)."""
    path = Path(given)
    text = path.read_text(encoding="utf-8").strip() if path.is_file() else given
    try:
        right = len(bytes.fromhex(text)) == 32
    except ValueError:
        right = False
    if not right:
        raise Trouble(f"{given} is neither 64 hexadecimal digits nor a file that holds them.")
    return text


def _identity(given: str) -> dict[str, Any]:
    try:
        known = json.loads(Path(given).read_text(encoding="utf-8"))
        bytes.fromhex(known["mac_key"])
        return {name: known[name] for name in ("fleet", "bus", "serial", "mac_key")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Trouble(f"{given} holds no identity of a bus: {error}.") from error


def main() -> int:
    top = parser(__doc__)
    ways = top.add_subparsers(required=True)
    verifying = ways.add_parser("verify", help="prove a file, or name the first wrong record")
    verifying.add_argument("file", type=Path)
    verifying.add_argument("--city-key", metavar="HEX|FILE", help="city.pub, or what is in it")
    verifying.add_argument("--identity", metavar="FILE", action="append", default=[],
                           help="fleet/BUS.identity.json, and BUS.identity.SERIAL.json of those "
                           "before; may be given again")  # fmt: skip
    options = top.parse_args()
    key = None if options.city_key is None else _city_key(options.city_key)
    return verify(options.file, key, [_identity(one) for one in options.identity])


if __name__ == "__main__":
    run(main)

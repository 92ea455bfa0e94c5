"""The folder fleet/: what each bus is to be, and which board it is.

<bus>.json           settings, written by a person
<bus>.identity.json  who the bus is, written by `make enrol`; secret
<bus>.identity.<serial>.json  who it was before, to prove the records of that time
<bus>.board          which chip carries which identity, written by `make deploy`
release.key, .pub    sign releases, and what boards know of it; made by `make release`
"""

from __future__ import annotations

import difflib
import json
import os
import re
from pathlib import Path
from typing import Any

from firmware import identity as identities
from sim.bus import settings_file
from sim.program.compiled import ROOT
from tools.board import Trouble

FLEET = Path(os.environ.get("BUSGUARD_FLEET", ROOT / "fleet"))
"""Another folder, such as one on an encrypted stick, is named in the environment."""
RELEASE_PUBLIC = "release.pub"
UNCHANGED = "change me"
"""What stands in bus.example.json in place of each thing that only the operator knows."""


def buses() -> list[str]:
    """Every bus with settings in fleet/."""
    return sorted(one.stem for one in FLEET.glob("*.json") if "." not in one.stem)


def settings(name: str) -> tuple[bytes, dict[str, Any]]:
    """fleet/<name>.json -> (the text, the settings). Trouble names every fault in it."""
    path = FLEET / f"{name}.json"
    if not path.is_file():
        known = ", ".join(buses())
        raise Trouble(
            f"fleet/{name}.json does not exist. "
            + _meant(name)
            + (f"These buses are there: {known}. " if known else "")
            + "For a new bus copy bus.example.json to it."
        )
    _refuse_unchanged(name, path.read_text(encoding="utf-8", errors="replace"))
    try:
        text, config = settings_file.read(path)
    except ValueError as error:
        raise Trouble(f"{error}\nNothing was sent to the board: mend the file first.") from error
    for key in ("fleet", "bus"):
        if config[key] == "unconfigured":
            raise Trouble(f"fleet/{name}.json: {key} is missing; the city could not tell the bus.")
    if config["bus"] != name:
        raise Trouble(
            f'fleet/{name}.json: bus is "{config["bus"]}", and has to be "{name}" as the file\'s '
            "name is. Two boards with one name hide each other's children from the city."
        )
    return text, config


def _meant(name: str) -> str:
    """What was probably meant by a name that no bus has."""
    if "," in name:
        return f'Separate buses with spaces: BUS="{" ".join(name.replace(",", " ").split())}". '
    by_small = {bus.lower(): bus for bus in buses()}
    near = difflib.get_close_matches(name.lower(), by_small, 1)
    return f"Did you mean {by_small[near[0]]}? " if near else ""


def _refuse_unchanged(name: str, text: str) -> None:
    lines = [str(n) for n, line in enumerate(text.splitlines(), 1) if UNCHANGED in line.lower()]
    if lines:
        where = "line " + lines[0] if len(lines) == 1 else "lines " + ", ".join(lines)
        raise Trouble(
            f'fleet/{name}.json still says "{UNCHANGED}" in {where}, as the example does. Put in '
            "what is true for this bus."
        )


def identity(name: str, config: dict[str, Any]) -> bytes | None:
    """fleet/<name>.identity.json; None: the file is not there. Trouble unless it is this bus's."""
    path = FLEET / f"{name}.identity.json"
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Trouble(f"fleet/{path.name} cannot be read: {error.strerror}.") from error
    try:
        found = identities.read(text)
    except ValueError as error:
        raise Trouble(
            f"fleet/{path.name} is no identity: {error} Another one, which ends the one before: "
            f"make enrol BUS={name} REPLACE=1"
        ) from error
    if (found.fleet, found.bus) != (config["fleet"], name):
        raise Trouble(
            f"fleet/{path.name} is the identity of {found.fleet}/{found.bus}, and "
            f"fleet/{name}.json is {config['fleet']}/{name}. Move that file away. Then give this "
            f"bus its own: make enrol BUS={name}, with REPLACE=1 if it had one before."
        )
    return text


def serial(text: bytes) -> str:
    """Of an identity that is right."""
    return identities.read(text).serial


def refuse_second_board(name: str, text: bytes, chip_id: str) -> None:
    """Trouble if another board was given this identity."""
    try:
        note = json.loads((FLEET / f"{name}.board").read_bytes())
    except (OSError, ValueError):
        return
    if note.get("serial") == serial(text) and note.get("chip_id") != chip_id:
        raise Trouble(
            f"Another board (chip {note.get('chip_id')}) carries the identity of {name}, and two "
            f"boards must not be one bus. If this board (chip {chip_id}) takes its place, give it "
            f"a new identity, which ends the old one: make enrol BUS={name} REPLACE=1"
        )


def note_board(name: str, text: bytes, chip_id: str) -> None:
    note = {"chip_id": chip_id, "serial": serial(text)}
    (FLEET / f"{name}.board").write_text(json.dumps(note) + "\n", encoding="utf-8")


def release_keys() -> list[str]:
    """fleet/release.pub: the public keys whose releases the boards take, 64 hex digits each; []:
    the file is not there, and the boards take no update. Trouble."""
    try:
        keys = (FLEET / RELEASE_PUBLIC).read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeError) as error:
        raise Trouble(f"fleet/{RELEASE_PUBLIC} cannot be read: {error}.") from error
    if not 1 <= len(keys) <= 2 or not all(re.fullmatch("[0-9a-f]{64}", key) for key in keys):
        raise Trouble(
            f"fleet/{RELEASE_PUBLIC} has to hold one or two public keys, 64 hexadecimal digits in "
            "a line each. `make release` writes it."
        )
    return keys

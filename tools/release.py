"""Makes a release of this tree: python -m tools.release

The file build/busguard-<version>.release goes to the station, which brings it to the buses
(docs/deploy.md). It is signed by the release key, fleet/release.key, which is made the first time.
"""

from __future__ import annotations

import os
import re
import subprocess
from datetime import date, datetime, timezone
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console

import firmware
from sim.program.compiled import ROOT
from sim.program.release import VERSION, packed, release
from tools import fleet
from tools.board import Trouble, parser, run

KEY = "release.key"
MADE = """\
This is the release key, {key}: every bus that has {public} runs what it signed.
Copy it to a memory stick now, and lock the stick away. It never goes to the station: whoever has
the station must not be able to give the buses a program. Without it no bus can be updated but by
cable; docs/deploy.md says what to do then, and what to do if it leaks.
"""
BUILT_DAYS = 30
"""A board's clock begins at firmware.BUILT, until it has the time of GNSS."""
TREE = ("firmware", "drivers", "main.py", "sim/program", "requirements-board.txt", "CHANGELOG.md")
"""What a release is made from."""


def private_key(path: Path, may_make: bool) -> Ed25519PrivateKey:
    """The release key, which is made if there is none and never was one. Trouble."""
    public = fleet.FLEET / fleet.RELEASE_PUBLIC
    if not path.exists():
        if not may_make or public.exists():
            raise Trouble(
                f"{path} does not exist. Bring the release key from its copy and name it: "
                "make release KEY=/media/stick/release.key. The boards would refuse what another "
                "key signed."
            )
        _make(path)
        print(MADE.format(key=path, public=public))
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Trouble(f"{path} is no release key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Trouble(f"{path} holds a key of another kind; a release key is of Ed25519.")
    known = key.public_key().public_bytes_raw().hex()
    if not public.exists():
        public.write_text(known + "\n", encoding="ascii")
    elif known not in fleet.release_keys():
        raise Trouble(
            f"{path} is not the key of {public}, which is what make deploy puts onto the boards: "
            "they would refuse this release. Name the right one with KEY=."
        )
    return key


def _make(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Trouble(f"A release is made from a git tree, and git said: {done.stderr.strip()}")
    return done.stdout.rstrip()


def commit_of_tree(may_be_dirty: bool) -> tuple[str, int]:
    """-> the commit, and its time. Trouble if the tree is not what this commit holds."""
    commit, made_s = git("log", "-1", "--format=%H %ct").split()
    changed = git("status", "--porcelain", "--", *TREE).splitlines()
    if changed and not may_be_dirty:
        raise Trouble(
            f"{changed[0][3:]} is not committed{_others(changed)}. Nobody could tell later what "
            "such a release holds. Commit first; to try something out: make release DIRTY=1."
        )
    return commit + ("-dirty" if changed else ""), int(made_s)


def _others(changed: list[str]) -> str:
    return f", and {len(changed) - 1} more" if changed[1:] else ""


def check_built(built: tuple[int, int, int], made_s: int) -> None:
    """Trouble unless firmware.BUILT is of the month before the release."""
    made = datetime.fromtimestamp(made_s, timezone.utc).date()
    days = (made - date(*built)).days
    if not 0 <= days <= BUILT_DAYS:
        told = f"{days} days before" if days > 0 else "after"
        raise Trouble(
            f"BUILT in firmware/__init__.py is {told} the commit that the release is made from. "
            f"Set it to {made.year, made.month, made.day} and commit: a board's clock begins there."
        )


def english(changelog: str, version: str) -> str:
    """The section of this version, else the one of what is unreleased."""
    sections = re.split(r"(?m)^## ", changelog)[1:]
    named = {one.split("\n", 1)[0].split(" ")[0]: one.partition("\n")[2] for one in sections}
    return (named.get(version) or named.get("Unreleased") or "").strip()


def notes(version: str, told: str | None) -> dict[str, str]:
    """What staff read. told: a text with the sections `## en` and `## th`; what it leaves out is
    English, and from CHANGELOG.md."""
    found = {"en": english((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), version)}
    for section in re.split(r"(?m)^## +", told or "")[1:]:
        language, _, text = section.partition("\n")
        if language.strip() not in ("en", "th"):
            raise Trouble(
                f'The notes have a section "{language.strip()}"; they may have `## en` and `## th`.'
            )
        found[language.strip()] = text.strip()
    if told and "## " not in told:
        raise Trouble("The notes have no section: begin each language with `## en` or `## th`.")
    return {"en": found["en"], "th": found.get("th", found["en"])}


def main() -> int:
    making = parser(__doc__)
    making.add_argument("--version", help="three numbers; else the one in firmware/__init__.py")
    making.add_argument("--key", type=Path, help="the release key; else fleet/release.key")
    making.add_argument("--notes", type=Path, help="a text for staff, sections `## en`, `## th`")
    making.add_argument("--out", type=Path, default=ROOT / "build", help="folder; else build/")
    making.add_argument("--dirty", action="store_true", help="the tree may be uncommitted")
    options = making.parse_args()
    version = options.version or firmware.VERSION
    if not VERSION.fullmatch(version):
        raise Trouble(f'"{version}" is no version: it is three numbers, as in 0.4.0.')
    commit, made_s = commit_of_tree(options.dirty)
    check_built(firmware.BUILT, made_s)
    try:
        told = options.notes and options.notes.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise Trouble(f"{options.notes} cannot be read: {error}") from error
    said = notes(version, told)
    key = private_key(options.key or fleet.FLEET / KEY, may_make=options.key is None)
    with Console().status("The program is compiled for every board ..."):
        name, content = release(key, version, notes=said, made_s=made_s, commit=commit)
    path, data = options.out / name, packed(content)
    if path.exists() and path.read_bytes() != data:
        raise Trouble(
            f"{path} is another release of version {version}: two with one number cannot be told "
            "apart. Move VERSION in firmware/__init__.py on, or remove that file if no bus and no "
            "station ever had it."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if said["th"] == said["en"]:
        print("Its notes are in English only: NOTES= names a file with a section `## th`.")
    print(f"{path}: version {version}, commit {commit[:12]}, {len(data):,} bytes.")
    print("Next: give it to the station, which brings it to the buses (docs/deploy.md).")
    return 0


if __name__ == "__main__":
    run(main, "No release was made.")

"""A release file (`make release`): read, and every part of it verified before it counts.

A ZIP with release.json and, for each set of a kind of board, manifest.json, parts, main.py,
packed.mpy and program.pack. Manifests and release.json are signed by the release key, whose public
half the station knows. Nothing is unpacked to the disk.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import zipfile
from base64 import b64decode
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from station.release.problem import ReleaseError

MOST_BYTES = 4_000_000
"""Of the file, and of all that it holds."""
_MOST_ENTRIES = 100
MANIFEST_BYTES = 1000
"""What a bus reads at most."""
FILES = ("main.py", "packed.mpy", "program.pack")
PART, PART_BYTES = "<I8s", 12
SHORT = 16
"""Characters of a release's id that stand in messages."""
_BOARDS = "xtensawin"
_DOMAIN = b"busguard-release\n"
_TAIL = 96
_SIG = re.compile(rb',"sig":"([A-Za-z0-9+/]{86})"}')
_MOST = {"release.json": 1_000_000, "manifest.json": MANIFEST_BYTES, "parts": 120_000,
         "main.py": 200_000, "packed.mpy": 200_000, "program.pack": 2_000_000}  # fmt: skip
_SET = re.compile("[a-z0-9]{1,20}")
_VERSION = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}")
_HEX = re.compile("[0-9a-f]{64}")
_NAME = re.compile("[a-z0-9_]{1,32}")
_MANIFEST = ("v", "version", "set", "boards", "mpy", "files", "parts", "sig")
_RELEASE = ("v", "version", "made_s", "notes", "commit", "micropython", "sets", "sig")


@dataclass(frozen=True)
class Set:
    """What one kind of board runs."""

    name: str
    ident: str
    """SHA-256 of its manifest: the release's id on the wire."""
    boards: tuple[str, ...]
    manifest_bytes: int
    image: bytes
    """What a bus asks for: manifest, parts and the files, one behind the other."""
    files: dict[str, tuple[int, str]]
    """Name -> bytes, SHA-256."""
    parts: tuple[tuple[int, bytes], ...]
    """Of program.pack, in its order: bytes, and the first of its SHA-256."""
    modules: dict[str, tuple[str, int]]
    """Path -> SHA-256, bytes."""

    @property
    def short(self) -> str:
        return self.ident[:SHORT]


@dataclass(frozen=True)
class Release:
    version: str
    made_s: int = 0
    notes: dict[str, str] = field(default_factory=lambda: {"en": "", "th": ""})
    commit: str = ""
    micropython: tuple[str, ...] = ()
    sets: dict[str, Set] = field(default_factory=dict)
    problem: str | None = None
    """Why it cannot be used now, as when another key has signed it: then only its version is
    known."""

    def sets_for(self, board: str | None) -> list[Set]:
        """The one for the boards themselves first: a virtual board has the name of a real one."""
        found = [one for one in self.sets.values() if board in one.boards]
        return sorted(found, key=lambda one: one.name != _BOARDS)

    @property
    def boards(self) -> list[str]:
        return sorted({board for one in self.sets.values() for board in one.boards})


def version_of(text: str | None) -> tuple[int, ...]:
    """To compare; () if it is none."""
    return tuple(map(int, text.split("."))) if text and _VERSION.fullmatch(text) else ()


def read(content: bytes, shown: str, keys: list[str]) -> Release:
    """keys: hex, of which one has signed. shown: what errors call the file. ReleaseError."""
    if len(content) > MOST_BYTES:
        raise ReleaseError(f"{shown} has {len(content)} bytes; a release has at most {MOST_BYTES}.")
    if not keys:
        raise ReleaseError(f"{shown} cannot be checked: this station does not know the release "
                           "key. Put release.pub into the folder of keys, or set "
                           "STATION_RELEASE_KEY.")  # fmt: skip
    return _Reader(_unpacked(content, shown), shown, keys).read()


def _unpacked(content: bytes, shown: str) -> dict[str, bytes]:
    """Name -> content, all within the limits."""
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if len(archive.infolist()) > _MOST_ENTRIES:
                raise ReleaseError(f"{shown} is no release: it holds more than {_MOST_ENTRIES} "
                                   "files.")  # fmt: skip
            for entry in archive.infolist():
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise ReleaseError(f"{shown}: {entry.filename!r} is packed in another way "
                                       "than a release is.")  # fmt: skip
                name = entry.filename
                most = _MOST.get(name.rpartition("/")[2])
                if most is None or name.count("/") > 1 or name in found:
                    raise ReleaseError(f"{shown} holds {name!r}, which is no part of a release, "
                                       "or stands there twice.")  # fmt: skip
                with archive.open(entry) as file:
                    part = file.read(min(most, left) + 1)
                if len(part) > min(most, left):
                    raise ReleaseError(f"{shown}: {name} has more than {min(most, left)} bytes.")
                left -= len(part)
                found[name] = part
    except ReleaseError:
        raise
    except Exception as error:  # zipfile raises whatever its parts raise
        raise ReleaseError(f"{shown} is no release, or was damaged on its way: {error}.") from error
    return found


class _Reader:
    def __init__(self, found: dict[str, bytes], shown: str, keys: list[str]):
        self._found = found
        self._shown = shown
        self._keys = keys

    def read(self) -> Release:
        about = self._signed("release.json", _RELEASE)
        try:
            self._check(about)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, ReleaseError):
                raise
            raise self._wrong("release.json", "is not in the form of a release") from error
        sets = {name: self._set(name, told, about) for name, told in about["sets"].items()}
        expected = {"release.json"} | {
            f"{name}/{file}" for name in sets for file in ("manifest.json", "parts", *FILES)
        }
        more = sorted(set(self._found) - expected)
        if more:
            raise self._wrong(more[0], "belongs to no set of release.json")
        return Release(about["version"], about["made_s"], about["notes"], about["commit"],
                       tuple(about["micropython"]), sets)  # fmt: skip

    def _check(self, about: dict[str, Any]) -> None:
        notes = about["notes"]
        right = (
            isinstance(about["version"], str)
            and _VERSION.fullmatch(about["version"])
            and _is_number(about["made_s"], 2**40)
            and isinstance(about["commit"], str)
            and set(notes) == {"en", "th"}
            and all(isinstance(note, str) and "\0" not in note for note in notes.values())
            and isinstance(about["micropython"], list)
            and all(re.fullmatch(r"\d+\.\d+", one) for one in about["micropython"])
            and about["sets"]
            and all(_SET.fullmatch(name) for name in about["sets"])
        )
        if not right:
            raise self._wrong("release.json", "is not in the form of a release")

    def _set(self, name: str, told: dict[str, Any], about: dict[str, Any]) -> Set:
        at = f"{name}/manifest.json"
        manifest = self._signed(at, _MANIFEST)
        ident = hashlib.sha256(self._found[at]).hexdigest()
        if told.get("manifest") != ident:
            raise self._wrong(at, "is not the one that release.json names")
        try:
            files = {file: (size, digest) for file, size, digest in manifest["files"]}
            bytes_of_parts, digest_of_parts = manifest["parts"]
            boards = tuple(manifest["boards"])
            right = (
                manifest["version"] == about["version"] and manifest["set"] == name
                and list(boards) == told["boards"] and boards
                and all(_NAME.fullmatch(board) for board in boards)
                and [entry[0] for entry in manifest["files"]] == list(FILES)
                and len(manifest["mpy"]) == 2
                and all(_is_number(size, MOST_BYTES) for size, _ in files.values())
                and all(_HEX.fullmatch(digest) for _, digest in files.values())
                and _is_number(bytes_of_parts, _MOST["parts"]) and bytes_of_parts % PART_BYTES == 0
                and _HEX.fullmatch(digest_of_parts)
            )  # fmt: skip
            modules = {path: (digest, size) for path, (digest, size) in told["modules"].items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._wrong(at, "is not in the form of a manifest") from error
        if not right:
            raise self._wrong(at, "does not fit release.json, or is not in the form of a manifest")
        parts = self._hashed(f"{name}/parts", bytes_of_parts, digest_of_parts)
        contents = [self._hashed(f"{name}/{file}", *files[file]) for file in FILES]
        table = tuple(struct.iter_unpack(PART, parts))
        self._check_parts(f"{name}/parts", table, contents[-1])
        image = b"".join([self._found[at], parts, *contents])
        return Set(name, ident, boards, len(self._found[at]), image, files, table, modules)

    def _check_parts(self, at: str, table: tuple, pack: bytes) -> None:
        begin = 0
        for length, digest in table:
            part = pack[begin : begin + length]
            begin += length
            if hashlib.sha256(part).digest()[: len(digest)] != digest:
                break
        else:
            if begin == len(pack):
                return
        raise self._wrong(at, "does not describe program.pack")

    def _hashed(self, name: str, size: int, digest: str) -> bytes:
        content = self._file(name)
        if len(content) != size:
            raise self._wrong(name, f"has {len(content)} bytes, and its manifest says {size}")
        if hashlib.sha256(content).hexdigest() != digest:
            raise self._wrong(name, "is not the file that its manifest names (another SHA-256)")
        return content

    def _signed(self, name: str, members: tuple[str, ...]) -> dict[str, Any]:
        text = self._file(name)
        sig = _SIG.fullmatch(text[-_TAIL:])
        if sig is None:
            raise self._wrong(name, "is not signed")
        signature = b64decode(sig[1] + b"==")
        if not any(_has_signed(key, signature, text[:-_TAIL]) for key in self._keys):
            raise self._wrong(name, "is not signed by the release key that this station knows")
        try:
            body = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self._wrong(name, f"is not JSON: {error}") from error
        if not isinstance(body, dict) or tuple(body) != members or body["v"] != 1:
            raise self._wrong(name, f"has other members than {', '.join(members)}")
        return body

    def _file(self, name: str) -> bytes:
        if name not in self._found:
            raise ReleaseError(f"{self._shown} holds no {name}.")
        return self._found[name]

    def _wrong(self, name: str, what: str) -> ReleaseError:
        return ReleaseError(f"{self._shown}: {name} {what}.")


def _is_number(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _has_signed(key: str, signature: bytes, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, _DOMAIN + text)
    except InvalidSignature:
        return False
    return True

"""A release: the program for every board in one file, signed by the release key.

`busguard-<version>.release` is a ZIP. Each of its sets is named by the architecture that it was
compiled for, and holds the files of a code slot, a list of the pack's parts (`parts`), and the
signed list of all of them (`manifest.json`). docs/deploy.md says who keeps the key. The same tree
gives the same bytes.
"""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

import firmware
from drivers.board.tables import NAMES
from sim.program.compiled import ARCHITECTURES, ROOT, build, sha256
from sim.program.pack import PACK, parts, slot

DOMAIN = b"busguard-release\n"
TAIL = 96
"""Bytes of `,"sig":"..."}`; what stands before them is signed."""
SETS = ("xtensawin", "x64")
"""Every ESP32 and ESP32-S3 board, and the virtual one."""
MPY = (6, 3)
"""Version and sub-version of the .mpy files."""
MICROPYTHON = ("1.28", "1.29")
"""Versions of MicroPython that load them."""
MANIFEST_BYTES = 1000
"""A bus reads no more."""
MANIFEST = "manifest.json"
FILES = ("main.py", "packed.mpy", PACK)
VERSION = re.compile(r"(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})")
_INIT = "firmware/__init__.py"
_TIME = (1980, 1, 1, 0, 0, 0)
Code = Mapping[str, Mapping[str, bytes]]


def mpy_of(name: str) -> int:
    """sys.implementation._mpy of the boards that a set is for."""
    return MPY[0] | MPY[1] << 8 | ARCHITECTURES.index(name) << 10


def compiled(version: str | None = None, instead: Mapping[str, bytes] | None = None) -> Code:
    """{set: {path: content}} from the tree. version: the program says it of itself, in place of
    the one in firmware/__init__.py. instead: as build() takes it."""
    changed = dict(instead or {})
    if version is not None:
        source = changed.get(_INIT) or (ROOT / _INIT).read_bytes()
        line = f'VERSION = "{version}"'.encode()
        changed[_INIT] = re.sub(rb'(?m)^VERSION = "[^"]*"$', line, source)
    return {name: build(mpy_of(name), changed) for name in SETS}


def signed(key: Ed25519PrivateKey, head: Mapping[str, Any]) -> bytes:
    """JSON with the signature over its exact bytes as the last member."""
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1].encode()
    signature = b64encode(key.sign(DOMAIN + text))[:86]
    return text + b',"sig":"' + signature + b'"}'


def is_signed(text: bytes, public: str) -> bool:
    """public: 64 hex digits."""
    if text[-TAIL : -TAIL + 8] != b',"sig":"' or text[-2:] != b'"}':
        return False
    try:
        signature = b64decode(text[-TAIL + 8 : -2] + b"==", validate=True)
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(signature, DOMAIN + text[:-TAIL])
    except (ValueError, InvalidSignature):
        return False
    return True


def found_parts(pack: bytes) -> bytes:
    """What `parts` holds: 12 bytes for each part of the pack, its length and the first 8 bytes of
    its SHA-256. It finds what can be copied; the SHA-256 of the whole file decides."""
    return b"".join(
        struct.pack("<I", len(part)) + bytes.fromhex(sha256(part)[:16]) for part in parts(pack)
    )


def make_set(
    key: Ed25519PrivateKey,
    version: str,
    name: str,
    code: Mapping[str, bytes],
    boards: tuple[str, ...] = NAMES,
) -> dict[str, bytes]:
    """One set -> {file: content}, in the order of its image. code: as build() makes it."""
    files = slot(dict(code))
    files["parts"] = found_parts(files[PACK])
    head = {
        "v": 1, "version": version, "set": name, "boards": list(boards), "mpy": list(MPY),
        "files": [[path, len(files[path]), sha256(files[path])] for path in FILES],
        "parts": [len(files["parts"]), sha256(files["parts"])],
    }  # fmt: skip
    manifest = signed(key, head)
    if len(manifest) > MANIFEST_BYTES:
        raise ValueError(f"manifest.json has {len(manifest)} bytes; a bus reads {MANIFEST_BYTES}")
    return {MANIFEST: manifest, **{path: files[path] for path in ("parts", *FILES)}}


def make_release(
    folder: Path,
    key: Ed25519PrivateKey,
    version: str | None = None,
    code: Code | None = None,
    **more: Any,
) -> Path:
    """Writes folder/busguard-<version>.release -> its path. more: as release() takes it."""
    name, content = release(key, version, code, **more)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(packed(content))
    return folder / name


def opened(path: Path, public: list[str]) -> dict[str, dict[str, bytes]]:
    """A release -> {set: {file: content}}, all of it right and signed by one of these keys.
    ValueError, with a sentence."""
    try:
        with zipfile.ZipFile(path) as file:
            content = {name: file.read(name) for name in file.namelist()}
        sets: dict[str, dict[str, bytes]] = {}
        for name in json.loads(content["release.json"])["sets"]:
            sets[name] = {one: content[f"{name}/{one}"] for one in (MANIFEST, "parts", *FILES)}
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no release: {error}") from error
    for files in sets.values():
        text = files[MANIFEST]
        if not any(is_signed(text, key) for key in public):
            raise ValueError(f"{path} is not signed by this fleet's release key.")
        told = json.loads(text)
        listed = {one: (size, digest) for one, size, digest in told["files"]}
        listed["parts"] = tuple(told["parts"])
        for one in ("parts", *FILES):
            if listed.get(one) != (len(files[one]), sha256(files[one])):
                raise ValueError(f"{path} is damaged: {one} is not what the manifest says.")
    return sets


def packed(content: Mapping[str, bytes]) -> bytes:
    """{name: content} -> a ZIP that says nothing of this computer: no time, no zlib of its own."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in content.items():
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, data)
    return file.getvalue()


def release(
    key: Ed25519PrivateKey,
    version: str | None = None,
    code: Code | None = None,
    *,
    instead: Mapping[str, bytes] | None = None,
    notes: Mapping[str, str] | None = None,
    made_s: int = 0,
    commit: str = "",
    boards: tuple[str, ...] = NAMES,
) -> tuple[str, dict[str, bytes]]:
    """-> name of the file, {name in it: content}. ValueError: the version is none.

    version: else the tree's. code: {set: {path: content}} in place of what the tree compiles to;
    each set needs main.py and drivers/board/packed.mpy. instead: sources in place of the tree's.
    made_s, commit: of the tree, so that the same tree gives the same bytes.
    """
    said = version or firmware.VERSION
    if not VERSION.fullmatch(said):
        raise ValueError(f'{said!r} is no version; it is three numbers, as in "0.4.0"')
    code = compiled(version, instead) if code is None else code
    sets: dict[str, Any] = {}
    content: dict[str, bytes] = {}
    for name in sorted(code, key=SETS.index):
        files = make_set(key, said, name, code[name], boards)
        modules = {path: [sha256(data), len(data)] for path, data in sorted(code[name].items())}
        sets[name] = {
            "manifest": sha256(files[MANIFEST]), "boards": list(boards), "modules": modules,
        }  # fmt: skip
        content |= {f"{name}/{path}": data for path, data in files.items()}
    head = {
        "v": 1, "version": said, "made_s": made_s, "notes": dict(notes or {"en": "", "th": ""}),
        "commit": commit, "micropython": list(MICROPYTHON), "sets": sets,
    }  # fmt: skip
    return f"busguard-{said}.release", {"release.json": signed(key, head), **content}

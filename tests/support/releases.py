"""Makes release files by the form that docs/release.md and docs/mqtt.md describe: small ones, for
tests of the station."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from base64 import b64encode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC = KEY.public_key().public_bytes_raw().hex()
BOARDS = {"xtensawin": ["devkit_wrover", "esp32s3_devkitc"], "x64": ["virtual"]}
NOTES = {"en": "Doors are read twice.", "th": "อ่านประตูสองครั้ง"}
MODULES = {"firmware/bus.mpy": b"bus" * 500, "firmware/trip.mpy": b"trip" * 300}


def signed(body, key=KEY):
    """-> the text with its signature: the last member, 96 bytes."""
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()[:-1]
    signature = b64encode(key.sign(b"busguard-release\n" + text))[:86]
    return text + b',"sig":"' + signature + b'"}'


def digest(content):
    return hashlib.sha256(content).hexdigest()


def a_set(name, version, modules, boards, key=KEY):
    """-> (name -> content, what release.json says of it)"""
    head = json.dumps([[path, len(text)] for path, text in modules.items()]).encode()
    pieces = [head, *modules.values()]
    parts = b"".join(struct.pack("<I8s", len(piece), hashlib.sha256(piece).digest()[:8])
                     for piece in pieces)  # fmt: skip
    files = {"main.py": b"print(1)\n", "packed.mpy": b"M" * 300, "program.pack": b"".join(pieces)}
    body = {
        "v": 1, "version": version, "set": name, "boards": boards, "mpy": [6, 3],
        "files": [[file, len(text), digest(text)] for file, text in files.items()],
        "parts": [len(parts), digest(parts)],
    }  # fmt: skip
    manifest = signed(body, key)
    told = {
        "manifest": digest(manifest),
        "boards": boards,
        "modules": {path: [digest(text), len(text)] for path, text in modules.items()},
    }
    return {"manifest.json": manifest, "parts": parts, **files}, told


def contents(version="0.4.0", modules=None, boards=None, key=KEY, notes=None,
             micropython=("1.28", "1.29")):  # fmt: skip
    """Name -> content of each file in the ZIP."""
    found, sets = {}, {}
    for name, of in (boards or BOARDS).items():
        files, sets[name] = a_set(name, version, modules or MODULES, of, key)
        found |= {f"{name}/{file}": text for file, text in files.items()}
    about = {
        "v": 1,
        "version": version,
        "made_s": 1_795_300_000,
        "notes": notes or NOTES,
        "commit": "0123abc",
        "micropython": list(micropython),
        "sets": sets,
    }
    return {"release.json": signed(about, key), **found}


def zipped(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def release(*args, **more):
    """-> the bytes of a release file."""
    return zipped(contents(*args, **more))

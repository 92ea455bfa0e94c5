"""A small release, signed with the private key of 32 bytes 07: the VM cannot sign.

tests/firmware/test_releases.py holds each manifest to what that key signs.
"""

import struct
from binascii import hexlify
from hashlib import sha256

KEY = "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c"
MAIN = b"from packed import run\nrun()\n" * 3
PACKED = b"M\x06\x00" + bytes(range(200))
MPY = 6 | 3 << 8 | 10 << 10  # sys.implementation._mpy of an ESP32
BOARD = "devkit_wrover"


def part(number, version):
    """bytes of a module; every third one is another in another version."""
    seed = b"%d %d" % (number, version if number % 3 == 0 else 0)
    return sha256(seed).digest() * (3 + 9 * number % 40)


def parts(version):
    """The head with the index of this fake has no meaning: only boot.py's loader reads it."""
    return [part(number, version) for number in range(7)]


def pack(version):
    return b"".join(parts(version))


def table(version):
    rows = [struct.pack("<I", len(one)) + sha256(one).digest()[:8] for one in parts(version)]
    return b"".join(rows)


def hexed(data):
    return hexlify(sha256(data).digest()).decode()


def manifest(version="99.0.0", content=1, boards=(BOARD,), name="xtensawin", mpy=(6, 3), sig=""):
    """bytes; sig: 86 characters."""
    files = [("main.py", MAIN), ("packed.mpy", PACKED), ("program.pack", pack(content))]
    listed = ",".join(['["%s",%d,"%s"]' % (path, len(data), hexed(data)) for path, data in files])
    rows = table(content)
    text = '{"v":1,"version":"%s","set":"%s","boards":[%s],"mpy":[%d,%d],"files":[%s]' % (
        version, name, ",".join(['"%s"' % board for board in boards]), mpy[0], mpy[1], listed,
    )  # fmt: skip
    return (text + ',"parts":[%d,"%s"],"sig":"%s"}' % (len(rows), hexed(rows), sig)).encode()


# Name: what manifest() gets.
ASKED = {
    "NEW": {},
    "SECOND": {"version": "99.0.1", "content": 2},
    "OLDER": {"version": "0.0.1"},
    "OTHER_BOARD": {"boards": ("lilygo_a7670", "devkit")},
    "OTHER_SET": {"name": "x64"},
    "OTHER_MPY": {"mpy": (6, 2)},
    "NO_VERSION": {"version": "99"},
}
SIGNED = {
    "NEW": "rhmaknDstELUIVWR2YQoXTqMR9e2mGQ/ZLVTy7251RUFkjJDDuacDbG+DIiHWaXyyv+w3Gfg5wFBznWk9HDAAQ",
    "SECOND": "vMRJUFdhLR42AUls/67MDBGAXTarGPvw3QyrJUYGn6I"
    "nppw9Pk5h+jTHgxrMT8nb95PtyunTlpyy5bEs+wd0BA",
    "OLDER": "BIZ4cXD1gTs3M1fOjqYuQZsm1ppZsrK314ij6fBS4Wd"
    "Wv5GtncMkEMaF/fCem1L2136XxQwxhCfwUpfk/7p3DQ",
    "OTHER_BOARD": "o38HkKYot0Qe6A9Usti1PL9MA/3wanu/ZnD6jdUX5Zc"
    "zHG65TMhQlGqypfjRirhRHg2i3NatswjsqGrVttGNBA",
    "OTHER_SET": "5kS07WeWbILk284L+5PUVbVrHwOo27t5mP7SJvXTVZs"
    "sP5x8MheqZVhUhUg+aDYP16rmq8fEsdhZGkoWLzU9CQ",
    "OTHER_MPY": "GZNBMpSchF4kvGKP0a5uuHnkYFLE2wjrVBNe8e1vH1+"
    "YMVB2ZmeNxDCgvhPCA2mRG+4NSvcyvLTneDAjT9vuCw",
    "NO_VERSION": "sskTJNCPLExZ+C5XsF+VoRaqTOzLF+aGb2K/7zobIfR"
    "0kgZr+lRCBAproKIJ2/RuDEmz5rcuexUMsMt1XlbDAA",
}


def signed(name):
    """-> bytes: the manifest of this name."""
    return manifest(sig=SIGNED[name], **ASKED[name])


def image(name="NEW"):
    """-> bytes, in which the pieces count."""
    content = ASKED[name].get("content", 1)
    return signed(name) + table(content) + MAIN + PACKED + pack(content)


def offer(name="NEW", until=2000000000, **more):
    """-> dict of cmd/release."""
    text = signed(name)
    return dict({"id": "r", "manifest": hexed(text), "bytes": len(text), "until": until}, **more)


def short(name="NEW"):
    return hexed(signed(name))[:16]

"""Runs on a board, at its prompt: tools/slots.py sends this file. Each function is one command.

It prints what it finds, one line each. `file` is the one that AttachedBoard.create has opened.
"""

import binascii
import hashlib
import os
import struct

file = None
block = memoryview(bytearray(2048))


def pieces(f, length):
    """The next bytes of an open file, at most 2 KB at a time; fewer if the file ends."""
    while length:
        n = f.readinto(block[: min(length, len(block))])
        if not n:
            return
        yield block[:n]
        length -= n


def digest(f, length):
    found = hashlib.sha256()
    for piece in pieces(f, length):
        found.update(piece)
    return binascii.hexlify(found.digest()).decode()


def is_file(path):
    try:
        os.stat(path)
        return True
    except OSError:
        return False


def chosen():
    """The slot that boot.py would start; nothing if the code stands at the root."""
    try:
        with open("/slot") as f:
            named = f.read().strip()
    except OSError:
        return
    for slot in (named, "a", "b"):
        here = "/" + slot
        if slot in ("a", "b") and is_file(here + "/manifest.json") and is_file(here + "/main.py"):
            print(slot)
            return


def hash_file(path):
    with open(path, "rb") as f:
        print(digest(f, os.stat(path)[6]), path)


def hash_folder(folder):
    try:
        entries = list(os.ilistdir(folder))
    except OSError:
        return
    for entry in entries:
        path = folder + "/" + entry[0]
        if entry[1] == 0x4000:
            hash_folder(path)
        else:
            hash_file(path)


def hash_pack(path):
    """The parts of a pack (drivers/board/packed.py), the head with its index and the modules, and
    where they begin. What was not sent has another digest; a pack without an index has no parts."""
    try:
        size = os.stat(path)[6]
    except OSError:
        return
    with open(path, "rb") as f:
        head = f.read(16)
        if len(head) < 16 or head[:4] != b"BGP1":
            return
        length, _, crc = struct.unpack("<III", head[4:])
        start = 16 + length
        if start > size:
            return
        index = f.read(length)
        if binascii.crc32(index) != crc:
            return
        f.seek(0)
        print(digest(f, start), 0)
        for line in index.split(b"\n")[:-1]:
            offset, length, _ = line.split(b" ")
            begin = start + int(offset)
            f.seek(begin)
            print(digest(f, int(length)), begin)


def copy(source, offset, length):
    with open(source, "rb") as f:
        f.seek(offset)
        for piece in pieces(f, length):
            file.write(piece)


def gone(path):
    try:
        os.remove(path)
    except OSError:
        pass


def folder(path):
    try:
        os.mkdir(path)
    except OSError:
        pass


def prune(path):
    """Removes the folders without a file."""
    for entry in list(os.ilistdir(path)):
        if entry[1] == 0x4000:
            prune(path + "/" + entry[0])
    try:
        os.rmdir(path)
    except OSError:
        pass

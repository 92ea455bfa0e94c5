"""Small files of an update in the root of the board, replaced at once or not at all."""

import json

from micropython import const

_LONGEST = const(2000)
_NEW = "update.new"


def read(files, name):
    """-> bytes; OSError."""
    file = files.open(name, "rb")
    try:
        return file.read(_LONGEST)
    finally:
        file.close()


def replace(files, name, given):
    """given: dict; OSError: the old file stays."""
    file = files.open(_NEW, "wb")
    try:
        file.write(json.dumps(given).encode())
    finally:
        file.close()
    files.rename(_NEW, name)


def drop(files, name):
    if files.has(name):
        files.remove(name)

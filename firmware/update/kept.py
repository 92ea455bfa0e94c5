"""Small files of an update in the root of the board, replaced at once or not at all."""

import json

from micropython import const

from firmware.replace import replace_file

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
    replace_file(files, _NEW, name, json.dumps(given).encode())


def drop(files, name):
    if files.has(name):
        files.remove(name)

"""The keys of the city that a bus knows, and how they change: cmd/city_keys.

While a key is replaced the bus knows two, so that what either has signed counts. The new ones go
into identity.json, at once or not at all.
"""

import json
from binascii import unhexlify

from firmware.event import WARNING, Event
from firmware.identity import FILE
from firmware.jsonstrict import parse

_NEW = "identity.new"


class CityKeys:
    def __init__(self, identity, files):
        """identity: Identity or None. files: drivers/board/files.py, or None: no file system."""
        self._identity = identity
        self._files = files
        self._notices = []

    def replace(self, given, by):
        """given: what the command has as "keys" -> sentence. ValueError says why not."""
        keys = _read(given)
        if self._files is None:
            raise ValueError("This board keeps no files.")
        try:
            self._write(given)
        except (OSError, ValueError) as error:
            text = "%s cannot be changed (%s): the keys stay as they are."
            raise ValueError(text % (FILE, error))
        self._identity.city_keys = keys
        short = [text[:8] for text in given]
        data = (("keys", short), ("by", by))
        self._notices.append(Event("city_keys_changed", WARNING, data=data, subject=None))
        return "The bus now obeys these keys: %s." % ", ".join(short)

    def update(self, s):
        """Snapshot -> Events."""
        if not self._notices:
            return ()
        notices, self._notices = self._notices, []
        return notices

    def _write(self, given):
        file = self._files.open(FILE, "rb")
        try:
            content = parse(file.read())
        finally:
            file.close()
        content["city_keys"] = given
        file = self._files.open(_NEW, "wb")
        try:
            file.write(json.dumps(content).encode())
        finally:
            file.close()
        self._files.rename(_NEW, FILE)


def _read(given):
    try:
        keys = [unhexlify(text) for text in given]
    except (TypeError, ValueError):
        keys = []
    sizes = [len(key) for key in keys]
    if sizes not in ([32], [32, 32]) or len(set(keys)) != len(keys):
        raise ValueError('"keys" has to be a list of one or two keys, each 64 hex digits.')
    return keys

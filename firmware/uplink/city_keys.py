"""The keys of the city that a bus knows, and how they change: cmd/city_keys.

While a key is replaced the bus knows two, so that what either has signed counts. The new ones go
into identity.json, at once or not at all.
"""

import json

from firmware.event import WARNING, Event
from firmware.identity import FILE, Identity
from firmware.replace import replace_file

_NEW = "identity.new"


class CityKeys:
    def __init__(self, identity, files):
        """identity: Identity or None. files: drivers/board/files.py, or None: no file system."""
        self._identity = identity
        self._files = files
        self._notices = []

    def replace(self, given, by):
        """given: what the command has as "keys" -> sentence. ValueError says why not."""
        if self._files is None:
            raise ValueError("This board keeps no files.")
        from firmware.ed25519 import is_key  # these leave the heap after each use
        from firmware.jsonstrict import NotJson, parse

        try:
            content = parse(self._read())
            content["city_keys"] = given
            keys = Identity(content).city_keys
            if keys == self._identity.city_keys:
                return "The bus obeys these keys already."
            if not all(is_key(key) for key in keys):
                raise ValueError("A key of the city has to be a public key of Ed25519.")
            replace_file(self._files, _NEW, FILE, json.dumps(content).encode())
        except (OSError, NotJson) as error:
            raise ValueError("%s cannot be changed (%s)." % (FILE, error))
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

    def _read(self):
        file = self._files.open(FILE, "rb")
        try:
            return file.read()
        finally:
            file.close()

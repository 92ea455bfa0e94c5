"""The settings that a bus runs on: /bus.json, or those that ran last.

After five minutes of running, the text of bus.json is kept beside it (bus.last.json). It is used
when bus.json is wrong in its wiring, and in a safe start, when what bus.json says may be what
crashes the board. If none has been kept, and also where even safe starts crash, nothing is
wired: no pin is driven, every seat and contact is unknown, and the bus keeps its journal and its
radio and reports why (drivers/board/unwired.py).

The file is written only when it changes, beside the old one, and takes its name in one rename: a
power cut leaves the old text or the new.
"""

from binascii import crc32

from micropython import const

from firmware.replace import replace_file

FILE = "bus.json"
LAST = "bus.last.json"
_NEW = "bus.last.new"
_PROVEN_MS = const(300000)  # as in drivers/board/start.py


class Settings:
    """config, errors: as firmware/config/load.py makes them, the worst error first."""

    def __init__(self, files, is_safe=False, is_hopeless=False):
        """files: Files of the board. is_safe: it starts after a crash loop; is_hopeless: after
        one of safe starts."""
        from firmware.config.choosing import choose  # leaves the heap after the start

        self._files = files
        self._since_ms = None
        text, last = self._content(FILE), self._content(LAST)
        self.config, self.errors, is_own = choose(text, last, is_safe, is_hopeless)
        self._crc = None  # of the text of bus.json if that is what runs, until it is kept
        if is_own and self.config["wired"] and not is_safe:
            self._crc = crc32(text)

    def live(self, now_ms):
        """Call it at least once a minute: after five minutes bus.json counts as proven."""
        if self._crc is None:
            return
        if self._since_ms is None:
            self._since_ms = now_ms
        if now_ms - self._since_ms >= _PROVEN_MS:
            crc, self._crc = self._crc, None
            self._keep(crc)

    def _keep(self, crc):
        text = self._content(FILE)
        if text is None or crc32(text) != crc or text == self._content(LAST):
            return
        try:
            replace_file(self._files, _NEW, LAST, text)
        except OSError:
            pass  # the flash is full or refuses: the next start tries again

    def _content(self, name):
        """-> bytes, or None: it cannot be read."""
        try:
            file = self._files.open(name, "rb")
        except OSError:
            return None
        try:
            return file.read()
        except OSError:
            return None
        finally:
            file.close()

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

from firmware.config.error import ConfigError

FILE = "bus.json"
LAST = "bus.last.json"
_NEW = "bus.last.new"
_PROVEN_MS = const(300000)  # as in drivers/board/start.py

_LAST_USED = "%s: no wiring is guessed; the settings that ran last are used."
_UNWIRED = (
    "%s: no wiring is guessed, and no settings have run before: no contact is read, no pin is "
    "driven, and no child is watched until this is mended."
)
_SAFE = "%s: the board has crashed again and again with it; the settings that ran last are used."
_HOPELESS = (
    "%s: even safe starts have crashed with it: no contact is read, no pin is driven, and no "
    "child is watched until this is mended."
)


class Settings:
    """config, errors: as firmware/config/load.py makes them, the worst error first."""

    def __init__(self, files, is_safe=False, is_hopeless=False):
        """files: Files of the board. is_safe: it starts after a crash loop; is_hopeless: after
        one of safe starts."""
        from firmware.config.load import defaults, parse  # leaves the heap after the start

        self._files = files
        self._since_ms = None
        self._crc = None  # of the text of bus.json if that is what runs, until it is kept
        self._is_own = True  # config is that of bus.json
        text = self._content(FILE)
        if text is None:
            self.config = defaults()
            self.config.update(wired=False, board=None)
            self.errors = [ConfigError(FILE + " cannot be read.")]
        else:
            self.config, self.errors = parse(text, FILE)
        if is_hopeless:
            self._give_up(_HOPELESS)
        elif is_safe or self.errors:
            self._look_at_last(text, is_safe)
        if self._is_own and self.config["wired"] and not is_safe:
            self._crc = crc32(text)

    def _look_at_last(self, text, is_safe):
        from firmware.config.load import parse

        kept = self._content(LAST)
        last = None if kept is None else parse(kept, LAST)[0]
        is_wired = self.config["wired"]
        if last is not None and last["wired"] and (not is_wired or (is_safe and kept != text)):
            self.config = last
            self._is_own = False
            self._report(_SAFE if is_wired else _LAST_USED)
        elif not is_wired:
            self._give_up(_UNWIRED)
        elif last is not None:
            self.config, self.errors = parse(text, FILE, last)

    def _give_up(self, why):
        self.config["wired"] = False
        self._report(why)

    def _report(self, why):
        first = [ConfigError(why % FILE)]
        wiring = [error for error in self.errors if error.is_wiring]
        self.errors = first + wiring + [error for error in self.errors if not error.is_wiring]

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
            file = self._files.open(_NEW, "wb")
            try:
                file.write(text)
            finally:
                file.close()
            self._files.rename(_NEW, LAST)
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

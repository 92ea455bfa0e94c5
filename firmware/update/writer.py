"""Writer: a file of the idle slot grows by pieces. Every 4 KB it is closed: a power cut later loses
no more than that, and littlefs copies no block twice."""

from micropython import const

_FLUSH = const(4096)


class Writer:
    """Every method raises OSError."""

    def __init__(self, slots):
        self._slots = slots
        self._file = self._name = None
        self._at = self._open_bytes = 0

    @property
    def is_open(self):
        return self._file is not None

    def write(self, name, at, data):
        """At the end of the file, or over what stands at `at`."""
        if self._name != name or self._at != at:
            self.close()
            size = self._slots.size(name)
            self._file = self._slots.open(name, "ab" if at >= size else "r+b")
            if at < size:
                self._file.seek(at)
            self._name, self._at = name, at
        self._file.write(data)
        self._at += len(data)
        self._open_bytes += len(data)
        if self._open_bytes >= _FLUSH:
            self.close()

    def close(self):
        """What was written is there now."""
        file, self._file, self._name = self._file, None, None
        self._open_bytes = 0
        if file is not None:
            file.close()

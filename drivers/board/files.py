"""Files of one folder on the board's file system (littlefs), by name.

rename() over an old file is atomic there: the file holds the old content or the new one. What is
written to a file is there once it is closed; before that, a power cut leaves the old content.
"""

import os

_SIZE = 6  # of what os.stat() gives
_EEXIST = 17


class Files:
    """Every method but has() raises OSError. folder: with its slash at the end."""

    def __init__(self, folder=""):
        self._folder = folder

    def open(self, name, mode):
        return open(self._folder + name, mode)

    def rename(self, old, new):
        """Replaces `new`. Neither file may be open."""
        os.rename(self._folder + old, self._folder + new)

    def remove(self, name):
        os.remove(self._folder + name)

    def size(self, name):
        """int, bytes."""
        return os.stat(self._folder + name)[_SIZE]

    def ensure(self, name):
        """Makes a folder; one that is there stays as it is."""
        try:
            os.mkdir(self._folder + name)
        except OSError as error:
            if error.args[0] != _EEXIST:
                raise

    def has(self, name):
        try:
            os.stat(self._folder + name)
        except OSError:
            return False
        return True

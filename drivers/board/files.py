"""Files of one folder on the board's file system (littlefs), by name.

rename() over an old file is atomic there: the file holds the old content or the new one.
"""

import os


class Files:
    """Every method but has() raises OSError. folder: with its slash at the end."""

    def __init__(self, folder=""):
        self._folder = folder

    def open(self, name, mode):
        return open(self._folder + name, mode)

    def rename(self, old, new):
        """Replaces `new`. Neither file may be open."""
        os.rename(self._folder + old, self._folder + new)

    def has(self, name):
        try:
            os.stat(self._folder + name)
        except OSError:
            return False
        return True

"""Ctrl-C is answered with one word, however early it comes: Python's own answer is a traceback."""

import sys


def _stopped(kind, error, traceback):
    if issubclass(kind, KeyboardInterrupt):
        print("Stopped.", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, traceback)


def install() -> None:
    """For the time while a command still imports what it needs; later main() answers it."""
    sys.excepthook = _stopped

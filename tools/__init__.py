"""What the Makefile calls. firmware/ runs here too, with the simulator's shim for MicroPython."""

import sys


def _told(kind, error, traceback):
    """Ctrl-C while a tool still imports what it needs; later it says itself what it leaves."""
    if issubclass(kind, KeyboardInterrupt):
        print("Stopped.", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, traceback)


sys.excepthook = _told

import sim as sim  # noqa: E402 - it lends CPython MicroPython's modules

"""What the Makefile calls. Importing sim lends CPython what firmware/ and drivers/ import of
MicroPython, and answers Ctrl-C with one word while a tool still loads."""

import sim  # noqa: F401

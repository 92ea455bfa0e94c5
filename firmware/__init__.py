"""Busguard's portable logic: one source for MicroPython and CPython."""

VERSION = "0.2.0"

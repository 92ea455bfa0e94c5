"""Busguard's portable logic: one source for MicroPython and CPython."""

VERSION = "0.3.0"
BUILT = (2026, 11, 1)  # year, month, day; a release moves it. No bus has seen an earlier day.

"""Fixtures for all tests."""

import sim  # noqa: F401  (CPython looks like MicroPython from here on)

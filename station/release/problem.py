"""What a release file, or a command about releases, is refused with."""

from __future__ import annotations


class ReleaseError(ValueError):
    """A whole sentence."""

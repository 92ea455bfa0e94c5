"""Why nothing was made or changed, in a sentence for the operator."""

from __future__ import annotations


class IdentityError(Exception):
    """A whole sentence."""

"""Why a command did nothing."""


class CommandError(Exception):
    """A sentence that says why a command did nothing."""

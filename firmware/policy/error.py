"""PolicyError: a policy pack cannot be used. In a file of its own: it stays, the reader leaves."""


class PolicyError(ValueError):
    """The text is not what it has to be; names the place."""

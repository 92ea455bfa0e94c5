"""What a soak raises when the firmware breaks a promise of the design."""


class PromiseBroken(AssertionError):
    """The text names what was promised and what happened."""


def need(true: object, what: str) -> None:
    """PromiseBroken with `what`, unless it is true."""
    if not true:
        raise PromiseBroken(what)

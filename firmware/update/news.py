"""The steps of an update that the city keeps: events of the kind `update`."""

from firmware.event import INFO, WARNING, Event


def news(what, version, since, why=None):
    """-> Event. what: taken, ready, changing, proven, returned, refused, withdrawn. version: str,
    of the release; since: of the code before it; why: str. What is None is left out."""
    severity = WARNING if what == "returned" else INFO
    data = (("what", what),)
    for part in (("version", version), ("from", since), ("why", why)):
        if part[1] is not None:
            data += (part,)
    return Event("update", severity, data=data, subject=None)

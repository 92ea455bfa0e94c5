"""The steps of an update that the city keeps: events of the kind `update`."""

from firmware.event import INFO, WARNING, Event


def news(what, version, since, why=None):
    """-> Event. what: taken, ready, changing, proven, returned, refused, withdrawn. version: str,
    of the release, or None; since: of the code before it, or None; why: str or None."""
    severity = WARNING if what == "returned" else INFO
    data = (("what", what), ("version", version), ("from", since), ("why", why))
    return Event("update", severity, data=data, subject=None)

"""Outcome: how a changeover has ended, in the code that runs after it.

boot.py and firmware/update/trial.py decide; here the city is told, and what was noted before the
change is put away. A change that a power cut has stopped before it began is none.
"""

from firmware.update import change, kept, offer
from firmware.update.news import news


def outcome(parts, is_new):
    """-> Events. parts: of the board, whose code is not on trial (any more); is_new: it was."""
    files, slots = parts.files, parts.slots
    noted, why = change.read(files), slots.came_back
    version = since = None
    if noted is not None:
        version, since = noted.version, noted.since
    if why is not None:
        if noted is not None:
            noted.why = why
            noted.keep(files)
        _drop(files, noted and noted.release)
        slots.forget_return()
        return [news("returned", version, since, why)]
    is_done = noted is not None and noted.why is None
    if is_done:
        kept.drop(files, change.KEPT)
        is_new = is_new or noted.release == slots.release
    if is_new:
        _drop(files, slots.release)
        return [news("proven", version, since)]
    return []


def _drop(files, release):
    """What the trial needed, and the offer of this release; None: not known. Another one has come
    since, and stays."""
    kept.drop(files, change.SENSED)
    given = offer.read(files)
    if given is None or release is None or given.short == release:
        kept.drop(files, offer.KEPT)

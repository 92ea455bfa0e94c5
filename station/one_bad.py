"""One bad row stops no other (P13): what makes one answer out of many passes over it.

    for row in rows:
        with over("gtfs"):
            entities.append(entity(row))

A row that cannot be read is left out, counted for whoever runs the station (/metrics), and logged.
Any other error still ends the whole: it is a fault of the program and not of a row.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)
OF_ONE_ROW = (ValueError, TypeError, KeyError, AttributeError, OverflowError, IndexError)
"""What reading one odd row raises."""
_QUIET_S = 60.0

passed_over: Counter[str] = Counter()
"""Where -> how many rows were left out there since the start."""
_logged_s: dict[str, float] = {}
_lock = threading.Lock()


@contextmanager
def over(where: str) -> Iterator[None]:
    """Leaves out the one row that its body reads, if it cannot be read. where: a word that never
    changes, such as the name of the answer. It is logged at most once a minute for each."""
    try:
        yield
    except OF_ONE_ROW as error:
        if _is_to_log(where):
            log.warning("%s: a row cannot be read and is left out (%d since the start): %s",
                        where, passed_over[where], error, exc_info=True)  # fmt: skip


def _is_to_log(where: str) -> bool:
    """Counts it, too."""
    now_s = time.monotonic()
    with _lock:  # reports are made in threads
        passed_over[where] += 1
        is_quiet = now_s - _logged_s.get(where, -_QUIET_S) < _QUIET_S
        if not is_quiet:
            _logged_s[where] = now_s
    return not is_quiet

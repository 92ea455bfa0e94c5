"""Days in several processes, in their order, with progress and a Ctrl-C that ends at once."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

from sim.progress import Progress


@contextmanager
def workers(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """They inherit that Ctrl-C is ignored: a day that it ended would count as failed."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    with ProcessPoolExecutor(jobs) as pool:
        wait([pool.submit(time.sleep, 0.1) for _ in range(jobs)])  # all have started
        signal.signal(signal.SIGINT, before)
        try:
            yield pool
        except KeyboardInterrupt:
            # The pool's own thread stumbles over days that were cancelled, and would show it.
            threading.excepthook = lambda _: None
            for worker in multiprocessing.active_children():  # rather than end its day first
                worker.kill()
            raise


def lived(pool: ProcessPoolExecutor, day: Callable, days: Sequence[Any]) -> Iterator[Any]:
    """day(each of days), in their order."""
    progress = Progress(len(days), "days")
    progress.show(0)
    for done, result in enumerate(pool.map(day, days, chunksize=1), 1):
        progress.clear()
        yield result
        progress.show(done)
    progress.clear()

"""Ends tasks for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

_AGAIN_S = 5.0


async def end(tasks: Iterable[asyncio.Task]) -> None:
    """Cancels them until each has ended. One cancellation may be lost: asyncio.wait_for() drops it
    if what it waits for ends at the same moment, and so do libraries that use it; the task goes on,
    and who waits for its end waits for ever."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        ended, left = await asyncio.wait(left, timeout=_AGAIN_S)
        for task in ended:
            if not task.cancelled():
                task.exception()  # else it is logged that nobody asked for it

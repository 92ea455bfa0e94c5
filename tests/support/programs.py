"""A program that a test starts, and that never outlives it, whatever the test finds."""

import subprocess
from contextlib import contextmanager


@contextmanager
def ended(process):
    """The program; one that still runs at the end of the block, or of a failed test, is killed:
    the way out of Popen's own block waits for it, for ever."""
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def interrupted(process, number, least_s=5.0, tries=12):
    """Sends the signal until the program has ended, as a person presses Ctrl-C again: Python drops
    one that comes while it clears away an object -> what it said since then, on both pipes."""
    for _ in range(tries):
        process.send_signal(number)
        try:
            return process.communicate(timeout=least_s)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(f"the program has not ended after {tries} signals")

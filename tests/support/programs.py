"""A program that a test starts, and that never outlives it, whatever the test finds."""

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

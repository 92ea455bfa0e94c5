"""Dialer: runs a connect that blocks (DNS, TCP, TLS, CONNACK) in a thread beside the tick.

Source: MicroPython documentation, `_thread`; the ESP32 port releases the interpreter
while it waits for DNS, connect, recv and write. CPython has the same module.
"""

import _thread

from micropython import const

_STACK = const(12 * 1024)  # bytes; a TLS handshake needs most of it
_AT_ONCE = const(3)  # the one that is waited for, and abandoned ones that still hang


class Dialer:
    """One connect at a time; an abandoned one may hang on in its thread."""

    def __init__(self):
        self._job = None
        self._running = []

    def start(self, connect):
        """connect() -> an object with close(), or OSError. Raises OSError if no thread is free."""
        self._running = [job for job in self._running if not job.is_done]
        if len(self._running) >= _AT_ONCE:
            raise OSError("earlier attempts still hang")
        job = _Job(connect)
        before = _stack_size(_STACK)
        try:
            _thread.start_new_thread(job.run, ())
        except (RuntimeError, MemoryError):
            raise OSError("no thread is free")
        finally:
            _stack_size(before)
        self._running.append(job)
        self._job = job

    def poll(self, now_ms):
        """-> None while it runs; then, once, its result. Raises the OSError of connect()."""
        job = self._job
        if job is None or not job.is_done:
            return None
        self._job = None
        if job.error is not None:
            raise job.error
        return job.result

    def abandon(self):
        """Gives the connect up. If it still returns a connection, that is closed."""
        if self._job is not None:
            self._job.abandon()
            self._job = None


def _stack_size(size):
    try:
        return _thread.stack_size(size)
    except ValueError:  # CPython never goes below 32 KiB, and its default is more
        return 0


class _Job:
    def __init__(self, connect):
        self._connect = connect
        self._lock = _thread.allocate_lock()
        self._is_abandoned = False
        self.is_done = False
        self.result = None
        self.error = None

    def run(self):
        try:
            self.result = self._connect()
        except OSError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - else poll() would wait for ever
            self.error = OSError(repr(error))
        with self._lock:
            self.is_done = True
            if self._is_abandoned:
                self._discard()

    def abandon(self):
        with self._lock:
            self._is_abandoned = True
            if self.is_done:
                self._discard()

    def _discard(self):
        if self.result is not None:
            self.result.close()

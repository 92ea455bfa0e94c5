"""Dialer: one connect in a thread of its own; a connection that comes too late is closed."""

import _thread
import time

from drivers.radio.dial import Dialer


class Sock:
    is_closed = False

    def close(self):
        self.is_closed = True


class Gate:
    """A connect that hangs until open() is called."""

    def __init__(self, result):
        self._result = result
        self._gate = _thread.allocate_lock()
        self._gate.acquire()
        self.is_over = False

    def open(self):
        self._gate.release()

    def __call__(self):
        self._gate.acquire()
        self.is_over = True
        if isinstance(self._result, Exception):
            raise self._result
        return self._result


def patience():
    """Generator: lets other threads run, more often than is needed."""
    for _ in range(1000000):
        time.sleep(0)
        yield


def outcome(dialer):
    """Polls until the connect is over -> its result, or its OSError."""
    for _ in patience():
        try:
            result = dialer.poll(0)
        except OSError as error:
            return error
        if result is not None:
            return result
    raise AssertionError("nothing came")


def test_the_result_comes_once():
    dialer = Dialer()
    sock = Sock()
    gate = Gate(sock)
    dialer.start(gate)
    assert dialer.poll(0) is None
    gate.open()
    assert outcome(dialer) is sock
    assert dialer.poll(0) is None and not sock.is_closed


def test_an_error_is_raised_once_whatever_it_was():
    for error in (OSError("no route"), ValueError("a bug")):
        dialer = Dialer()
        gate = Gate(error)
        gate.open()
        dialer.start(gate)
        assert isinstance(outcome(dialer), OSError)
        assert dialer.poll(0) is None


def test_what_an_abandoned_connect_returns_is_closed():
    dialer = Dialer()
    late = Sock()
    hanging = Gate(late)
    dialer.start(hanging)
    dialer.abandon()
    assert dialer.poll(0) is None
    sock = Sock()
    gate = Gate(sock)
    gate.open()
    dialer.start(gate)
    assert outcome(dialer) is sock
    hanging.open()
    for _ in patience():
        if late.is_closed:
            break
    assert late.is_closed and not sock.is_closed


def test_a_connection_that_was_there_before_it_was_abandoned_is_closed():
    dialer = Dialer()
    sock = Sock()
    gate = Gate(sock)
    gate.open()
    dialer.start(gate)
    for _ in patience():
        if dialer._job.is_done:
            break
    dialer.abandon()
    assert sock.is_closed


def test_connects_that_hang_do_not_pile_up():
    dialer = Dialer()
    hanging = [Gate(Sock()) for _ in range(3)]
    for gate in hanging:
        dialer.start(gate)
        dialer.abandon()
    try:
        dialer.start(Gate(Sock()))
        raise AssertionError("a fourth thread")
    except OSError:
        pass
    for gate in hanging:
        gate.open()
    for _ in patience():
        if all(gate._result.is_closed for gate in hanging):
            break
    again = Gate(Sock())
    again.open()
    dialer.start(again)
    assert outcome(dialer) is again._result

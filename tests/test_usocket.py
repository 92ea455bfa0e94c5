"""sim/usocket.py has MicroPython's stream methods: the shim that the real uplink runs on."""

import errno
import socket as cpython
import threading

import pytest

from sim import usocket


@pytest.fixture
def pair():
    """(usocket stream, CPython socket at the other end), connected over loopback."""
    listener = cpython.create_server(("127.0.0.1", 0))
    mine = usocket.socket()
    mine.connect(usocket.getaddrinfo("127.0.0.1", listener.getsockname()[1])[0][-1])
    other, _ = listener.accept()
    yield mine, other
    for sock in (mine, other, listener):
        sock.close()


def test_a_blocking_read_waits_for_all_of_it(pair):
    mine, other = pair
    other.sendall(b"ab")
    late = threading.Timer(0.02, other.sendall, [b"cd"])
    late.start()
    assert mine.read(4) == b"abcd"
    late.join()


def test_a_blocking_read_ends_where_the_stream_ends(pair):
    mine, other = pair
    other.sendall(b"ab")
    other.close()
    assert mine.read(4) == b"ab"
    assert mine.read(4) == b""
    assert mine.readinto(bytearray(4)) == 0


def test_without_blocking_nothing_yet_is_none(pair):
    mine, other = pair
    mine.setblocking(False)
    buf = bytearray(8)
    assert mine.read(1) is None
    assert mine.readinto(buf) is None
    other.sendall(b"abc")
    mine.setblocking(True)
    mine.read(1)
    mine.setblocking(False)
    assert mine.readinto(buf, 5) == 2
    assert buf[:2] == b"bc"


def test_without_blocking_a_full_pipe_takes_what_it_can(pair):
    mine, _ = pair
    mine.setblocking(False)
    lump = bytes(1 << 20)
    took = 0
    for _ in range(100):
        n = mine.write(lump)
        if n is None:
            break
        took += n
    assert n is None
    assert 0 < took < 100 * len(lump)


def test_write_takes_an_offset_and_a_length(pair):
    mine, other = pair
    assert mine.write(b"abcdef", 2) == 2
    assert mine.write(b"abcdef", 2, 3) == 3
    assert other.makefile("rb").read(5) == b"abcde"


def test_time_running_out_is_etimedout(pair):
    mine, _ = pair
    mine.settimeout(0.01)
    with pytest.raises(OSError) as caught:
        mine.read(1)
    assert caught.value.errno == errno.ETIMEDOUT


def test_nobody_there_is_refused():
    with cpython.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    sock = usocket.socket()
    with pytest.raises(OSError) as caught:
        sock.connect(("127.0.0.1", port))
    assert caught.value.errno == errno.ECONNREFUSED
    sock.close()
    sock.close()

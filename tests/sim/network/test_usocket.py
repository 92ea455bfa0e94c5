"""sim/network/usocket.py has MicroPython's stream methods, on which the real uplink runs."""

import errno
import socket as cpython
import ssl
import threading

import pytest

from sim.network import usocket


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


# For broker.test, signed by itself, for this test alone.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgnjnnyBhE7Zi22sOG
xCPF2wOU7j/dMT/A0l2B2SWTuoqhRANCAATLp1kHM9+EPRGmAnuqjc06fYbp3J58
Uj7A5llZhoWRQbk6PI3/JWtP2/KUA2nC5D3zrRnDHlD/pdyYKJUI+SEm
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIULptLLiNssM4SncM6iBegiHCiwaYwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLYnJva2VyLnRlc3QwIBcNMjYxMTIyMjE0MTM3WhgPMjEyNjEw
MjkyMTQxMzdaMBYxFDASBgNVBAMMC2Jyb2tlci50ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEy6dZBzPfhD0RpgJ7qo3NOn2G6dyefFI+wOZZWYaFkUG5OjyN
/yVrT9vylANpwuQ9860Zwx5Q/6XcmCiVCPkhJqNrMGkwHQYDVR0OBBYEFM3voKpR
AmA4lERKZMnnrqNnALU+MB8GA1UdIwQYMBaAFM3voKpRAmA4lERKZMnnrqNnALU+
MA8GA1UdEwEB/wQFMAMBAf8wFgYDVR0RBA8wDYILYnJva2VyLnRlc3QwCgYIKoZI
zj0EAwIDSQAwRgIhAJhM2QCm0ymi6529Cxi/G7/ooaDuVgd4OnGr80Fmev0rAiEA
v2zuoi1W98P6SEjXvxg+aQfLtYFFFtosq1A43vJgE/A=
-----END CERTIFICATE-----
"""


@pytest.fixture
def tls(pair, tmp_path):
    """handshake(**how) -> (ussl stream, CPython TLS socket at the other end)."""
    mine, other = pair
    path = tmp_path / "broker.pem"
    path.write_text(CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    ends = []

    def serve():
        try:
            ends.append(context.wrap_socket(other, server_side=True))
        except OSError:
            other.close()  # the client did not like it

    def handshake(**how):
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            ends.append(usocket.wrap_socket(mine, **how))
        finally:
            thread.join()
        return sorted(ends, key=lambda end: isinstance(end, ssl.SSLSocket))

    yield handshake
    for end in ends:
        end.close()


def test_tls_is_a_stream_like_any_other(tls):
    stream, other = tls(server_hostname="broker.test")
    assert not hasattr(stream, "settimeout")
    stream.setblocking(False)
    assert stream.read(1) is None
    stream.setblocking(True)
    other.sendall(b"hello")
    assert stream.read(5) == b"hello"
    assert stream.write(b"answer") == 6
    assert other.recv(10) == b"answer"
    other.close()
    assert stream.read(1) == b""


def test_tls_takes_the_authority_it_is_told_to(tls):
    certificate = CERTIFICATE[CERTIFICATE.index("-----BEGIN CERTIFICATE") :]
    stream, _ = tls(server_hostname="broker.test", cert_reqs=ssl.CERT_REQUIRED, cadata=certificate)
    assert stream.write(b"x") == 1


def test_tls_refuses_a_stranger_with_the_error_of_micropython(tls):
    with pytest.raises(ValueError, match="^\nThe certificate is not correctly signed by"):
        tls(server_hostname="broker.test", cert_reqs=ssl.CERT_REQUIRED)


def test_a_handshake_has_the_deadline_of_the_socket_below(pair):
    mine, _ = pair
    mine.settimeout(0.05)
    with pytest.raises(OSError) as caught:
        usocket.wrap_socket(mine, server_hostname="broker.test")
    assert caught.value.errno == errno.ETIMEDOUT

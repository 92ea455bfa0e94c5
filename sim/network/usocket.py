"""`usocket` and `ussl` on CPython: sockets with MicroPython's stream methods.

Shape: MicroPython documentation, library/socket "Methods" and library/io. What
differs from CPython and what code for the board relies on:

- read(n), readinto and write go on until all bytes are done, the stream ends or time is up;
- a socket that does not block answers None instead of raising EAGAIN, or the
  number of bytes that were possible;
- a time that ran out is OSError(ETIMEDOUT);
- addresses are IPv4, as on the ESP32.
"""

import errno
import socket as _socket
import ssl as _ssl

from sim.network import tls

AF_INET = _socket.AF_INET
SOCK_STREAM = _socket.SOCK_STREAM
SOL_SOCKET = _socket.SOL_SOCKET
SO_REUSEADDR = _socket.SO_REUSEADDR
IPPROTO_TCP = _socket.IPPROTO_TCP
TCP_NODELAY = _socket.TCP_NODELAY

_WOULD_BLOCK = (BlockingIOError, _ssl.SSLWantReadError, _ssl.SSLWantWriteError)


def getaddrinfo(host, port, af=AF_INET, kind=SOCK_STREAM):
    """[(family, type, protocol, name, address)]; OSError if the name is not known."""
    return _socket.getaddrinfo(host, port, af, kind)


class _Stream:
    """The stream methods that sockets and TLS sockets share. Any OSError is the network's."""

    def __init__(self, raw):
        self._raw = raw

    def fileno(self):
        """int, for select."""
        return self._raw.fileno()

    def setblocking(self, on):
        """bool. Cancels a timeout."""
        self._raw.setblocking(on)

    def close(self):
        """Closing twice is no error."""
        self._raw.close()

    def read(self, n):
        """bytes, n of them; fewer at the end of the stream; None if there is nothing yet."""
        buf = bytearray(n)
        got = self.readinto(buf)
        return None if got is None else bytes(buf[:got])

    def readinto(self, buf, n=None):
        """Number of bytes read, 0 at the end of the stream, None if there is nothing yet."""
        return self._all(self._raw.recv_into, memoryview(buf)[:n])

    def write(self, buf, off_or_len=None, length=None):
        """write(buf), write(buf, length) or write(buf, offset, length): bytes written or None."""
        view = memoryview(buf)
        if length is not None:
            view = view[off_or_len:][:length]
        elif off_or_len is not None:
            view = view[:off_or_len]
        return self._all(self._raw.send, view)

    def _all(self, step, view):
        done = 0
        while done < len(view):
            try:
                n = step(view[done:])
            except _WOULD_BLOCK:
                return done or None
            except TimeoutError:
                raise OSError(errno.ETIMEDOUT, "timed out") from None
            except _ssl.SSLEOFError:
                n = 0
            if n == 0:
                break
            done += n
        return done


class socket(_Stream):
    """A TCP socket over IPv4."""

    def __init__(self, af=AF_INET, kind=SOCK_STREAM, proto=0):
        super().__init__(_socket.socket(af, kind, proto))

    def settimeout(self, seconds):
        """float seconds; 0 does not block, None blocks for ever."""
        self._raw.settimeout(seconds)

    def setsockopt(self, level, option, value):
        """As the operating system has it."""
        self._raw.setsockopt(level, option, value)

    def connect(self, address):
        """An address of getaddrinfo. OSError: refused, unreachable, ETIMEDOUT, EINPROGRESS."""
        try:
            self._raw.connect(address)
        except TimeoutError:
            raise OSError(errno.ETIMEDOUT, "timed out") from None

    def send(self, buf):
        """Number of bytes taken; OSError(EAGAIN) if it would have to wait."""
        return self._raw.send(buf)

    def recv(self, n):
        """Up to n bytes, b"" at the end; OSError(EAGAIN) if it would have to wait."""
        return self._raw.recv(n)


def wrap_socket(sock, **how):
    """ussl.wrap_socket: a TLS client stream over a connected socket, handshake done.

    how: see sim/network/tls.py. The timeout of the socket below goes on to apply, and the stream
    has no settimeout, as on the board. OSError or ValueError if the handshake fails.
    """
    return _Stream(tls.wrap(sock._raw, **how))

"""TLS as MicroPython's `ssl` has it, on CPython's: DER in memory, its versions, and its errors.

Sources: MicroPython 1.29, extmod/modtls_mbedtls.c (wrap_socket takes DER; a certificate that fails
is a ValueError with Mbed TLS's text, everything else an OSError with its number); Mbed TLS 3,
x509.h and ssl.h. The ESP32 port and the VM speak TLS 1.2, so that a certificate that the broker
refuses ends the handshake, and not the first read after it.
"""

from __future__ import annotations

import errno
import socket
import ssl
import tempfile

_FATAL_ALERT = (-0x7780, "MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE")
_INVALID_RECORD = (-0x7200, "MBEDTLS_ERR_SSL_INVALID_RECORD")
_CONN_EOF = (-0x7280, "MBEDTLS_ERR_SSL_CONN_EOF")
_NOT_YET, _EXPIRED, _NAME, _ADDRESS = 9, 10, 62, 64  # X509_V_ERR_... of OpenSSL
_TEXTS = {
    _NOT_YET: "The certificate validity starts in the future",
    _EXPIRED: "The certificate validity has expired",
    _NAME: "The certificate Common Name (CN) does not match with the expected CN",
    _ADDRESS: "The certificate Common Name (CN) does not match with the expected CN",
}
_UNKNOWN = "The certificate is not correctly signed by the trusted CA"


def wrap(
    sock: socket.socket,
    server_hostname: str | None = None,
    cert_reqs: int = ssl.CERT_NONE,
    cadata: bytes | None = None,
    cert: bytes | None = None,
    key: bytes | None = None,
) -> ssl.SSLSocket:
    """A connected socket -> its TLS, the handshake done; cadata, cert, key: DER."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = cert_reqs == ssl.CERT_REQUIRED
    context.verify_mode = ssl.VerifyMode(cert_reqs)
    try:
        if cert or key:
            _load(context, cert or b"", key or b"")
        if cadata:
            context.load_verify_locations(cadata=cadata)
    except ssl.SSLError as error:
        raise ValueError("invalid cert" if cert is None else "invalid key") from error
    try:
        return context.wrap_socket(sock, server_hostname=server_hostname)
    except TimeoutError:
        raise OSError(errno.ETIMEDOUT, "timed out") from None
    except ssl.SSLCertVerificationError as error:
        text = _TEXTS.get(error.verify_code, _UNKNOWN)
        raise ValueError(f"\n{text}\n") from None
    except ssl.SSLEOFError:
        raise OSError(*_CONN_EOF) from None
    except ssl.SSLError as error:
        is_alert = "ALERT" in (error.reason or "")
        raise OSError(*(_FATAL_ALERT if is_alert else _INVALID_RECORD)) from None


def _load(context: ssl.SSLContext, cert: bytes, key: bytes) -> None:
    """CPython reads a certificate and its key from a file only, in PEM."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:  # nobody else may read it
        file.write(ssl.DER_cert_to_PEM_cert(cert) + _pem_key(key))
        file.flush()
        context.load_cert_chain(file.name)


def _pem_key(key: bytes) -> str:
    """SEC1 (RFC 5915, version 1) or PKCS8 (RFC 5208, version 0), by the first INTEGER in it."""
    at = 2 if key[1] < 0x80 else 2 + (key[1] & 0x7F)
    name = "EC PRIVATE KEY" if key[at : at + 3] == b"\x02\x01\x01" else "PRIVATE KEY"
    return ssl.DER_cert_to_PEM_cert(key).replace("CERTIFICATE", name)

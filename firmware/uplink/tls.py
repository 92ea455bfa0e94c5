"""TLS to the broker: what ssl is given, and a sentence for each way in which it fails.

Source of the texts and numbers: Mbed TLS 3, x509.h (MBEDTLS_X509_CRT_ERROR_INFO_LIST), ssl.h. The
simulator's sockets raise the same on CPython (sim/network/tls.py).
"""

from micropython import const

_CERT_REQUIRED = const(2)  # ssl.CERT_REQUIRED, on both Pythons
_FATAL_ALERT = const(-0x7780)  # MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE
_NO_MEMORY = (-0x7F00, 12)  # MBEDTLS_ERR_SSL_ALLOC_FAILED, ENOMEM
_OWN = const(-0x1000)  # and below: an error of Mbed TLS
_BROKEN = (32, 103, 104, 107, 128)  # EPIPE, ECONNABORTED, ECONNRESET, ENOTCONN here and on ESP32
_ALERT = b"\x15\x03"  # the head of an alert's record, of any version

_REFUSED = "The broker refuses this bus's certificate in the TLS handshake."
_NO_ROOM = "The board has no memory left for TLS."
_NO_ANSWER = "Port %d of the broker does not answer in TLS."
_VERIFIED = (  # what Mbed TLS says of a certificate, and what it means; the first that is there
    ("not correctly signed", "The broker's certificate is from an unknown authority."),
    ("does not match", "The broker's certificate is not for the name %s."),
    ("starts in the future", "The broker's certificate is not valid yet: the bus's clock says %s."),
    ("has expired", "The broker's certificate has expired: the bus's clock says %s."),
)


def arguments(host, identity):
    """-> dict, arguments of ssl.wrap_socket. A broker that cannot be verified is never spoken to:
    OSError, with a sentence."""
    if identity is None:
        raise OSError("TLS needs an identity: make enrol writes identity.json.")
    if not identity.ca:
        raise OSError("identity.json has no ca: the broker cannot be verified.")
    how = {"server_hostname": host, "cert_reqs": _CERT_REQUIRED, "cadata": identity.ca}
    if identity.cert:
        how["cert"], how["key"] = identity.cert, identity.key
    return how


def refused_certificate(error, host, today):
    """ValueError of ssl -> str. today: what the bus's clock says, "2026-11-29"."""
    said = str(error)
    for words, text in _VERIFIED:
        if words in said:
            if "%s" not in text:
                return text
            return text % (host if "name" in text else today)
    if "certificate" in said.lower():
        return "The broker's certificate is not accepted: %s." % " ".join(said.split()).rstrip(".")
    return "A certificate or the key in identity.json cannot be used: %s." % said


def broken_handshake(error, sock, port):
    """OSError before the handshake was over; sock: the socket below it -> str, or None: it was
    not TLS that failed."""
    number = error.args[0] if error.args else 0
    if number == _FATAL_ALERT or (number in _BROKEN and _has_alert(sock)):
        return _REFUSED
    if number in _NO_MEMORY:
        return _NO_ROOM
    if number in _BROKEN or (isinstance(number, int) and number <= _OWN):
        return _NO_ANSWER % port
    return None


def _has_alert(sock):
    """bool: the broker said why. A bus that still writes when it is refused sees only a broken
    connection; the alert waits in the socket."""
    try:
        sock.settimeout(0.5)
        return bytes(sock.read(2) or b"") == _ALERT
    except OSError:
        return False

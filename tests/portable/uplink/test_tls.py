"""Each way in which TLS fails has its own sentence; here by the errors as ssl raises them."""

from firmware.uplink import tls

TODAY = "2026-11-29"
RECORD = b"\x15\x03\x03\x00\x02\x02\x30"  # an alert: unknown_ca


class Sock:
    def __init__(self, waits=b""):
        self._waits = waits
        self.timeout_s = None

    def settimeout(self, seconds):
        self.timeout_s = seconds

    def read(self, n):
        if self._waits is None:
            raise OSError(104)
        return self._waits[:n]


def broken(error, waits=b""):
    return tls.broken_handshake(error, Sock(waits), 8883)


def test_an_alert_is_a_refusal_also_if_the_bus_still_wrote_when_it_came():
    refused = "The broker refuses this bus's certificate in the TLS handshake."
    assert broken(OSError(-0x7780, "MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE")) == refused
    for number in (32, 103, 104, 107, 128):
        assert broken(OSError(number), RECORD) == refused


def test_the_look_for_an_alert_does_not_wait():
    sock = Sock(RECORD)
    tls.broken_handshake(OSError(104), sock, 1)
    assert sock.timeout_s == 0.5


def test_a_broker_without_tls():
    plain = "Port 8883 of the broker does not answer in TLS."
    for number in (104, 32, -0x7200, -0x7280):
        for waits in (b"", b"HTTP/1.0", None):
            assert broken(OSError(number, "x"), waits) == plain, number


def test_what_is_no_fault_of_tls_stays_what_it_is():
    for error in (OSError(111), OSError(-2), OSError(110), OSError(113), OSError("odd"), OSError()):
        assert broken(error, RECORD) is None


def test_a_board_without_memory_blames_no_broker():
    for number in (-0x7F00, 12):
        assert broken(OSError(number)) == "The board has no memory left for TLS."


def test_of_several_faults_of_a_certificate_the_gravest_is_told():
    texts = {
        "\nThe certificate validity starts in the future\n": "is not valid yet: the bus's clock "
        "says 2026-11-29.",
        "\nThe certificate validity has expired\n": "has expired: the bus's clock says 2026-11-29.",
        "\nThe certificate Common Name (CN) does not match with the expected CN\n"
        "The certificate validity has expired\n": "is not for the name h.",
        "\nThe certificate validity has expired\nThe certificate is not correctly signed by the "
        "trusted CA\n": "is from an unknown authority.",
    }
    for said in texts:
        told = tls.refused_certificate(ValueError(said), "h", TODAY)
        assert told == "The broker's certificate " + texts[said], told

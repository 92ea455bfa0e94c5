"""The AT channel, byte by byte."""

from drivers.radio.at import TIMED_OUT, At


class Uart:
    def __init__(self):
        self.sent = b""
        self.arrived = b""

    def write(self, data):
        self.sent += data

    def any(self):
        return len(self.arrived)

    def readinto(self, buf):
        buf[: len(buf)] = self.arrived[: len(buf)]
        self.arrived = self.arrived[len(buf) :]
        return len(buf)


def asked(command, answer, piece=1000, now_ms=1):
    """-> (channel, result) after the answer has come in pieces."""
    uart = Uart()
    at = At(uart)
    at.ask(command, 0, 5000)
    result = None
    while answer and result is None:
        uart.arrived += answer[:piece]
        answer = answer[piece:]
        while result is None and uart.arrived:
            result = at.poll(now_ms)
    return at, result


def test_a_command_goes_out_with_at_and_a_return():
    uart = Uart()
    At(uart).ask("+CSQ", 0, 1000)
    assert uart.sent == b"AT+CSQ\r"


def test_an_answer_in_any_pieces():
    for piece in range(1, 30):
        at, result = asked("+CSQ", b"AT+CSQ\r\r\n+CSQ: 21,99\r\n\r\nOK\r\n", piece)
        assert result == "OK" and at.answers == ["+CSQ: 21,99"] and at.urcs == []


def test_every_final_result():
    for final in ("OK", "ERROR", "NO CARRIER", "BUSY", "+CME ERROR: 10", "+CMS ERROR: 500"):
        assert asked("D*99#", b"\r\n" + final.encode() + b"\r\n")[1] == final
    assert asked("D*99#", b"\r\nCONNECT 115200\r\n")[1] == "CONNECT"


def test_what_follows_a_connect_stays_for_ppp():
    uart = Uart()
    at = At(uart)
    at.ask("D*99#", 0, 5000)
    uart.arrived = b"\r\nCONNECT 115200\r\n\x7e\xff\x7d\x23"
    assert at.poll(1) == "CONNECT"
    assert uart.arrived == b"\n\x7e\xff\x7d\x23"  # PPP ignores a LF between frames


def test_urcs_nmea_and_garbage_in_the_middle_are_no_answer():
    noise = b"\r\n+CGEV: ME PDN ACT 1\r\n$GNRMC,1,V*00\r\n\xff\xfe\x00+CSQ: 9\r\n\r\n+CREG: 1\r\n"
    at, result = asked("+CSQ", noise + b"\r\n+CSQ: 21,99\r\n" + noise + b"\r\nOK\r\n")
    assert result == "OK" and at.answers == ["+CSQ: 21,99"]
    assert at.urcs == ["+CGEV: ME PDN ACT 1", "+CREG: 1"] * 2


def test_an_answer_without_a_prefix():
    at, result = asked("E0", b"ATE0\r\r\nsomething\r\n\r\nOK\r\n")
    assert result == "OK" and at.answers == ["something"]


def test_silence_ends_at_its_time_and_a_late_answer_is_thrown_away():
    uart = Uart()
    at = At(uart)
    at.ask("+CPIN?", 100, 5000)
    assert at.poll(5099) is None and at.poll(5100) == TIMED_OUT
    uart.arrived = b"\r\nOK\r\n"
    assert at.drain() and not at.drain()
    at.ask("+CSQ", 6000, 5000)
    assert at.poll(6001) is None


def test_a_line_without_an_end_fills_no_memory():
    at, result = asked("+CSQ", b"+CSQ: " + b"9" * 5000 + b"\r\n\r\n+CSQ: 1,99\r\nOK\r\n")
    assert result == "OK" and at.answers == ["+CSQ: 1,99"]


def test_only_the_newest_lines_are_kept():
    at, result = asked("+CSQ", b"".join([b"URC %d\r\n" % n for n in range(50)]) + b"OK\r\n")
    assert at.urcs == ["URC %d" % n for n in range(44, 50)]


def test_a_poll_reads_no_more_than_64_bytes():
    uart = Uart()
    at = At(uart)
    at.ask("+CSQ", 0, 5000)
    uart.arrived = b"x" * 200
    at.poll(1)
    assert len(uart.arrived) == 136

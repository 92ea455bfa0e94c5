"""The Modbus scanner against hand-set bytes: what counts as an answer, and what does not."""

from drivers.modbus import Modbus, Module, crc16, request


class Uart:
    """says: the bytes that follow each request, in turn; None: silence."""

    def __init__(self, *says):
        self.says = list(says)
        self.sent = []
        self.heard = b""

    def any(self):
        return len(self.heard)

    def readinto(self, buf):
        n = len(self.heard)
        buf[:n] = self.heard
        self.heard = b""
        return n or None

    def write(self, buf):
        self.sent.append(bytes(buf))
        self.heard = (self.says.pop(0) if self.says else None) or b""

    def flush(self):
        pass


def framed(*body):
    body = bytes(body)
    crc = crc16(body, 0, len(body))
    return body + bytes((crc & 0xFF, crc >> 8))


def scan(uart, inputs=16, ms=400, timeout_ms=100):
    """-> the module after `ms`, with a turn every 5 ms as in main.py."""
    module = Module(17, inputs)
    line = Modbus(uart, [module], 9600, timeout_ms)
    for now_ms in range(0, ms, 5):
        line.turn(now_ms)
    return module


def is_unknown(module):
    for bank in module.banks:
        try:
            bank.read()
            return False
        except OSError:
            pass
    return True


GOOD = framed(17, 2, 2, 0xFE, 0x7F)  # inputs 0 and 15 without current: both contacts open


def test_the_crc_is_that_of_the_standard():
    assert crc16(b"\x02\x07", 0, 2) == 0x1241  # MODBUS over Serial Line V1.02, 6.2.2
    assert crc16(b"\x00\x02\x07\x41\x12", 1, 5) == 0


def test_the_request_is_function_02():
    assert request(17, 0, 22)[:6] == b"\x11\x02\x00\x00\x00\x16"
    assert crc16(request(17, 0, 22), 0, 8) == 0


def test_an_open_contact_is_high():
    module = scan(Uart(GOOD), ms=90)
    assert [bank.read() for bank in module.banks] == [0x8001]


def test_forty_eight_inputs_are_three_banks_and_twenty_four_two():
    module = scan(Uart(framed(17, 2, 6, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0x7F)), 48, ms=90)
    assert [bank.read() for bank in module.banks] == [0, 1, 0x8000]
    module = scan(Uart(framed(17, 2, 3, 0xFF, 0xFF, 0xFE)), 24, ms=90)
    assert [(bank.inputs, bank.read() & 0xFF) for bank in module.banks] == [(16, 0), (8, 1)]


def test_an_echo_and_noise_before_the_answer_are_passed_over():
    for before in (request(17, 0, 16), b"\x00", b"\xff\x11\x02"):
        assert not is_unknown(scan(Uart(before + GOOD), ms=90))


def test_whatever_is_wrong_is_no_answer():
    damaged = []
    for at in range(len(GOOD)):
        for bit in range(8):
            broken = bytearray(GOOD)
            broken[at] ^= 1 << bit
            damaged.append(bytes(broken))
    for wrong in damaged:
        assert is_unknown(scan(Uart(wrong), ms=90)), wrong
    for wrong in (
        framed(18, 2, 2, 0xFE, 0x7F),  # another module
        framed(17, 1, 2, 0xFE, 0x7F),  # another function
        framed(17, 2, 1, 0xFE),  # fewer inputs
        framed(17, 2, 1, 0xFE, 0x7F),  # a length that is not its own
        GOOD[:-1],
        GOOD + b"\x00",
        b"",
    ):
        assert is_unknown(scan(Uart(wrong), ms=90)), wrong


def test_a_refusal_is_unknown_and_kept():
    module = scan(Uart(framed(17, 0x82, 2)), ms=90)
    assert is_unknown(module)
    assert module.exception == 2


def test_a_module_that_has_answered_is_asked_three_times_before_it_is_given_up():
    uart = Uart(GOOD, None, None, GOOD)
    assert not is_unknown(scan(uart, ms=480))
    uart = Uart(GOOD)
    assert is_unknown(scan(uart, ms=600))
    assert len(uart.sent) >= 4


def test_one_dead_module_does_not_keep_the_others():
    uart = Uart()
    modules = [Module(1, 16), Module(2, 16)]
    line = Modbus(uart, modules, 9600, 100)
    good = framed(2, 2, 2, 0, 0)
    for now_ms in range(0, 600, 5):
        line.turn(now_ms)
        if uart.sent and uart.sent[-1][0] == 2 and not uart.heard and now_ms % 50 == 0:
            uart.heard = good
    assert is_unknown(modules[0])
    assert not is_unknown(modules[1])


def test_requests_keep_the_silence_of_a_frame_and_their_pace():
    uart = Uart(*[GOOD] * 50)
    module = Module(17, 16)
    line = Modbus(uart, [module], 9600, 100)
    for now_ms in range(1000):
        line.turn(now_ms)
    assert len(uart.sent) == 10  # one scan each 100 ms


def test_no_module_at_all_is_no_trouble():
    line = Modbus(Uart(), [], 9600, 100)
    for now_ms in range(0, 300, 5):
        line.turn(now_ms)


class Pin:
    def __init__(self, uart):
        self.uart = uart
        self.log = []

    def value(self, level):
        self.log.append((level, len(self.uart.sent)))


def test_a_transceiver_with_a_direction_pin_sends_and_then_listens():
    uart = Uart(GOOD)
    pin = Pin(uart)
    line = Modbus(uart, [Module(17, 16)], 38400, 100, pin)
    line.turn(0)
    assert pin.log == [(0, 0), (1, 0), (0, 1)]

"""Digital-input modules on RS-485, read one after the other by Modbus RTU, function 02.

Sources: MODBUS Application Protocol Specification V1.1b3, 6.2 (read discrete inputs), 7
(exceptions); MODBUS over Serial Line V1.02, 2.5.1 (RTU frames: silence of 3.5 characters, 1.75 ms
above 19200 Bd), 6.2.2 (CRC).

Nothing here waits: turn() sends a request, a later turn() collects its answer. An answer counts
only with the right CRC, address, function and length; else the request is repeated at once, twice
for a module that has answered before. Then the module's inputs are unknown until it answers.
"""

from micropython import const

_READ_DISCRETE_INPUTS = const(0x02)
_REFUSED = const(0x82)
_REFUSAL = const(5)  # bytes of an exception answer
_BANK = const(16)  # inputs: a word that is a small int on the board
_TRIES = const(3)
_DRAINS = const(8)
_CYCLE_MS = const(100)
_PAUSE_MS = const(12)  # the UART hands over what is in its FIFO after so much silence
_ETIMEDOUT = const(110)
_IDLE, _WAITING = const(0), const(1)

# CRC of each half byte.
_HALVES = (
    0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
    0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400,
)  # fmt: skip


def crc16(buf, start, end):
    """-> int, of buf[start:end]; sent low byte first. A frame with its own CRC gives 0."""
    crc = 0xFFFF
    for at in range(start, end):
        crc ^= buf[at]
        crc = crc >> 4 ^ _HALVES[crc & 0x0F]
        crc = crc >> 4 ^ _HALVES[crc & 0x0F]
    return crc


def request(address, first, count):
    """-> bytes: read `count` discrete inputs from number `first` on."""
    body = bytes(
        (address, _READ_DISCRETE_INPUTS, first >> 8, first & 0xFF, count >> 8, count & 0xFF)
    )
    crc = crc16(body, 0, len(body))
    return body + bytes((crc & 0xFF, crc >> 8))


class Module:
    """exception: code of its last refusal (2: it has fewer inputs), 0 if none."""

    def __init__(self, address, inputs):
        """address: 1 to 247. inputs: 8 to 64."""
        self.address = address
        self.exception = 0
        self.is_known = False
        self.request = request(address, 0, inputs)
        self.answer_len = 5 + (inputs + 7) // 8
        self.words = [0] * ((inputs + _BANK - 1) // _BANK)
        self.banks = []
        for index in range(len(self.words)):
            self.banks.append(Bank(self, index, min(_BANK, inputs - index * _BANK)))

    def take_answer(self, buf, n):
        """buf[:n]: the bytes since the request -> bool: they end with this module's answer.

        Bytes before it are the echo of a transceiver that hears itself, or the noise of a
        line that changes its direction.
        """
        at = n - self.answer_len
        if at >= 0 and self._is_mine(buf, at, _READ_DISCRETE_INPUTS, n):
            if buf[at + 2] != self.answer_len - 5:
                return False
            for index in range(len(self.words)):
                low = at + 3 + 2 * index
                word = buf[low] | (buf[low + 1] << 8 if low + 1 < n - 2 else 0)
                self.words[index] = ~word & 0xFFFF
            self.exception = 0
            return True
        at = n - _REFUSAL
        if at >= 0 and self._is_mine(buf, at, _REFUSED, n):
            self.exception = buf[at + 2]
        return False

    def _is_mine(self, buf, at, function, n):
        if buf[at] != self.address or buf[at + 1] != function:
            return False
        return crc16(buf, at, n) == 0


class Bank:
    """Up to 16 inputs of a module, as the seat map reads them."""

    resets = 0

    def __init__(self, module, index, inputs):
        self.inputs = inputs
        self._module = module
        self._index = index

    def read(self):
        """-> int, from the last scan; bit 0 is the first input; 1 = contact open: no current
        flows through the input. Raises OSError if the module did not answer that scan.
        """
        if not self._module.is_known:
            raise OSError(_ETIMEDOUT)
        return self._module.words[self._index]


class Modbus:
    def __init__(self, uart, modules, baud, timeout_ms, de=None):
        """uart: as machine.UART, 8 data bits, used by nothing else. modules: list of Module.

        timeout_ms: from the end of a request to the end of its answer. de: machine.Pin, high
        while sending, for a transceiver that does not change direction by itself: then
        sending waits for its 8 bytes, 2 ms at 38400 Bd.
        """
        self._uart = uart
        self._modules = modules
        self._de = de
        self._timeout_ms = timeout_ms + 8 * 11000 // baud
        self._silence_ms = 2 + 38500 // baud
        self._heard = bytearray(64)
        self._state = _IDLE
        self._at = len(modules)
        self._tries = 0
        self._cycle_ms = None
        self._is_over = True
        self._sent_ms = self._free_ms = self._grew_ms = 0
        self._waiting = 0  # bytes, as last looked
        if de is not None:
            de.value(0)

    def turn(self, now_ms):
        """One step, without waiting -> bool: a scan is running."""
        if self._state == _WAITING and not self._collect(now_ms):
            return True
        if now_ms < self._free_ms:
            return True
        if self._at == len(self._modules):
            if not self._is_over:
                self._is_over = True
                return False  # once after each scan, so that a long one leaves time to sleep
            if self._cycle_ms is not None and now_ms - self._cycle_ms < _CYCLE_MS:
                return False
            self._cycle_ms = now_ms
            self._is_over = False
            self._at = 0
        if self._modules:
            self._send(now_ms)
        return True

    def _send(self, now_ms):
        uart = self._uart
        for _ in range(_DRAINS):
            if not uart.any():
                break
            uart.readinto(self._heard)
        if self._de is not None:
            self._de.value(1)
        uart.write(self._modules[self._at].request)
        if self._de is not None:
            uart.flush()
            self._de.value(0)
        self._tries += 1
        self._sent_ms = self._grew_ms = now_ms
        self._waiting = 0
        self._state = _WAITING

    def _collect(self, now_ms):
        """-> bool: this request is over, answered or not."""
        module = self._modules[self._at]
        waiting = self._uart.any()
        if waiting != self._waiting:
            self._waiting = waiting
            self._grew_ms = now_ms
        is_over = now_ms - self._sent_ms >= self._timeout_ms
        if waiting < _REFUSAL and not is_over:
            return False
        pause_ms = now_ms - self._grew_ms
        if waiting < module.answer_len and pause_ms < _PAUSE_MS and not is_over:
            return False
        if waiting >= module.answer_len and pause_ms < self._silence_ms and not is_over:
            return False  # an echo comes first, noise may come behind
        n = self._uart.readinto(self._heard) if waiting else 0
        self._done(now_ms, module, module.take_answer(self._heard, n or 0))
        return True

    def _done(self, now_ms, module, is_answered):
        self._state = _IDLE
        self._free_ms = now_ms + self._silence_ms
        if not is_answered and module.is_known and self._tries < _TRIES:
            return
        module.is_known = is_answered
        self._tries = 0
        self._at += 1

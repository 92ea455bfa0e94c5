"""VirtualBoard: answers the VM's requests, keeps what resets keep, and knows whether it has power.

sim/vm/README.md has the protocol. Nothing here waits; run.py has the loop.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from sim.virtual.chips import CHIPS
from sim.virtual.clock import BoardClock
from sim.virtual.date import EPOCH_S, BoardDate
from sim.virtual.harness import Harness
from sim.virtual.image import FlashImage, pieces
from sim.virtual.nvs import ImageNvs
from sim.virtual.radio import ask_ppp, ask_wlan
from sim.vm import _ops as ops
from sim.wires.flash import ERASE_US, PAGE, PAGE_US, SECTOR, Misuse, PowerCut

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
DEEPSLEEP, TIMER_WAKE = 2, 4
_OK, _EIO = (0, b"", 0), 5
Answer = tuple[int, bytes, int]
MakeHarness = Callable[[Callable[[], int]], Harness]


class VirtualBoard:
    """wanted: what run.py has to do to the VM instead of answering (a reset, ...), or None."""

    def __init__(
        self, image: FlashImage, harness: MakeHarness, speed: int, date: BoardDate | None = None
    ):
        """harness: makes it, given the clock in ms. speed: x life while the board sleeps. date:
        TLS goes by it; None: by this computer's. on_fed: see sim/days/heap.py."""
        self.date = date
        self.clock = BoardClock()
        self.speed, self._now_ms = speed, 0
        self.image = image
        self.nvs = ImageNvs(image)
        self.harness = harness(lambda: self._now_ms)
        self._rtc_memory = b""
        self._rtc_offset_us = 0
        self.cause = PWRON_RESET
        self._woken_by = 0
        self._watchdog: tuple[int, int] | None = None  # time-out, deadline; us
        self.wanted: str | None = None
        self.sleeps_us: int | None = None
        self.is_raw = False
        self.boots = 0
        self.on_ready: Callable[[bool], None] = lambda is_raw: None
        self.on_up: Callable[[], None] = lambda: None
        self.on_fed: Callable[[int | None], int] = lambda heap: 0
        self.oversleeps_us: Callable[[], int] = lambda: 0
        self._answers = {
            ops.HELLO: self._hello, ops.BOOTED: self._booted, ops.RESET: self._reset,
            ops.SLEEP: self._sleep,
            ops.FLASH_PROGRAM: self._flash_program,
            ops.FLASH_ERASE: self._flash_erase, ops.I2C_OPEN: self._i2c_open,
            ops.I2C_TRANSFER: self._i2c_transfer, ops.I2C_SCAN: self._i2c_scan,
            ops.UART_OPEN: self._uart_open, ops.UART_ANY: self._uart_any,
            ops.UART_READ: self._uart_read, ops.UART_WRITE: self._uart_write,
            ops.PIN_OPEN: self._pin_open, ops.PIN_GET: self._pin_get,
            ops.PIN_SET: self._pin_set, ops.ADC_UV: self._adc, ops.WDT_START: self._wdt_start,
            ops.WDT_FEED: self._wdt_feed, ops.RTC_OFFSET: self._rtc_set,
            ops.RTC_READ: self._rtc_read, ops.RTC_WRITE: self._rtc_write,
            ops.NVS_GET: self._nvs_get, ops.NVS_SET: self._nvs_set,
            ops.NVS_ERASE: self._nvs_erase, ops.NVS_COMMIT: self._nvs_commit,
            ops.WLAN: self._wlan, ops.SPI_OPEN: self._spi_open, ops.SPI_READ: self._spi_read,
            ops.ONEWIRE: self._onewire, ops.PPP: self._ppp,
        }  # fmt: skip

    # power and resets

    def power_on(self) -> None:
        self.image.power()
        self.cause, self._woken_by = PWRON_RESET, 0
        self._rtc_memory = b""
        self._set_rtc(-self.clock.now_us())
        self._watchdog = None
        self.harness.power_on()
        self.start(keeps_watchdog=False)

    def power_off(self) -> None:
        self.nvs.power_cut()
        self.harness.power_off()

    def start(self, keeps_watchdog: bool) -> None:
        """The processor begins anew; a soft reset leaves the watchdog and the pins as they are."""
        self.wanted = self.sleeps_us = None
        if not keeps_watchdog:
            self._watchdog = None
            self.nvs = ImageNvs(self.image)  # MicroPython keeps it in RAM, and reads it again
            self.harness.reset()
        self.boots += 1

    def reset(self, cause: int, woken_by: int = 0) -> None:
        self.cause, self._woken_by = cause, woken_by

    def watchdog_bites(self) -> bool:
        return self._watchdog is not None and self.clock.now_us() >= self._watchdog[1]

    def look(self) -> None:
        """Let time pass, also while the board asks for nothing."""
        self._now_ms = self.clock.now_us() // 1000
        self.harness.look(self._now_ms)

    # requests

    def answer(
        self, op: int, unit: int, argument: int, now_us: int, data: bytes, room: int
    ) -> Answer | None:
        """-> value, bytes of the answer, us that it took; None: no answer, see `wanted`."""
        if op != ops.HELLO:  # the VM does not know the time yet
            self.clock.follow(now_us)
        if self.watchdog_bites():
            self.wanted = "watchdog"
            return None
        self._now_ms = self.clock.now_us() // 1000
        try:
            answer = self._answers[op](unit, argument, data, room)
        except PowerCut:
            self.wanted, answer = "power cut", _OK
        except Misuse:
            return -_EIO, b"", 0
        except OSError as error:
            return -abs(error.args[0]), b"", 0
        return None if self.wanted else answer

    def _hello(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        told = self.clock.now_us(), self.speed, self.harness.kind
        return 0, struct.pack("<qqq", *told), 0

    def _booted(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        if unit:
            self.on_ready(self.is_raw)
            return _OK
        self.on_up()
        state = (self.cause, self._woken_by, self._rtc_offset_us, self.is_raw)
        return 0, struct.pack("<qqqq", *state), 0

    def _reset(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self.wanted = ("reset", "soft reset", "deep sleep")[unit]
        self.sleeps_us = argument * 1000 if unit == DEEPSLEEP and argument else None
        return _OK

    def _sleep(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        """unit 0: light sleep begins; 1: it is over. The watchdog does not count more_us."""
        self.harness.sleep(self._now_ms, is_over=bool(unit))
        more_us = 0 if unit else self.oversleeps_us()
        if self._watchdog is not None:
            self._watchdog = self._watchdog[0], self._watchdog[1] + more_us
        return 0, b"", more_us

    # flash

    def _flash_program(self, unit: int, at: int, data: bytes, room: int) -> Answer:
        for begin, block, offset, piece in pieces(at, len(data)):
            self.image.writeblocks(block, data[begin : begin + piece], offset)
        return 0, b"", PAGE_US * ((at + len(data) - 1) // PAGE - at // PAGE + 1)

    def _flash_erase(self, unit: int, at: int, data: bytes, room: int) -> Answer:
        self.image.ioctl(6, at // SECTOR)
        return 0, b"", ERASE_US

    # wires

    def _i2c_open(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self.harness.open_bus(unit, argument & 0xFF, argument >> 8 & 0xFF)
        return _OK

    def _i2c_transfer(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self.harness.look(self._now_ms)
        bus = self.harness.bus(unit)
        address = argument & 0x7F
        if argument & 0x80:
            bus.writeto(address, data)
        return 0, bus.readfrom(address, room) if argument & 0x100 else b"", 0

    def _i2c_scan(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        found = self.harness.bus(unit).scan()
        return len(found), bytes(found), 0

    def _uart_open(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        rx, tx, _, _, _, rxbuf = struct.unpack("<BBBBBI", data)
        self.harness.open_port(unit, rx, tx, argument, rxbuf)
        return _OK

    def _uart_any(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self.harness.look(self._now_ms)
        return self.harness.port(unit).any(), b"", 0

    def _uart_read(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        buf = bytearray(min(argument, room))
        n = self.harness.port(unit).readinto(buf) or 0
        return n, bytes(buf[:n]), 0

    def _uart_write(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        return self.harness.port(unit).write(data), b"", 0

    def _spi_open(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self.harness.open_chain(unit, argument & 0xFF, argument >> 8 & 0xFF, argument >> 16)
        return _OK

    def _spi_read(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self.harness.look(self._now_ms)
        buf = bytearray(room)
        self.harness.read_chain(unit, buf)
        return 0, bytes(buf), 0

    def _onewire(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        buf = bytearray(room)
        answer = self.harness.one_wire(unit, argument & 0xFF, argument >> 8, buf)
        return answer, bytes(buf), 0

    def _pin_open(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        pull, told = argument >> 4 & 0xF, argument >> 8 & 3
        self.harness.open_pin(
            unit, argument & 0xF, pull if pull in (1, 2) else None, told - 1 if told else None
        )
        return _OK

    def _pin_get(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self.harness.look(self._now_ms)
        return self.harness.pin(unit).value(), b"", 0

    def _pin_set(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self.harness.pin(unit).value(argument)
        return _OK

    def _adc(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self.harness.look(self._now_ms)
        if unit not in CHIPS[self.harness.chip].adc1 and self.harness.wireless.wlan.active():
            raise OSError(-0x107, "ESP_ERR_TIMEOUT")
        return self.harness.adc_uv(unit, argument), b"", 0

    # what resets keep

    def _wdt_start(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self._watchdog = (argument * 1000, self.clock.now_us() + argument * 1000)
        return _OK

    def _wdt_feed(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        if self._watchdog is not None:
            self._wdt_start(0, self._watchdog[0] // 1000, data, room)
        return self.on_fed(argument if unit else None), b"", 0

    def _rtc_set(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self._set_rtc(argument)
        return _OK

    def _set_rtc(self, offset_us: int) -> None:
        """offset_us: the clock is so much ahead of the board's own count; from 2000 on."""
        self._rtc_offset_us = offset_us
        if self.date is not None:
            self.date.set(EPOCH_S + (self.clock.now_us() + offset_us) / 1e6)

    def _rtc_read(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        return len(self._rtc_memory), self._rtc_memory, 0

    def _rtc_write(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self._rtc_memory = data
        return _OK

    def _nvs_get(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        value = self.nvs.get(_name(data)[0])
        if len(value) > room:
            raise OSError(-0x110C, "ESP_ERR_NVS_INVALID_LENGTH")
        return len(value), value, 0

    def _nvs_set(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self.nvs.set(*_name(data))
        return _OK

    def _nvs_erase(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self.nvs.erase(_name(data)[0])
        return _OK

    def _nvs_commit(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self.nvs.commit()
        return _OK

    # radio

    def _wlan(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self.harness.look(self._now_ms)
        return ask_wlan(self.harness.wireless.wlan, unit, argument, data), b"", 0

    def _ppp(self, unit: int, argument: int, data: bytes, room: int) -> Answer:
        self.harness.look(self._now_ms)
        if argument == ops.PPP_OPEN:
            self.harness.open_ppp(unit)
            return _OK
        return ask_ppp(self.harness.ppp(unit), argument & 0xFF, argument >> 8, data), b"", 0


def _name(data: bytes) -> tuple[str, bytes]:
    """namespace, NUL, key, NUL, value."""
    namespace, key, value = data.split(b"\x00", 2)
    return f"{namespace.decode()}\x00{key.decode()}", value

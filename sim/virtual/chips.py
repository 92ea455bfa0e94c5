"""What each pin of a chip can do, by its datasheet: the rules that every board's table obeys.

Sources: Espressif ESP32 series datasheet v4.5, 2.2 (GPIO34 to 39: inputs without pull-ups), 2.4
and 3.3 (strapping pins), 2.3 (GPIO6 to 11: the flash); ESP32-WROVER-E datasheet, table 3 (GPIO16
and 17: PSRAM); ESP32 series SoC errata, GPIO-3.11 (GPIO36 and 39 go low for 80 ns whenever an ADC
is powered: no serial line); ESP-IDF ADC oneshot driver (ADC2 is Wi-Fi's while it is on).
ESP32-S3 series datasheet v2.1, table 2-1 (pull-ups after reset), table 2-2 (glitches at power-up),
2.3.5 (strapping pins, USB, UART0, octal PSRAM, flash), table 2-8 (ADC1).
"""

from __future__ import annotations

from typing import NamedTuple


class Chip(NamedTuple):
    """pins: those that exist. psram: taken by PSRAM, if the board has it (octal on an ESP32-S3).

    console: UART 0 and USB. no_serial: no receiver of a serial port. high_at_start: high before
    boot.py runs, by a pull-up or for 60 us at power-up: no output that has to be off.
    uarts: serial ports beside the console.
    """

    pins: tuple[int, ...]
    strapping: tuple[int, ...]
    flash: tuple[int, ...]
    psram: tuple[int, ...]
    console: tuple[int, ...]
    adc1: tuple[int, ...]
    no_serial: tuple[int, ...]
    high_at_start: tuple[int, ...]
    uarts: tuple[int, ...]


CHIPS = {
    "esp32": Chip(
        pins=(*range(20), 21, 22, 23, 25, 26, 27, *range(32, 40)),
        strapping=(0, 2, 5, 12, 15),
        flash=(6, 7, 8, 9, 10, 11),
        psram=(16, 17),
        console=(1, 3),
        adc1=(32, 33, 34, 35, 36, 37, 38, 39),
        no_serial=(36, 39),
        high_at_start=(0, 1, 3, 5, 14, 15),
        uarts=(1, 2),
    ),
    "esp32s3": Chip(
        pins=(*range(22), *range(26, 49)),
        strapping=(0, 3, 45, 46),
        flash=(26, 27, 28, 29, 30, 31, 32),
        psram=(33, 34, 35, 36, 37),
        console=(19, 20, 43, 44),
        adc1=(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
        no_serial=(),
        high_at_start=(0, 18, 19, 20, 39, 43, 44),
        uarts=(1, 2),
    ),
}

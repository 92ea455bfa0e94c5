"""Makes the radios that bus.json names.

Only their drivers are imported: an unused one takes no memory.
"""

from machine import UART, Pin

from drivers.radio.radio_fault import MissingRadio

_BAUD = 115200


def make_radio(config, table, nvs):
    """-> one radio. config: of firmware/config; table: of drivers/board/tables.py, or None: the
    board is not known; nvs: drivers/board/nvs.py."""
    made = [
        _wifi(config, nvs) if name == "wifi" else _cellular(config, table)
        for name in config["radios"]
    ]
    if len(made) == 1:
        return made[0]
    from drivers.radio.radios import Radios

    return Radios(made, config["next_radio_s"])


def _wifi(config, nvs):
    from network import STA_IF, WLAN

    from drivers.radio.wifi import Wifi

    return Wifi(WLAN(STA_IF), config["wifi"], nvs)


def _cellular(config, table):
    if table is None:
        return MissingRadio("cellular", "The board is not known, nor where its modem is.")
    if "cellular" not in table["radios"]:
        return MissingRadio("cellular", "This board has no modem: radios cannot name cellular.")
    from network import PPP

    from drivers.radio.cellular import Cellular
    from drivers.radio.modem_power import ModemPower

    pins = table["on_board"]
    uart = UART(
        table["uarts"]["modem"],
        baudrate=_BAUD,
        rx=Pin(pins["modem_rx"]),
        tx=Pin(pins["modem_tx"]),
        rxbuf=4096,
        txbuf=1024,
    )
    reset_when = 0 if "modem_reset" in table["high"] else 1
    power = ModemPower(
        Pin(pins["modem_key"], Pin.OUT, value=0),
        _output(pins, "modem_supply", 1),
        _output(pins, "modem_dtr", 0),
        _output(pins, "modem_reset", 1 - reset_when),
        reset_when,
    )
    gnss = config["gnss"]
    return Cellular(uart, PPP, power, config["cellular"], gnss["in_modem"], gnss["fast"])


def _output(pins, name, value):
    """None if this board has no such pin."""
    return Pin(pins[name], Pin.OUT, value=value) if name in pins else None

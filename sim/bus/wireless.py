"""The radios of one vehicle with their real drivers: an access point, a modem, and the route.

The access point and the modem outlive the board's resets; the modem has the board's supply
and its backup, so it only loses its power with them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drivers.board.nvs import Nvs
from drivers.board.tables import table
from drivers.radio.cellular import Cellular
from drivers.radio.modem_power import ModemPower
from drivers.radio.radios import Radios
from drivers.radio.wifi import Wifi
from sim.chips.modem import ModemChip
from sim.chips.modem_sim import SimCard
from sim.wires.nvs import NVS
from sim.wires.pin import Pin, Wire
from sim.wires.ppp import PPP
from sim.wires.uart import UART
from sim.wires.wlan import WLAN, AccessPoint
from sim.world.world import World

_BAUD, _RXBUF = 115200, 2048
_WITH_MODEM = "lilygo_a7670"


class Wireless:
    """`modem`, `ap` and `wlan` may be looked at and changed at any time.

    make(): the radio of a board that starts, as config["radios"] wants it.
    """

    def __init__(self, config: dict[str, Any], world: World, clock: Callable[[], int], seed=0):
        self._config = config
        self._clock = clock
        self._world = world
        self.ap = AccessPoint(config["wifi"]["ssid"], config["wifi"]["password"])
        self.wlan = WLAN(clock, self.ap)
        self._nvs = NVS()
        self.uart = UART(_BAUD, _RXBUF)
        board = table(config["board"] or _WITH_MODEM)
        if "cellular" not in board["radios"]:
            board = table(_WITH_MODEM)  # a story names a modem and no board
        self.key, self.dtr, self.reset = Wire(), Wire(), Wire()
        self.supply = Wire() if "modem_supply" in board["on_board"] else None
        self._reset_when = 0 if "modem_reset" in board["high"] else 1
        self.modem = ModemChip(
            self.uart, self.key, lambda: world.signal_dbm, SimCard(), self.supply, seed,
            dtr=self.dtr, reset=self.reset, reset_when=self._reset_when,
        )  # fmt: skip
        self.radio: Any = None
        self._route = ""

    def make(self) -> Any:
        """Resets the Wi-Fi, which is part of the processor."""
        config = self._config
        self.wlan.active(False)
        self.uart.init(_BAUD, _RXBUF)
        made = [self._made(name) for name in config["radios"]]
        self.radio = made[0] if len(made) == 1 else Radios(made, config["next_radio_s"])
        self._begun_ms = self._clock()
        return self.radio

    def _made(self, name: str) -> Any:
        if name == "wifi":
            return Wifi(self.wlan, self._config["wifi"], Nvs(lambda: self._nvs))
        power = ModemPower(
            Pin(self.key, Pin.OUT, value=0),
            None if self.supply is None else Pin(self.supply, Pin.OUT, value=1),
            Pin(self.dtr, Pin.OUT, value=0),
            Pin(self.reset, Pin.OUT, value=1 - self._reset_when),
            self._reset_when,
        )
        gnss = self._config["gnss"]
        return Cellular(
            self.uart,
            lambda uart: PPP(uart, self._clock),
            power,
            self._config["cellular"],
            gnss["in_modem"],
            gnss["fast"],
        )

    def miss(self) -> None:
        """After sleep: what the modem sent is lost, and Wi-Fi that was on has lost its network."""
        self.uart.miss()
        self.wlan.active(False)

    def advance(self, now_ms: int) -> None:
        self.modem.advance(now_ms)

    @property
    def next_ms(self) -> int:
        """When the driver or the modem has something to do."""
        due_ms = self._begun_ms + self.radio.due_ms
        chip_ms = self.modem.next_ms
        return due_ms if chip_ms is None else min(due_ms, chip_ms)

    @property
    def route(self) -> str:
        """How packets leave the bus now: wifi, cellular, or "" if they do not."""
        if self.wlan.isconnected():
            return "wifi" if self.ap.rssi is not None else ""
        return "cellular" if self.modem.carries else ""

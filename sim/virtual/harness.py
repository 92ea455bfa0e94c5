"""Harness: the simulator's chips and wires at the board's pins, buses and ports.

sim/bus/board.py connects them; its own drivers stay idle, because the real ones run in the VM.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from drivers.board.tables import INPUT_ONLY, table, way_pins
from sim.bus.board import SimBoard
from sim.bus.faults import Faults
from sim.bus.wireless import Wireless
from sim.wires.bus_i2c import I2C
from sim.wires.flash import Flash
from sim.wires.nvs import NVS
from sim.wires.pin import ADC, Pin, SenseWire, Wire
from sim.wires.ppp import PPP
from sim.wires.uart import UART
from sim.world.world import World

_LOOK_MS = 10  # the sensors see the world at most this often
_ADC_FULL_UV = (950_000, 1_250_000, 1_750_000, 3_100_000)  # at 0, 2.5, 6 and 11 dB


class LoadWire(Wire):
    """The wire to PL of a chain of 74HC165: the registers load while it is low."""

    def __init__(self, chain: Any):
        self._chain = chain
        super().__init__()

    @property
    def driven(self) -> int | None:
        return None

    @driven.setter
    def driven(self, value: int | None) -> None:
        if value == 0:
            self._chain.load()


class Harness:
    """A bus with everything that can be fitted, wired to a board that has no power yet."""

    def __init__(
        self, world: World, config: dict[str, Any], clock: Callable[[], int], seed: int = 0
    ):
        """config: of firmware.config.load, what is fitted. clock: the simulator's ms."""
        self.world = world
        self.faults = Faults()
        self.wireless = Wireless(config, world, clock, seed)
        self._is_hotspot = "wifi" in config["radios"]
        self._clock = clock
        self._looked_ms = -_LOOK_MS
        self._asleep_ms = 0
        self.slept_ms = 0  # in light sleep, since it was made
        self._rng = random.Random(seed)
        self.parts = SimBoard(
            config, world, clock, Flash(16), NVS(), None, None,
            faults=self.faults, rng=self._rng,
        )  # fmt: skip
        board = table(config["board"])
        self.chip, self.has_psram = board["chip"], board["psram"]
        self.kind = 2 if self.chip == "esp32s3" else int(self.has_psram)  # sim/vm/_wire.py, chip
        self._solder(board, config["seats"])
        if "cellular" in board["radios"]:
            self._solder_modem(board["on_board"])
        self.power_off()

    def _solder(self, board: dict[str, Any], seats: dict[str, Any]) -> None:
        parts, pins, way = self.parts, board["pins"], way_pins(board, seats)
        self._wires: dict[int, Wire] = {}
        for name, wire in parts.wires.items():
            if name in pins:
                self._wires[pins[name]] = wire
            if name + "_sense" in pins:
                self._wires[pins[name + "_sense"]] = SenseWire(wire)
        where = {**board["on_board"], **pins}
        self._adcs = {where[name]: adc for name, adc in parts.adcs.items()}
        self._buses = {(pins["scl"], pins["sda"]): parts.i2c}
        self._ports: dict[tuple[int, int], Any] = {(pins["gnss_rx"], pins["gnss_tx"]): parts.uart}
        self._chains: dict[tuple[int, int], Any] = {}
        self._one_wires = {}
        if parts.cabin_wire and "one_wire" in pins:
            self._one_wires[pins["one_wire"]] = parts.cabin_wire
        seats_way = parts.seat_wiring
        if "sda_2" in way:
            self._buses[way["scl_2"], way["sda_2"]] = parts.i2c_2
        if "rs485_rx" in way:
            self._ports[way["rs485_rx"], way["rs485_tx"]] = seats_way.line
        if "chain_data" in way:
            self._chains[way["chain_clock"], way["chain_data"]] = seats_way.chain
            self._wires[way["chain_load"]] = LoadWire(seats_way.chain)

    def _solder_modem(self, pins: dict[str, int]) -> None:
        wireless = self.wireless
        self._ports[pins["modem_rx"], pins["modem_tx"]] = wireless.uart
        self._wires[pins["modem_key"]] = wireless.key
        if wireless.supply is not None:
            self._wires[pins["modem_supply"]] = wireless.supply
        self._wires[pins["modem_dtr"]] = wireless.dtr
        self._wires[pins["modem_reset"]] = wireless.reset

    # power

    def power_on(self) -> None:
        self.parts.receiver.powered = self.wireless.modem.powered = True

    def reset(self) -> None:
        """The processor starts: pins are inputs, ports are closed, the WiFi is off."""
        self.wireless.wlan.active(False)
        self._ppps: dict[int, PPP] = {}
        self._pins: dict[int, Pin] = {}
        self._opened_buses: dict[int, I2C] = {}
        self._opened_ports: dict[int, Any] = {}
        self._opened_chains: dict[int, Any] = {}
        for wire in self._wires.values():
            wire.driven = None

    def power_off(self) -> None:
        self.reset()
        self.parts.receiver.powered = self.wireless.modem.powered = False
        for chip in (*getattr(self.parts.seat_wiring, "chips", ()), self.parts.switch_chip):
            if chip is not None:
                chip.reset()
        self.look()

    # time

    def look(self, now_ms: int | None = None) -> None:
        """The world goes on, the sensors see it, and it hears the horn."""
        now_ms = self._clock() if now_ms is None else now_ms
        if now_ms - self._looked_ms >= _LOOK_MS:
            self._looked_ms = now_ms
            self.world.advance(now_ms)
            self.parts.refresh()
            if self._is_hotspot:  # it is in the bus, and has the bus's signal
                self.wireless.ap.rssi = self.world.signal_dbm
            self.wireless.advance(now_ms)
            for ppp in self._ppps.values():  # as the port's interrupt does
                ppp.poll()

    def sleep(self, now_ms: int, is_over: bool) -> None:
        """What arrives during sleep is lost, on its ports and its Wi-Fi."""
        if not is_over:
            self._asleep_ms = now_ms
            return
        self.slept_ms += now_ms - self._asleep_ms
        self.look(now_ms)
        self.wireless.miss()
        for port in self._opened_ports.values():
            port.miss()

    # what the board asks

    def open_pin(self, number: int, mode: int, pull: int | None, value: int | None) -> None:
        wire = self._wires.setdefault(number, Wire())
        if number in INPUT_ONLY[self.chip]:
            pull = None  # these pins have no pull resistors
        self._pins[number] = Pin(wire, mode or Pin.IN, pull, value=value, rng=self._rng)

    def pin(self, number: int) -> Pin:
        if number not in self._pins:
            self.open_pin(number, Pin.IN, None, None)
        return self._pins[number]

    def adc_uv(self, number: int, atten: int) -> int:
        adc = self._adcs.get(number) or ADC(self._floating)
        return min(adc.read_uv(), _ADC_FULL_UV[atten])

    def _floating(self) -> int:
        return self._rng.randrange(_ADC_FULL_UV[3])

    def open_bus(self, number: int, scl: int, sda: int) -> None:
        self._opened_buses[number] = self._buses.get((scl, sda)) or I2C()

    def bus(self, number: int) -> I2C:
        return self._opened_buses[number]

    def open_chain(self, number: int, clock: int, data: int, mode: int) -> None:
        self._opened_chains[number] = self._chains.get((clock, data)) if mode == 2 else None

    def read_chain(self, number: int, buf: bytearray) -> None:
        chain = self._opened_chains[number]
        if chain is None:
            buf[:] = self._rng.randbytes(len(buf))
        else:
            chain.readinto(buf)

    def one_wire(self, number: int, what: int, byte: int, buf: bytearray) -> int:
        """what: 0 reset, 1 write the byte, 2 read into buf."""
        wire = self._one_wires.get(number)
        if what == 0:
            return int(wire is not None and wire.reset())
        if wire is None:
            buf[:] = b"\xff" * len(buf)
        elif what == 1:
            wire.writebyte(byte)
        else:
            wire.readinto(buf)
        return 0

    def open_port(self, number: int, rx: int, tx: int, baudrate: int, rxbuf: int) -> None:
        port = self._ports.get((rx, tx)) or UART()
        if isinstance(port, UART):
            port.init(baudrate, rxbuf)
        else:
            port.init(baudrate)
        self._opened_ports[number] = port

    def port(self, number: int) -> Any:
        return self._opened_ports[number]

    def open_ppp(self, number: int) -> None:
        """Over this port, in place of what was there."""
        self._ppps[number] = PPP(self.port(number), self._clock)

    def ppp(self, number: int) -> PPP:
        return self._ppps[number]

    @property
    def route(self) -> str:
        """How packets leave the board now: wifi, cellular, or "" if they do not."""
        route = self.wireless.route
        if route == "cellular" and not any(ppp.isconnected() for ppp in self._ppps.values()):
            return ""  # the modem carries, but no PPP runs on the board
        return route

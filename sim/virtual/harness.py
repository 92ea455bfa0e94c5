"""Harness: what hangs on the board's pins, buses and ports: the simulator's chips and wires.

sim/board.py solders them; its own drivers stay idle, because the real ones run in the VM.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.board import SimBoard
from sim.bus_i2c import I2C
from sim.faults import Faults
from sim.flash import Flash
from sim.nvs import NVS
from sim.pin import ADC, Pin, SenseWire, Wire
from sim.radio import SimRadio
from sim.rig import config_for
from sim.uart import UART
from sim.world import World

_DRIVERS = Path(__file__).resolve().parents[2] / "drivers"
_DIVIDER = 10_000 / 110_000
_LOOK_MS = 10  # so often do sensors see the world, at most
_ADC_FULL_UV = (950_000, 1_250_000, 1_750_000, 3_100_000)  # at 0, 2.5, 6 and 11 dB


def pins_of(board: str) -> dict[str, int]:
    """The table of drivers/board.py, which cannot be imported without a `machine`."""
    for node in ast.parse((_DRIVERS / "board.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PINS":
            return ast.literal_eval(node.value)[board]
    raise LookupError("drivers/board.py has no PINS")


class Harness:
    """A bus with everything that can be fitted, wired to a board that has no power yet."""

    def __init__(self, world: World, board: str, clock: Callable[[], int], seed: int = 0):
        """clock: the simulator's ms."""
        self.world = world
        self.faults = Faults()
        self.radio = SimRadio(world, clock)
        self._clock = clock
        self._looked_ms = -_LOOK_MS
        config = config_for(world)
        for part in ("readback", "accelerometer", "cabin"):
            config[part]["fitted"] = True
        self._rng = random.Random(seed)
        self.parts = SimBoard(
            config, world, clock, Flash(4), NVS(), self.radio, None,
            faults=self.faults, rng=self._rng,
        )  # fmt: skip
        self._solder(pins_of(board))
        self.power_off()

    def _solder(self, pins: dict[str, int]) -> None:
        parts = self.parts
        self._wires: dict[int, Wire] = {}
        for name, wire in parts.wires.items():
            self._wires[pins[name]] = wire
            if name + "_sense" in pins:
                self._wires[pins[name + "_sense"]] = SenseWire(wire)
        self._supply = pins["supply"]
        self._buses = {
            (pins["scl"], pins["sda"]): parts.i2c,
            (pins["scl_2"], pins["sda_2"]): parts.i2c_2,
        }
        self._ports = {(pins["gnss_rx"], pins["gnss_tx"]): parts.uart}

    # power

    def power_on(self) -> None:
        self.parts.receiver.powered = True

    def reset(self) -> None:
        """The processor starts: pins are inputs, ports are closed."""
        self._pins: dict[int, Pin] = {}
        self._opened_buses: dict[int, I2C] = {}
        self._opened_ports: dict[int, UART] = {}
        for wire in self._wires.values():
            wire.driven = None

    def power_off(self) -> None:
        self.reset()
        self.radio.down()
        self.parts.receiver.powered = False
        for chip in self.parts.chips:
            chip.reset()
        self.look()

    # time

    def look(self, now_ms: int | None = None) -> None:
        """The world goes on, sensors see it, and it hears the horn."""
        now_ms = self._clock() if now_ms is None else now_ms
        if now_ms - self._looked_ms >= _LOOK_MS:
            self._looked_ms = now_ms
            self.world.advance(now_ms)
            self.parts.refresh()

    # what the board asks

    def open_pin(self, number: int, mode: int, pull: int | None, value: int | None) -> None:
        wire = self._wires.setdefault(number, Wire())
        self._pins[number] = Pin(wire, mode or Pin.IN, pull, value=value, rng=self._rng)

    def pin(self, number: int) -> Pin:
        if number not in self._pins:
            self.open_pin(number, Pin.IN, None, None)
        return self._pins[number]

    def adc_uv(self, number: int, atten: int) -> int:
        source: Any = self._floating
        if number == self._supply:
            source = self._divided_uv
        uv = ADC(source, noise_uv=1500, rng=self._rng).read_uv()
        return min(uv, _ADC_FULL_UV[atten])

    def _divided_uv(self) -> int:
        return int(self.world.supply_mv * 1000 * _DIVIDER)

    def _floating(self) -> int:
        return self._rng.randrange(_ADC_FULL_UV[3])

    def open_bus(self, number: int, scl: int, sda: int) -> None:
        self._opened_buses[number] = self._buses.get((scl, sda)) or I2C()

    def bus(self, number: int) -> I2C:
        return self._opened_buses[number]

    def open_port(self, number: int, rx: int, tx: int, baudrate: int, rxbuf: int) -> None:
        port = self._ports.get((rx, tx)) or UART()
        port.init(baudrate, rxbuf)
        self._opened_ports[number] = port

    def port(self, number: int) -> UART:
        return self._opened_ports[number]

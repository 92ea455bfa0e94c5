"""The seats' contacts of a simulated bus: each way of wiring, with its chips and their faults.

`wire(open_inputs)` tells the chips which inputs are open, counted as
firmware/sensing/seats.py does; `mats` likewise gets the seats that
are taken. Each way of wiring is the drivers' own.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

from drivers.ads1115 import ADS1115 as MatDriver
from drivers.chain import Chain
from drivers.mcp23017 import MCP23017 as ExpanderDriver
from drivers.modbus import Modbus, Module
from drivers.sc16is740 import SC16IS740 as BridgeDriver
from drivers.seat_inputs import SeatInputs
from drivers.tca9548a import MuxBus
from sim.bus.faults import Faults
from sim.chips.ads1115 import ADS1115
from sim.chips.hc165 import Chain74HC165, LoadPin
from sim.chips.mcp23017 import MCP23017
from sim.chips.modbus_inputs import ModbusInputs
from sim.chips.sc16is740 import SC16IS740
from sim.chips.tca9548a import TCA9548A
from sim.wires.bus_i2c import I2C
from sim.wires.rs485 import RS485

_PINS, _PORT = 7, 0x7F  # of each port of an MCP23017; GPA7 and GPB7 are not wired
_PATTERN = 0xA5
_BRIDGE_ADDRESS = 0x4D
_EMPTY_UV, _TAKEN_UV = 1_650_000, 400_000


class Expanders:
    """MCP23017 on the first bus, the second, and behind a TCA9548A."""

    def __init__(self, seats: dict[str, Any], i2c: I2C, i2c_2: I2C, rng: random.Random):
        self.inputs = SeatInputs()
        self.chips: list[MCP23017] = []
        self._rng = rng
        for bus, addresses in ((i2c, seats["expanders"]), (i2c_2, seats["expanders_2"])):
            for address in addresses:
                self._add(bus, bus, address)
        if seats["behind_mux"]:
            self.mux = TCA9548A()
            self.mux.join(i2c)
            for channel, addresses in enumerate(seats["behind_mux"]):
                for address in addresses:
                    self._add(self.mux.buses[channel], MuxBus(i2c, channel), address)
        self.count = len(self.chips) * 2 * _PINS

    def _add(self, bus: I2C, seen: Any, address: int) -> None:
        chip = MCP23017(self._rng)
        bus.attach(address, chip)
        self.chips.append(chip)
        self.inputs.add([ExpanderDriver(seen, address)], f"expander {len(self.chips)}")

    def wire(self, opened: int) -> None:
        for chip in self.chips:
            grounded = ~opened
            chip.wires(grounded & _PORT | (grounded >> _PINS & _PORT) << 8)
            opened >>= 2 * _PINS

    def break_(self, faults: Faults) -> None:
        for index, chip in enumerate(self.chips):
            chip.answers = index not in faults.silent_expanders


class Modules:
    """Digital-input modules on RS-485, on the board's own port or behind a bridge."""

    def __init__(
        self, seats: dict[str, Any], i2c: I2C, bridged: bool, clock: Callable[[], int], rng: Any
    ):
        settings = seats["modbus"]
        baud = settings["baud"]
        self.line = RS485(clock, rng)
        self.line.init(baud)
        self.modules = [ModbusInputs(address, n, baud) for address, n in seats["modules"]]
        self.line.modules = self.modules
        uart: Any = self.line
        if bridged:
            i2c.attach(_BRIDGE_ADDRESS, SC16IS740(self.line))
            uart = BridgeDriver(i2c, baud)
        drivers = [Module(address, n) for address, n in seats["modules"]]
        self.inputs = SeatInputs()
        for module in drivers:
            self.inputs.add(module.banks, f"module {module.address}")
        self.inputs.add_scanner(Modbus(uart, drivers, baud, settings["timeout_ms"]))
        self.count = sum(n for _, n in seats["modules"])
        self._is_bridged = bridged

    def miss(self) -> None:
        """The board slept. A bridge keeps in its own FIFO what it heard."""
        if not self._is_bridged:
            self.line.miss()

    def wire(self, opened: int) -> None:
        """Current flows through a closed contact."""
        for module in self.modules:
            module.levels = ~opened & (1 << module.inputs) - 1
            opened >>= module.inputs

    def break_(self, faults: Faults) -> None:
        self.line.noise = faults.line_noise
        self.line.chatter = faults.line_chatter
        for index, module in enumerate(self.modules):
            module.cut = index in faults.silent_expanders


class Registers:
    """A chain of 74HC165."""

    def __init__(self, seats: dict[str, Any]):
        registers = seats["chain_registers"]
        self.chain = Chain74HC165(registers + 1)
        self.chain.inputs[-1] = _PATTERN
        self.inputs = SeatInputs()
        self.inputs.add(Chain(self.chain, LoadPin(self.chain), registers).banks, "chain")
        self.count = 8 * registers

    def wire(self, opened: int) -> None:
        for register in range(len(self.chain.inputs) - 1):
            self.chain.inputs[register] = opened & 0xFF
            opened >>= 8

    def break_(self, faults: Faults) -> None:
        self.chain.cut_data = min(faults.silent_expanders, default=None)


class Mats:
    """Analog mats on ADS1115."""

    def __init__(self, seats: dict[str, Any], i2c: I2C, clock: Callable[[], int]):
        self.uv = [_EMPTY_UV] * 4 * len(seats["mat_readers"])
        self.chips: list[ADS1115] = []
        self.inputs = SeatInputs()
        self._opened = 0
        for number, address in enumerate(seats["mat_readers"]):
            chip = ADS1115(clock, partial(self._at, 4 * number))
            i2c.attach(address, chip)
            self.chips.append(chip)
            driver = MatDriver(i2c, address, seats["mats"])
            for channel, mat in enumerate(driver.banks):
                seat = 4 * number + channel + 1
                if seat <= seats["count"]:
                    self.inputs.add([mat], f"mat of seat {seat}")
            self.inputs.add_scanner(driver)
        self.count = len(self.uv)

    def _at(self, first: int, channel: int) -> int:
        return self.uv[first + channel]

    def wire(self, opened: int) -> None:
        for at in range(len(self.uv)):
            self.uv[at] = _TAKEN_UV if opened >> at & 1 else _EMPTY_UV

    def break_(self, faults: Faults) -> None:
        for index, chip in enumerate(self.chips):
            chip.answers = index not in faults.silent_expanders


def seat_wiring(
    seats: dict[str, Any],
    i2c: I2C,
    i2c_2: I2C,
    bridged: bool,
    clock: Callable[[], int],
    rng: random.Random,
) -> Any:
    """seats: config["seats"] -> the way that it names."""
    way = seats["inputs"]
    if way == "modbus":
        return Modules(seats, i2c, bridged, clock, rng)
    if way == "chain":
        return Registers(seats)
    if way == "mats":
        return Mats(seats, i2c, clock)
    return Expanders(seats, i2c, i2c_2, rng)

"""SimBoard: the parts of drivers/board/board.py, the real drivers over simulated wires."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from drivers.board.flash import Flash
from drivers.board.nvs import Nvs
from drivers.board.tables import SWITCHES, far_inputs, is_fitted, table
from drivers.board.unwired import unwire
from drivers.ds18b20 import DS18B20 as OneWireDriver
from drivers.gnss import Gnss
from drivers.lis3dh import LIS3DH as AccelerometerDriver
from drivers.lm75 import LM75 as LM75Driver
from drivers.mcp23017 import MCP23017 as ExpanderDriver
from drivers.output import Output
from drivers.supply import Supply
from drivers.switch import Switch
from drivers.switch_expander import SwitchExpander
from sim.bus.board_modules import reset
from sim.bus.faults import Faults
from sim.bus.ride import Ride
from sim.bus.seat_wiring import seat_wiring
from sim.chips.ds18b20 import DS18B20Wire
from sim.chips.gnss import GnssChip
from sim.chips.lis3dh import LIS3DH
from sim.chips.lm75 import LM75
from sim.chips.mcp23017 import MCP23017
from sim.chips.presence import LD2410, PIR
from sim.wires.bus_i2c import I2C
from sim.wires.nvs import NVS
from sim.wires.pin import ADC, WDT, Pin, SenseWire, Wire
from sim.wires.uart import UART
from sim.world.world import World

_DIVIDER_OHM = (100_000, 10_000)
_ADC_NOISE_UV = 1500
_VBUS_MV = 4900  # what a LilyGO's battery pin shows while the vehicle's supply charges it
_GNSS_BAUD, _RXBUF = 9600, 2048
_WATCHDOG_MS = 8000
_PULSE_MS = 2500  # an output that pulses with shorter pauses still sounds
_ACCELEROMETER_ADDRESS = 0x18
_THERMOMETERS = {  # on I2C, by cabin.chip: address, the simulated chip, its driver
    "lm75": (0x48, LM75, LM75Driver),
}
_PORT_A = 7  # inputs of an MCP23017 on port A, as its driver counts them
_OUTPUTS = ("horn", "buzzer", "lamp")
_MPY, _MICROPYTHON = 2822, "1.29.0"  # it takes the set of the virtual board
_SWITCHES = tuple(name for name, _ in SWITCHES)
_PRESENCE = tuple(name for name in _SWITCHES if name.startswith("presence"))


class SimBoard:
    """One powered board. `refresh` before every tick lets its sensors see the world.

    clock: the simulator's ms. flash, nvs, files, radio, dialer: handed in, because flash,
    NVS and files outlive the board, and the radio and the dialer depend on whether time is real.
    receiver: what is at the other end of `uart`, if not a GNSS chip made here; it has
    `advance(now_ms)` as sim/chips/gnss.py.
    """

    def __init__(
        self,
        config: dict[str, Any],
        world: World,
        clock: Callable[[], int],
        flash: Any,
        nvs: NVS,
        radio: Any,
        dialer: Any,
        *,
        uart: UART | None = None,
        receiver: Any = None,
        faults: Faults | None = None,
        rng: random.Random | None = None,
        reset_cause: str = "power_on",
        files: Any = None,
        slots: Any = None,
        reset: Callable[[], None] = reset,
    ):
        self._world = world
        self._clock = clock
        self._faults = faults or Faults()
        self.errors: list[str] = []
        rng = rng or random.Random(0)
        self.i2c, self.i2c_2 = I2C(rng), I2C(rng)
        self.wires = {name: Wire() for name in (*_SWITCHES, *_OUTPUTS)}
        self._wired: tuple[int, int] | None = None
        self._on_ms: dict[str, int] = {}  # output -> when it was last on
        self._was_lit = False  # the lamp, at the look before
        self.uart = uart or UART(_GNSS_BAUD, _RXBUF, rng)
        self.uart.init(_GNSS_BAUD, _RXBUF)
        self.receiver = receiver or GnssChip(self.uart, rng.getrandbits(32), world.start_utc_ms)

        own = table(config["board"] or "devkit")  # unknown to the firmware: any will do
        for name in _OUTPUTS:
            setattr(self, name, Output(Pin(self.wires[name], Pin.OUT, value=0)))
        far = far_inputs(own, config["inputs"])
        self._fit_switches(far, config["inputs"], rng)
        if config["readback"]["fitted"]:
            self._fit_senses(far, rng)
        seats = config["seats"]
        self.seat_wiring = seat_wiring(seats, self.i2c, self.i2c_2, own["bridge"], clock, rng)
        self.seats = self.seat_wiring.inputs
        self._belts = seats["belts"]
        self._fit_accelerometer(config["accelerometer"], rng)
        self.gnss = Gnss(self.uart, 200 if config["gnss"]["fast"] else 1000)
        self._seats = min(seats["count"], self.seat_wiring.count // (2 if self._belts else 1))
        upper, lower = _DIVIDER_OHM
        divided = 1000 * lower / (upper + lower)  # uV at the pin for each mV of supply
        adc = ADC(lambda: int(world.supply_mv * divided), noise_uv=_ADC_NOISE_UV, rng=rng)
        self.supply = Supply(adc, upper, lower)
        self.adcs = {"supply": adc}  # by what they measure
        self.backup = None
        if config["backup"]["fitted"] and "backup" in own["on_board"]:
            ohms = own["dividers"]["backup"]
            share = 1000 * ohms[1] / (ohms[0] + ohms[1])
            source = ADC(lambda: int(share * (_VBUS_MV if world.supply_mv else world.backup_mv)),
                         noise_uv=_ADC_NOISE_UV, rng=rng)  # fmt: skip
            self.backup = Supply(source, *ohms)
            self.adcs["backup"] = source
        self.watchdog = WDT(clock, _WATCHDOG_MS)
        self._fit_cabin(config["cabin"])
        self.flash = Flash(flash, bytearray(512))
        self.nvs = Nvs(lambda: nvs)
        self.files = files
        self.slots, self.board_name = slots, config["board"]
        self.mpy, self.mpython = _MPY, _MICROPYTHON
        self.radio, self.dialer = radio, dialer
        self.reset_cause = reset_cause
        self.reset = reset
        self.utc_s: int | None = None  # as its clock was set
        self.wakes_ms: int | None = None
        if not config["wired"]:
            unwire(self)
        self.entropy = rng.randbytes
        self.refresh()

    def _fit_switches(
        self, far: dict[str, int], inputs: dict[str, Any], rng: random.Random
    ) -> None:
        """far: inputs of an MCP23017 beside the board, by part; inputs: config["inputs"]."""
        self.switches = self.switch_chip = None
        self._far = {name: pin for name, pin in far.items() if name != "address"}
        if far:
            self.switch_chip = MCP23017(rng)
            self.i2c.attach(far["address"], self.switch_chip)
            self.switches = SwitchExpander(ExpanderDriver(self.i2c, far["address"]))
        self.presence: list[Switch] = []
        self.presence_chips: list[PIR | LD2410] = []
        for name, when_closed in SWITCHES:
            if not is_fitted(name, inputs):
                setattr(self, name, None)
                continue
            pin: Any = Pin(self.wires[name], Pin.IN, Pin.PULL_UP, rng=rng)
            if self.switches is not None and name in self._far:
                pin = self.switches.pin(self._far[name])
            setattr(self, name, Switch(pin, when_closed))
            if name.startswith("presence"):
                self.presence.append(getattr(self, name))
                make = LD2410 if len(self.presence) % 2 == 0 else PIR
                self.presence_chips.append(make(self._clock(), rng))

    def _fit_senses(self, far: dict[str, int], rng: random.Random) -> None:
        for name in _OUTPUTS:
            sense: Any = Pin(SenseWire(self.wires[name]), rng=rng)
            if self.switches is not None and f"{name}_sense" in far:
                sense = self.switches.pin(far[f"{name}_sense"])
            getattr(self, name).sense = sense

    def _fit_accelerometer(self, config: dict[str, Any], rng: random.Random) -> None:
        self.accelerometer = self.motion_chip = None
        if not config["fitted"]:
            return
        self.ride = Ride(self._world, rng, config["forward"], config["up"])
        self.motion_chip = LIS3DH(self.ride.feel, rng)
        self.i2c.attach(_ACCELEROMETER_ADDRESS, self.motion_chip)
        self.accelerometer = AccelerometerDriver(self.i2c, _ACCELEROMETER_ADDRESS)

    def _fit_cabin(self, config: dict[str, Any]) -> None:
        self.cabin = self.cabin_chip = self.cabin_wire = None
        if not config["fitted"]:
            return
        if config["chip"] == "ds18b20":
            self.cabin_wire = DS18B20Wire(self._clock, lambda: self._world.cabin_c10 / 10)
            self.cabin = OneWireDriver(self.cabin_wire)
            return
        address, make_chip, make_driver = _THERMOMETERS[config["chip"]]
        self.cabin_chip = make_chip(lambda: self._world.cabin_c10 / 10)
        self.i2c.attach(address, self.cabin_chip)
        self.cabin = make_driver(self.i2c, address)

    def set_utc(self, utc_s: int) -> None:
        """machine.RTC().datetime(): the clock that TLS goes by."""
        self.utc_s = utc_s

    def sleep(self, ms: int) -> None:
        """machine.lightsleep(ms): returns at once; the caller of the board lets the time pass."""
        self.wakes_ms = self._clock() + ms

    def wake(self) -> None:
        """After sleep: what came over the UARTs meanwhile is lost."""
        self.wakes_ms = None
        self.receiver.advance(self._clock())
        self.uart.miss()
        if hasattr(self.seat_wiring, "miss"):
            self.seat_wiring.miss()

    def refresh(self) -> None:
        """The sensors see the world, with the faults in between; the world hears the horn."""
        world, faults, wires = self._world, self._faults, self.wires
        wires["ignition"].level = 0 if world.ignition else None
        wires["front_door"].level = None if world.front_door_open else 0
        wires["emergency_door"].level = None if world.emergency_door_open else 0
        wires["check_button"].level = 0 if world.check_button_pressed else None
        wires["sos_button"].level = 0 if world.sos_button_pressed else None
        wires["check_button_2"].level = None if world.check_button_pressed else 0
        wires["here_button"].level = 0 if world.here_button_pressed else None
        wires["driver_seat"].level = 0 if world.driver_seated else None
        for number, chip in enumerate(self.presence_chips):
            chip.advance(self._clock(), world.is_seen_by(number))
            wires[_PRESENCE[number]].level = None if chip.out else 0
        if faults.stuck_switches:
            for part, closed in faults.stuck_switches.items():
                wires[part].level = 0 if closed else None
        if self._wired != (world.seat_changes, faults.changes):
            self._wired = (world.seat_changes, faults.changes)
            self._break()
            self._wire_seats()
        if self.switch_chip is not None:
            self.switch_chip.wires(*self._held())
        if self.motion_chip is not None:
            self.ride.look()
            self.motion_chip.advance(self._clock())
        if self.cabin_chip is not None:
            self.cabin_chip.advance(self._clock())
        receiver = self.receiver
        lat_e7 = world.lat_e7 + faults.gnss_astray_e7
        receiver.truth = lat_e7, world.lon_e7, world.speed_mms, world.course_cdeg
        receiver.sky = world.sky
        receiver.advance(self._clock())
        self._hear()

    def _held(self) -> tuple[int, int]:
        """Pins of the switches' expander, GPA0 first, GPB0 the ninth, that are held low, and high.

        A closed contact holds its pin low; so does the divider of a load that is off.
        """
        low = high = 0
        for name, number in self._far.items():
            pin = number if number < _PORT_A else number + 1  # GPA7 is no input
            if name in _SWITCHES:
                wire = self.wires[name]
                low |= (wire.level == 0 and not wire.cut) << pin
            elif self.wires[name.removesuffix("_sense")].load:
                high |= 1 << pin
            else:
                low |= 1 << pin
        return low, high

    def sounds(self, output: str) -> bool:
        """Is `buzzer`, `lamp` or `horn` on, or pulsing? A flash of one tick does not count."""
        on_ms = self._on_ms.get(output)
        return on_ms is not None and self._clock() - on_ms < _PULSE_MS

    def _break(self) -> None:
        for name, wire in self.wires.items():
            wire.cut = name in self._faults.cut_wires
        self.uart.cut = self._faults.gnss_silent
        if self.motion_chip is not None:
            self.motion_chip.answers = not self._faults.accelerometer_silent
        if self.switch_chip is not None:
            self.switch_chip.answers = not self._faults.switches_silent
        self.seat_wiring.break_(self._faults)

    def _wire_seats(self) -> None:
        """Contacts to ground: a seat's while it is empty, a belt's while it is buckled."""
        world, faults = self._world, self._faults
        opened, at, step = -1, 0, 2 if self._belts else 1
        for seat in range(1, self._seats + 1):
            taken = faults.stuck_seats.get(seat, seat in world.seats)
            if not taken and seat not in faults.cut_seats:
                opened &= ~(1 << at)
            if self._belts and seat in world.buckled and seat not in faults.cut_belts:
                opened &= ~(2 << at)
            at += step
        self.seat_wiring.wire(opened)

    def _hear(self) -> None:
        is_lit = bool(self.wires["lamp"].load)
        for name in _OUTPUTS:
            if self.wires[name].load and (name != "lamp" or self._was_lit):
                self._on_ms[name] = self._clock()
        self._was_lit = is_lit
        self._world.horn_sounds = self.sounds("horn")

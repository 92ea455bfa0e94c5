"""Makes the wired parts of a Board from its table and bus.json. It leaves the heap after the start.

A driver is imported only if its part is fitted: an unused one takes no memory.
"""

from machine import ADC, I2C, UART, Pin

from drivers.board.tables import INPUT_ONLY, SWITCHES, far_inputs, is_fitted, way_pins
from drivers.gnss import Gnss
from drivers.output import Output
from drivers.seat_wiring import seat_inputs
from drivers.supply import Supply
from drivers.switch import Switch

_GNSS_BAUD = 9600


def wire(board, config, table):
    """Gives a board its parts. table: of drivers/board/tables.py."""
    pins = table["pins"]
    sensed = config["readback"]["fitted"]
    # The horn first: it is off even if something fails further on.
    board.horn = _output(pins, "horn", sensed)
    board.buzzer = _output(pins, "buzzer", sensed)
    board.lamp = _output(pins, "lamp", sensed)
    for name in table["high"]:
        Pin(table["on_board"][name], Pin.OUT, value=1)
    board.watch()
    i2c = I2C(0, sda=Pin(pins["sda"]), scl=Pin(pins["scl"]), freq=400000, timeout=5000)
    far = far_inputs(table, config["inputs"])
    board.seats = seat_inputs(table, config["seats"], i2c, far.get("address"), board.errors)
    board.accelerometer = _accelerometer(config["accelerometer"], i2c)
    uart = UART(
        table["uarts"]["gnss"],
        baudrate=_GNSS_BAUD,
        rx=Pin(pins["gnss_rx"]),
        tx=Pin(pins["gnss_tx"]),
        rxbuf=2048,
    )
    board.gnss = Gnss(uart, 200 if config["gnss"]["fast"] else 1000)
    _make_switches(board, table, far, config["inputs"], i2c, sensed)
    board.supply = Supply(
        ADC(Pin(pins["supply"]), atten=ADC.ATTN_11DB), *table["dividers"]["supply"]
    )
    board.backup = None
    if config["backup"]["fitted"] and "backup" in table["on_board"]:
        pin = Pin(table["on_board"]["backup"])
        board.backup = Supply(ADC(pin, atten=ADC.ATTN_11DB), *table["dividers"]["backup"])
    board.cabin = _cabin(config["cabin"], i2c, pins, way_pins(table, config["seats"]), board.errors)


def _make_switches(board, table, far, inputs, i2c, sensed):
    """far: inputs of the MCP23017 beside the board, by part; sensed: outputs are read back.

    A switch that is not fitted is None; presence: the presence inputs that are fitted.
    """
    board.switches = None
    if far:
        from drivers.mcp23017 import MCP23017
        from drivers.switch_expander import SwitchExpander

        board.switches = SwitchExpander(MCP23017(i2c, far["address"]))
        for name in ("lamp", "buzzer", "horn"):
            if sensed and name + "_sense" in far:
                getattr(board, name).sense = board.switches.pin(far[name + "_sense"])
    board.presence = []
    for name, when_closed in SWITCHES:
        switch = None
        if is_fitted(name, inputs):
            switch = Switch(_input(board, name, table, far), when_closed)
            if name.startswith("presence"):
                board.presence.append(switch)
        setattr(board, name, switch)


def _input(board, name, table, far):
    if name in far:
        return board.switches.pin(far[name])
    number = table["pins"][name]
    pull = None if number in INPUT_ONLY[table["chip"]] else Pin.PULL_UP
    pin = Pin(number, Pin.IN, pull)
    board.inputs.append((pin, pull))
    return pin


def _output(pins, name, sensed):
    sense = Pin(pins[name + "_sense"], Pin.IN) if sensed and name + "_sense" in pins else None
    return Output(Pin(pins[name], Pin.OUT, value=0), sense)


def _accelerometer(config, i2c):
    if not config["fitted"]:
        return None
    from drivers.lis3dh import LIS3DH

    return LIS3DH(i2c)


def _cabin(config, i2c, pins, taken, errors):
    """taken: the pins of the seats' wiring, which may need the thermometer's."""
    if not config["fitted"]:
        return None
    if config["chip"] == "lm75":
        from drivers.lm75 import LM75

        return LM75(i2c)
    if "one_wire" not in pins or pins["one_wire"] in taken.values():
        errors.append("bus.json: cabin.chip is ds18b20, but this board has no pin left for it.")
        return None
    from onewire import OneWire

    from drivers.ds18b20 import DS18B20

    return DS18B20(OneWire(Pin(pins["one_wire"], Pin.OPEN_DRAIN, value=1)))

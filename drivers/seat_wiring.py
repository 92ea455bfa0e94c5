"""Makes the seats' inputs of one bus from its board's table and bus.json.

Only the drivers for the wiring in use are imported.
"""

from machine import I2C, SPI, UART, Pin

from drivers.seat_inputs import SeatInputs

_RXBUF = 256
_CHAIN_BAUD = 100000  # metres of wire
_PARITY = {"none": None, "even": 0, "odd": 1}


def seat_inputs(table, seats, i2c, switches, errors):
    """-> SeatInputs. table: of drivers/board/tables.py; seats: config["seats"]; i2c: the bus
    beside the board; switches: the address there of the MCP23017 of doors and buttons, or None;
    errors: list that gets sentences about what this board cannot do.

    If the board has no pins for the wiring, every seat is unknown, and errors says so.
    """
    inputs = SeatInputs()
    way = seats["inputs"]
    pins = table["ways"].get(way)
    if pins is None:
        errors.append(
            "bus.json: seats.inputs is %s, but this board has no pins for it; no seat is read."
            % way
        )
    elif way == "modbus":
        _modules(inputs, table, pins, seats, i2c)
    elif way == "chain":
        _chain(inputs, pins, seats["chain_registers"])
    elif way == "mats":
        _mats(inputs, seats, i2c)
    else:
        _expanders(inputs, pins, seats, i2c, switches, errors)
    return inputs


def _expanders(inputs, pins, seats, i2c, switches, errors):
    from drivers.mcp23017 import MCP23017

    for addresses in [seats["expanders"]] + seats["behind_mux"]:
        if switches in addresses:
            errors.append(
                "bus.json: seats uses the address %d of the MCP23017 of doors, buttons and "
                "`inputs`; no seat is read." % switches
            )
            return
    chips = [MCP23017(i2c, address) for address in seats["expanders"]]
    if seats["expanders_2"] and "sda_2" in pins:
        i2c_2 = I2C(1, sda=Pin(pins["sda_2"]), scl=Pin(pins["scl_2"]), freq=400000, timeout=5000)
        chips += [MCP23017(i2c_2, address) for address in seats["expanders_2"]]
    if seats["behind_mux"]:
        from drivers.tca9548a import MuxBus

        for channel in range(len(seats["behind_mux"])):
            bus = MuxBus(i2c, channel)
            chips += [MCP23017(bus, address) for address in seats["behind_mux"][channel]]
    for index in range(len(chips)):
        inputs.add(chips[index : index + 1], "expander %d" % (index + 1))


def _modules(inputs, table, pins, seats, i2c):
    from drivers.modbus import Modbus, Module

    line = seats["modbus"]
    parity = _PARITY[line["parity"]]
    if table["bridge"]:
        from drivers.sc16is740 import SC16IS740

        uart, de = SC16IS740(i2c, line["baud"], parity), None
    else:
        uart = UART(
            table["uarts"]["modbus"],
            baudrate=line["baud"],
            parity=parity,
            rx=Pin(pins["rs485_rx"]),
            tx=Pin(pins["rs485_tx"]),
            rxbuf=_RXBUF,
        )
        de = Pin(pins["rs485_de"], Pin.OUT, value=0) if line["direction"] == "pin" else None
    modules = [Module(address, count) for address, count in seats["modules"]]
    for module in modules:
        inputs.add(module.banks, "module %d" % module.address)
    inputs.add_scanner(Modbus(uart, modules, line["baud"], line["timeout_ms"], de))


def _chain(inputs, pins, registers):
    from drivers.chain import Chain

    spi = SPI(
        1,
        baudrate=_CHAIN_BAUD,
        polarity=1,
        phase=0,
        sck=Pin(pins["chain_clock"]),
        mosi=None,
        miso=Pin(pins["chain_data"]),
    )
    chain = Chain(spi, Pin(pins["chain_load"], Pin.OUT, value=1), registers)
    inputs.add(chain.banks, "chain")


def _mats(inputs, seats, i2c):
    from drivers.ads1115 import ADS1115

    seat = 1
    for address in seats["mat_readers"]:
        reader = ADS1115(i2c, address, seats["mats"])
        for mat in reader.banks:
            if seat <= seats["count"]:
                inputs.add([mat], "mat of seat %d" % seat)
            seat += 1
        inputs.add_scanner(reader)

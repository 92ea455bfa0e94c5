"""Settings of the seats' inputs: their kinds of values, and which of them have to fit together."""

_PER_EXPANDER = 14
_PER_REGISTER = 8
_PER_READER = 4
_MOST_INPUTS = 64  # of a module
_LM75 = 72


class Addresses:
    """I2C addresses of one kind of chip, in the order of the seats."""

    def __init__(self, default, low, high, most):
        self.default = default
        self._low = low
        self._high = high
        self._most = most

    @property
    def range(self):
        how = (self._most, self._low, self._high)
        return "a list of up to %d different whole numbers from %d to %d" % how

    def accepts(self, value):
        if not isinstance(value, list) or len(value) > self._most:
            return False
        for address in value:
            if type(address) is not int or not self._low <= address <= self._high:
                return False
            if value.count(address) > 1:
                return False
        return True


class AddressLists:
    """For each bus of a TCA9548A the addresses of its expanders."""

    range = "up to 8 lists of different whole numbers from 32 to 39"

    def __init__(self, default):
        self.default = default

    def accepts(self, value):
        if not isinstance(value, list) or len(value) > 8:
            return False
        one = Addresses(None, 32, 39, 8)
        for addresses in value:
            if not one.accepts(addresses):
                return False
        return True


class Among:
    """One of a few numbers."""

    def __init__(self, default, *numbers):
        self.default = default
        self._numbers = numbers

    @property
    def range(self):
        return "one of " + ", ".join([str(number) for number in self._numbers])

    def accepts(self, value):
        return type(value) is int and value in self._numbers


class Modules:
    """Modbus modules in the order of the seats: [[address, inputs], ...]."""

    range = "up to 8 pairs [address 1 to 247, inputs 8 to 64 in steps of 8], addresses different"

    def __init__(self, default):
        self.default = default

    def accepts(self, value):
        if not isinstance(value, list) or len(value) > 8:
            return False
        seen = []
        for pair in value:
            if not isinstance(pair, list) or len(pair) != 2:
                return False
            address, inputs = pair
            if type(address) is not int or type(inputs) is not int:
                return False
            if not 1 <= address <= 247 or address in seen:
                return False
            if not 8 <= inputs <= _MOST_INPUTS or inputs % 8:
                return False
            seen.append(address)
        return True


def inputs_of(seats):
    """config["seats"] -> (int: number of inputs, str: the chips that have them)."""
    way = seats["inputs"]
    if way == "modbus":
        return sum([pair[1] for pair in seats["modules"]]), "%d modules" % len(seats["modules"])
    if way == "chain":
        registers = seats["chain_registers"]
        return registers * _PER_REGISTER, "%d registers" % registers
    if way == "mats":
        readers = len(seats["mat_readers"])
        return readers * _PER_READER, "%d mat readers" % readers
    chips = len(seats["expanders"]) + len(seats["expanders_2"])
    for addresses in seats["behind_mux"]:
        chips += len(addresses)
    return chips * _PER_EXPANDER, "%d expanders" % chips


def seat_faults(seats, cabin):
    """config["seats"] and config["cabin"] -> list of (sentence, bool: the wiring is in doubt) about
    what does not fit together.

    Changes such a setting to one that works, where one exists and hides no child.
    """
    faults = []
    if seats["inputs"] == "mats" and seats["belts"]:
        text = "seats.belts is true, but seats.inputs mats have no belts; false is used."
        faults.append((text, False))
        seats["belts"] = False
    inputs, on = inputs_of(seats)
    reached = inputs // (2 if seats["belts"] else 1)
    if seats["count"] > reached:
        text = (
            "seats.count is %d, but the %s reach only %d seats; the seats beyond them stay unknown."
        )
        faults.append((text % (seats["count"], on, reached), False))
    for addresses in seats["behind_mux"]:
        for address in addresses:
            if address in seats["expanders"]:
                text = (
                    "seats.behind_mux has the address %d, but so has seats.expanders in front of "
                    "the mux: both would answer."
                )
                faults.append((text % address, True))
    for addresses in seats["behind_mux"]:
        addresses[:] = [address for address in addresses if address not in seats["expanders"]]
    is_lm75 = cabin["fitted"] and cabin["chip"] == "lm75"
    if is_lm75 and seats["inputs"] == "mats" and _LM75 in seats["mat_readers"]:
        text = (
            "seats.mat_readers has 72, which is the cabin's LM75; the thermometer is not used. "
            "Give the reader another address, or set cabin.chip to ds18b20."
        )
        faults.append((text, False))
        cabin["fitted"] = False
    mats = seats["mats"]
    if not mats["short_mv"] < mats["empty_mv"] < mats["open_mv"]:
        faults.append(("seats.mats has to have short_mv < empty_mv < open_mv.", True))
        mats["short_mv"], mats["empty_mv"], mats["open_mv"] = 150, 1300, 2600
    modbus = seats["modbus"]
    if modbus["direction"] == "pin" and modbus["baud"] < 38400:
        text = (
            "seats.modbus.direction is pin, which needs seats.modbus.baud 38400 or more; auto is "
            "used. A transceiver that turns by itself works at any speed."
        )
        faults.append((text, False))
        modbus["direction"] = "auto"
    return faults

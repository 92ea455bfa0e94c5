"""What a setting may be: each kind has a default, accepts(value), and says its range.

The words of a range are made when somebody asks: a hundred of them would fill the heap.
"""


class Number:
    """A whole number within low..high."""

    def __init__(self, default, low, high):
        self.default = default
        self._low = low
        self._high = high

    @property
    def range(self):
        return "a whole number from %d to %d" % (self._low, self._high)

    def accepts(self, value):
        return type(value) is int and self._low <= value <= self._high


class Choice:
    """One of a few words; the first is the default."""

    def __init__(self, *words):
        self.default = words[0]
        self._words = words

    @property
    def range(self):
        return "one of " + ", ".join(self._words)

    def accepts(self, value):
        return value in self._words


class Flag:
    range = "true or false"

    def __init__(self, default):
        self.default = default

    def accepts(self, value):
        return value is True or value is False


class Text:
    def __init__(self, default, longest):
        self.default = default
        self._longest = longest

    @property
    def range(self):
        return "a text of at most %d characters" % self._longest

    def accepts(self, value):
        return isinstance(value, str) and len(value) <= self._longest


class Identifier:
    """Part of a topic and of the MQTT client id."""

    range = "1 to 32 characters out of A-Z a-z 0-9 _ -"

    def __init__(self, default):
        self.default = default

    def accepts(self, value):
        if not isinstance(value, str) or not 1 <= len(value) <= 32:
            return False
        for char in value:
            if not ("a" <= char <= "z" or "A" <= char <= "Z" or "0" <= char <= "9" or char in "_-"):
                return False
        return True


class Addresses:
    """I2C addresses of the seat expanders, in the order of the seats."""

    range = "a list of up to 8 different whole numbers from 32 to 39"

    def __init__(self, default):
        self.default = default

    def accepts(self, value):
        if not isinstance(value, list) or len(value) > 8:
            return False
        for address in value:
            if type(address) is not int or not 32 <= address <= 39 or value.count(address) > 1:
                return False
        return True


class Order:
    """Some of a few words, each at most once, the preferred one first."""

    def __init__(self, default, *words):
        self.default = default
        self._words = words

    @property
    def range(self):
        return "a list of one or more of " + ", ".join(self._words) + ", the preferred one first"

    def accepts(self, value):
        if not isinstance(value, list) or not value:
            return False
        for word in value:
            if word not in self._words or value.count(word) > 1:
                return False
        return True


class Quoted:
    """What goes between the quotation marks of an AT command."""

    def __init__(self, default, longest):
        self.default = default
        self._longest = longest

    @property
    def range(self):
        return 'at most %d ASCII characters, none of them " or \\' % self._longest

    def accepts(self, value):
        if not isinstance(value, str) or len(value) > self._longest:
            return False
        for char in value:
            if not " " <= char <= "~" or char in '"\\':
                return False
        return True


class Pin:
    """Of a SIM card (ETSI TS 102 221, 9.5.1)."""

    range = "4 to 8 digits, or empty for none"
    default = ""

    def accepts(self, value):
        if not isinstance(value, str) or not (value == "" or 4 <= len(value) <= 8):
            return False
        for char in value:
            if not "0" <= char <= "9":
                return False
        return True

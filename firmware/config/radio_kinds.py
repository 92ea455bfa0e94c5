"""What a setting of the radios may be; see kinds.py."""


class Order:
    """A list out of a few words, each at most once, the preferred one first."""

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
    """A text that fits between the quotation marks of an AT command."""

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

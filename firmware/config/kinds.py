"""What a setting may be: each kind has a default, accepts(value), and its range in words.

The words are made when they are read: a hundred of them would fill the heap.
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

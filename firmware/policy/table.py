"""Many similar items in a few bytes each: columns of numbers, and names in one text."""

from array import array

from micropython import const

_TEXT = const(512)  # bytes


class Table:
    """Columns of integers, filled in two passes, so that no array is moved or larger than needed.

    The first pass only counts the rows; after allocate() the same calls store them. Column
    `name` is then the array self.name, and n its length.
    """

    def __init__(self, **types):
        """types: name of a column=type code of its array."""
        self._types = types
        self._stores = False
        self.n = 0

    def allocate(self):
        for name, code in self._types.items():
            setattr(self, name, array(code, Zeros(self.n)))
        self.n = 0
        self._stores = True

    def add(self, **values):
        """Adds a row; every column is named."""
        if self._stores:
            for name, value in values.items():
                getattr(self, name)[self.n] = value
        self.n += 1


def numbers(n):
    """-> array('i') of n zeros."""
    return array("i", Zeros(n))


class Zeros:
    """n zeros with a length, so that an array is made at once in its right size."""

    def __init__(self, n):
        self._n = n

    def __len__(self):
        return self._n

    def __iter__(self):
        for _ in range(self._n):
            yield 0


class Names:
    """Short ASCII names, in the order in which they were added, in texts of at most 512 bytes."""

    def __init__(self):
        self._texts = [bytearray(b"\n")]
        self._firsts = [0]  # number of the first name in each
        self.n = 0

    def add(self, name):
        line = (name + "\n").encode()
        if len(self._texts[-1]) + len(line) > _TEXT:
            self._texts.append(bytearray(b"\n"))
            self._firsts.append(self.n)
        self._texts[-1].extend(line)
        self.n += 1

    def index(self, name):
        """-> int from 0, or -1 if there is no such name."""
        line = ("\n" + name + "\n").encode()
        for number, text in enumerate(self._texts):
            at = text.find(line)
            if at >= 0:
                return self._firsts[number] + bytes(text[:at]).count(b"\n")
        return -1

    def __getitem__(self, index):
        """-> str. Raises IndexError."""
        if not 0 <= index < self.n:
            raise IndexError(index)
        number = len(self._firsts) - 1
        while self._firsts[number] > index:
            number -= 1
        text, start = self._texts[number], 0
        for _ in range(index - self._firsts[number]):
            start = text.find(b"\n", start + 1)
        end = text.find(b"\n", start + 1)
        return bytes(text[start + 1 : end]).decode()

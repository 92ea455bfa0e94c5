"""Many similar items in a few bytes each: columns of numbers, and names in one text."""

from array import array


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
    """Short ASCII names, in the order in which they were added."""

    def __init__(self):
        self._text = bytearray(b"\n")
        self.n = 0

    def add(self, name):
        self._text.extend((name + "\n").encode())
        self.n += 1

    def index(self, name):
        """-> int from 0, or -1 if there is no such name."""
        at = self._text.find(("\n" + name + "\n").encode())
        return -1 if at < 0 else bytes(self._text[:at]).count(b"\n")

    def __getitem__(self, index):
        """-> str. Raises IndexError."""
        if not 0 <= index < self.n:
            raise IndexError(index)
        start = 0
        for _ in range(index):
            start = self._text.find(b"\n", start + 1)
        end = self._text.find(b"\n", start + 1)
        return bytes(self._text[start + 1 : end]).decode()

"""Numbers: for each key of the city, the number of the last command of it that was obeyed.

A number belongs to its key. Else a thief of one key could use up the highest number, and the bus
would never obey the key that replaces it. NVS has two places, as a bus knows two keys at most.
"""

_PLACES = (("command_k", "command_n"), ("command_k2", "command_n2"))  # in NVS


class Numbers:
    def __init__(self, memory):
        self._memory = memory

    def last(self, key):
        """key: bytes -> int; 0: none was obeyed."""
        place = self._place(_mark(key))
        return 0 if place is None else self._memory.get(place[1]) or 0

    def keep(self, key, n, keys):
        """keys: those that count now. A power cut in between forgets no number of them: a place
        changes hands only if its key counts no more, and its number is written first.
        """
        mark = _mark(key)
        place = self._place(mark)
        if place is None:
            place = self._free([_mark(other) for other in keys])
        self._memory.set(place[1], n)
        if self._memory.get(place[0]) != mark:
            self._memory.set(place[0], mark)

    def _place(self, mark):
        for place in _PLACES:
            if self._memory.get(place[0]) == mark:
                return place
        return None

    def _free(self, marks):
        for place in _PLACES:
            if self._memory.get(place[0]) not in marks:
                return place


def _mark(key):
    """A key's check number, as NVS can keep it."""
    return int.from_bytes(key[:4], "big") & 0x7FFFFFFF

"""The seats' contacts, whichever way they are wired (docs/install.md): one interface for all.

A bank is a handful of inputs that fail together:
  inputs   how many, 1 to 16
  resets   how often it was found without its settings since boot
  read()   -> int, bit 0 the first input, 1 = contact open; never waits; OSError: unknown
Seats use the inputs in the order of the banks.
"""


class SeatInputs:
    """banks: list. names: list, the name of each bank in what the city reads."""

    def __init__(self):
        self.banks = []
        self.names = []
        self._scanners = []

    def add(self, banks, name):
        """Adds banks that all have this name."""
        for bank in banks:
            self.banks.append(bank)
            self.names.append(name)

    def add_scanner(self, scanner):
        """scanner.turn(now_ms) -> bool: it has more to do soon."""
        self._scanners.append(scanner)

    def turn(self, now_ms):
        """One step of every scanner -> bool: there is more to do soon."""
        more = False
        for scanner in self._scanners:
            if scanner.turn(now_ms):
                more = True
        return more

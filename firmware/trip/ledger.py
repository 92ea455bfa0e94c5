"""The ledger of a trip: how many boarded and alighted, by seats.

At a stop the seats before the door opened are compared with those after it closed. With the
ignition off no stop is told: then those before are compared with those when the engine runs again,
or, once the bus is checked and empty, with nobody. A child who fidgets or changes seats on the way
is not counted. It is kept in RAM: a reset begins it anew.
"""


class Ledger:
    def __init__(self):
        self._boarded = self._alighted = 0
        self._resting = None  # seats when the ignition went off

    def stop(self, boarded, alighted):
        """Lists of seats."""
        self._boarded += len(boarded)
        self._alighted += len(alighted)

    def rest(self, inside):
        """The ignition went off. inside: seats taken, and those that loose persons left."""
        self._resting = inside

    def run(self, inside):
        """The engine runs again."""
        before, self._resting = self._resting, None
        if before is not None:
            self.stop(
                [seat for seat in inside if seat not in before],
                [seat for seat in before if seat not in inside],
            )

    def close(self, unaccounted):
        """Nobody is on board. unaccounted: seats of persons who were not seen to get off.

        -> data of an Event; the next trip begins.
        """
        if self._resting is not None:
            self.run([seat for seat in self._resting if seat in unaccounted])
        data = (
            ("boarded", self._boarded),
            ("alighted", self._alighted),
            ("unaccounted", unaccounted),
        )
        self._boarded = self._alighted = 0
        return data

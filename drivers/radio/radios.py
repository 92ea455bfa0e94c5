"""Radios: several radios in order of preference, used as one.

The first one that is up is used. The next one is started only when all before it have been
down for a while, and stopped when one of those is back. So a bus changes from the depot's
Wi-Fi to the mobile network, and back again, by itself.
"""

from micropython import const

_CHANGE_MS = const(1500)  # seems to be down: the link has to connect again


class Radios:
    """Has the methods of one radio. name: of the one used last, "" if none was."""

    def __init__(self, radios, after_s):
        """radios: the preferred one first. after_s: seconds without them before the next starts."""
        self._radios = radios
        self._after_ms = after_s * 1000
        self._is_wanted = False
        self._asked = [False] * len(radios)
        self._used = None
        self._last = 0  # the one that was used last
        self._missed_ms = None  # since when those that were started are down
        self._changed_ms = None
        self.name = ""

    def up(self):
        self._is_wanted = True
        self._missed_ms = None
        self._ask(0)
        self._ask(self._last)  # an alarm at night need not wait for a Wi-Fi that is far away

    def down(self):
        self._is_wanted = False
        self._used = None
        self.name = ""
        for index in range(len(self._radios)):
            self._let_go(index)

    def restart(self):
        """Restarts the one in use; all that were started if none is."""
        for index in range(len(self._radios)):
            if self._asked[index] and self._used in (None, self._radios[index]):
                self._radios[index].restart()

    def is_off(self):
        for radio in self._radios:
            if not radio.is_off():
                return False
        return True

    def is_up(self):
        return self._used is not None and self._changed_ms is None and self._used.is_up()

    def signal_dbm(self):
        return None if self._used is None else self._used.signal_dbm()

    @property
    def failure(self):
        return self._texts("failure")

    @property
    def fault(self):
        return self._texts("fault")

    @property
    def due_ms(self):
        return min([radio.due_ms for radio in self._radios])

    def turn(self, now_ms):
        for radio in self._radios:
            radio.turn(now_ms)
        if self._changed_ms is not None and now_ms - self._changed_ms >= _CHANGE_MS:
            self._changed_ms = None
        if self._is_wanted:
            self._choose(now_ms)

    def _choose(self, now_ms):
        for index in range(len(self._radios)):
            if self._asked[index] and self._radios[index].is_up():
                self._use(self._radios[index], now_ms)
                for other in range(index + 1, len(self._radios)):
                    self._let_go(other)
                if index == 0:
                    self._missed_ms = None
                return
        if self._missed_ms is None:
            self._missed_ms = now_ms
        elif now_ms - self._missed_ms >= self._after_ms and False in self._asked:
            self._missed_ms = now_ms
            self._ask(self._asked.index(False))

    def _use(self, radio, now_ms):
        if radio is self._used:
            return
        if self._used is not None:
            self._changed_ms = now_ms
        self._used = radio
        self._last = self._radios.index(radio)
        self.name = radio.name

    def _ask(self, index):
        if not self._asked[index]:
            self._asked[index] = True
            self._radios[index].up()

    def _let_go(self, index):
        if self._asked[index]:
            self._asked[index] = False
            self._radios[index].down()

    def _texts(self, name):
        texts = [getattr(radio, name) for radio in self._radios]
        return " ".join([text for text in texts if text])

"""LinkSupervisor: gives the uplink and the radio their turn, and notes what the tick may know.

The tick never waits for a network, so nothing that it calls holds the uplink or the radio: it
reads the LinkStatus, which is written at the end of every turn and so at most one turn old.
"""

from micropython import const

from firmware.timing import Every
from firmware.uplink.radio_news import RadioNews

_SIGNAL_MS = const(5000)


class LinkStatus:
    """As of the last turn."""

    def __init__(self):
        self.connected = False
        self.drained = False  # the broker has acknowledged everything, and no command waits
        self.acked = 0  # messages that the broker has acknowledged since the start
        self.off = False  # the uplink rests and the radio is off: the board may sleep


class LinkSupervisor:
    """status: the LinkStatus."""

    def __init__(self, uplink, radio, has_broker):
        self.status = LinkStatus()
        self._uplink = uplink
        self._radio = radio
        self._news = RadioNews(radio) if has_broker else None
        self._signal = Every(_SIGNAL_MS)

    def turn(self, now_ms, is_asleep, s, notices):
        """Fills in the Snapshot's signal and adds Events of the radio to notices.

        is_asleep: the uplink rests, and works again as soon as that ends. -> True if there is
        more to do at once.
        """
        self._uplink.sleep(now_ms, is_asleep)
        self._radio.turn(now_ms)
        more = self._uplink.turn(now_ms)
        if self._uplink.connected and self._signal.due(now_ms):
            s.vehicle.signal_dbm = self._radio.signal_dbm()
        if self._news is not None:
            events = self._news.update(now_ms)
            if events:  # extend() makes an iterator even of nothing
                notices.extend(events)
        return more

    def refresh(self):
        """The end of the turn: what the tick may know now."""
        status, uplink = self.status, self._uplink
        status.connected = uplink.connected
        status.drained = uplink.is_drained
        status.acked = uplink.outgoing.acked
        status.off = uplink.is_off

"""Losses: records that the city will not get, until it has heard of them.

A loss stays here, and in the ledger on flash, until its announcement is acknowledged. If the
announcement itself is dropped or damaged, the loss has to be announced again. One announcement
of a lane is on its way at a time: announcements must not crowd out what they tell of.
"""

import struct

from micropython import const

from firmware.journal.form import WARNING

_MOST = const(8)
_ENTRY = "<BIIII"
_SIZE = const(17)
_INEXACT = const(4)  # bit; the two below are the lane
_UNKNOWN = const(0xFFFFFFFF)
_TAKEN = const(0xFFFFFFFF)  # no record has this number: it is being announced


class Loss:
    """Records of a lane, numbered from first to last.

    count: how many, or None if that is not known. exact: all of the lane in the range are lost;
    else some of them may be, or may have reached the city unacknowledged.
    """

    def __init__(self, lane, first, last, count, exact, announced=0):
        self.lane = lane
        self.first = first
        self.last = last
        self.count = count
        self.exact = exact
        self.announced = announced  # number of the record that announces it, or 0
        self.is_saved = False  # it is in the ledger, as it is


class Losses:
    def __init__(self, home):
        """home: the lane that the announcements stand in."""
        self._home = home
        self._losses = []
        self.changes = 0
        self.saved = 0  # changes, when the ledger took them

    def __len__(self):
        return len(self._losses)

    @property
    def has_news(self):
        """There is a loss to announce, and the ledger does not have it yet."""
        loss = self._next()
        return loss is not None and not loss.is_saved

    def add(self, lane, first, last, count, exact):
        """One more, behind those of its lane; what follows directly becomes one loss."""
        if first > last:
            return
        self.changes += 1
        self._losses.append(Loss(lane, first, last, count, exact))
        if lane in (self._home, WARNING):
            for loss in self._losses:
                if first <= loss.announced <= last:
                    loss.announced = 0  # nobody will hear of it
        self._join()
        if len(self._losses) > _MOST:
            self._squeeze()

    def next(self):
        """-> the Loss to announce, or None. It is on flash as a loss first: what was announced
        must not be sent after all. Until the next call it stays as it is."""
        if not self._losses:
            return None
        for loss in self._losses:
            if loss.announced == _TAKEN:
                loss.announced = 0
        loss = self._next()
        if loss is None or not loss.is_saved:
            return None
        loss.announced = _TAKEN
        return loss

    def count_as_saved(self):
        """The ledger has them."""
        self.saved = self.changes
        for loss in self._losses:
            loss.is_saved = True

    def doubt(self):
        """The city may have any of them."""
        for loss in self._losses:
            loss.count, loss.exact = None, False

    def announced(self, loss, seq):
        """In the record of this number."""
        loss.announced = seq
        self.changes += 1

    def heard(self, seq):
        """The city has the home lane up to this number."""
        for loss in self._losses[:]:
            if 0 < loss.announced <= seq:
                self._losses.remove(loss)
                self.changes += 1

    def pack(self):
        """-> bytes for the ledger."""
        return b"".join([
            struct.pack(
                _ENTRY, loss.lane | (0 if loss.exact else _INEXACT), loss.first, loss.last,
                _UNKNOWN if loss.count is None else loss.count,
                0 if loss.announced == _TAKEN else loss.announced,
            )
            for loss in self._losses
        ])  # fmt: skip

    def unpack(self, data):
        for at in range(0, len(data) - _SIZE + 1, _SIZE):
            flags, first, last, count, announced = struct.unpack_from(_ENTRY, data, at)
            count = None if count == _UNKNOWN else count
            exact = not flags & _INEXACT
            self._losses.append(Loss(flags & 3, first, last, count, exact, announced))
        if self._losses:
            self.saved = -1  # what was read may have been cut short

    def _next(self):
        under_way = [loss.lane for loss in self._losses if loss.announced]
        for loss in self._losses:
            if loss.lane not in under_way:
                return loss
        return None

    def _join(self):
        """Makes one of losses that follow each other, unless one is announced already."""
        at = 0
        while at < len(self._losses):
            loss = self._losses[at]
            for other in self._losses[at + 1 :]:
                if (
                    other.lane == loss.lane
                    and other.exact == loss.exact
                    and other.first == loss.last + 1
                    and not loss.announced
                    and not other.announced
                ):
                    _merge(loss, other)
                    self._losses.remove(other)
                    break
            else:
                at += 1

    def _squeeze(self):
        """Too many: two neighbours of one lane become one that is not exact."""
        for at in range(len(self._losses) - 1, -1, -1):
            loss = self._losses[at]
            for other in self._losses[at + 1 :]:
                if other.lane == loss.lane and not loss.announced and not other.announced:
                    _merge(loss, other)
                    loss.exact = False
                    self._losses.remove(other)
                    return


def _merge(loss, other):
    loss.is_saved = False
    loss.last = max(loss.last, other.last)
    loss.first = min(loss.first, other.first)
    known = loss.count is not None and other.count is not None
    loss.count = loss.count + other.count if known else None

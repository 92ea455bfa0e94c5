"""A Recorder on a journal in memory."""

import json

from firmware.journal.recorder import Recorder


class Journal:
    """In memory; `refuses` makes the flash fail, which uses a number up as well."""

    def __init__(self):
        self.next_seq = 412
        self.records = []
        self.refuses = False
        self.refuses_lanes = ()
        self.is_in_doubt = False
        self.damaged = 0
        self.lost = []

    def append(self, lane, kind, payload):
        seq = self.next_seq
        self.next_seq = seq + 1
        if self.refuses or lane in self.refuses_lanes:
            raise OSError(5)
        self.records.append((seq, lane, kind, bytes(payload)))
        return seq

    def take_lost(self):
        return self.lost.pop(0) if self.lost else None

    def announced(self, loss, seq):
        pass

    def events(self):
        return [json.loads(b"{" + body) for _, _, kind, body in self.records if kind == 1]


def recording():
    journal = Journal()
    return journal, Recorder(journal, 1)

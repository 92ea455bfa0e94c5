"""A Recorder on a journal in memory."""

import json

from firmware.journal.recorder import Recorder


class Journal:
    """In memory; `refuses` makes the flash fail."""

    def __init__(self):
        self.next_seq = 412
        self.records = []
        self.refuses = False

    def append(self, lane, kind, payload):
        if self.refuses:
            raise OSError(5)
        self.records.append((self.next_seq, lane, kind, bytes(payload)))
        self.next_seq += 1

    def events(self):
        return [json.loads(b"{" + body) for _, _, kind, body in self.records if kind == 1]


def recording():
    journal = Journal()
    return journal, Recorder(journal, 1)

"""The tests fail if one of the journal's safeguards is missing.

Each safeguard of firmware/journal is taken out of the source, and the quick tests are run on
the rest: the portable ones and some chains of power cuts. They have to fail.
"""

import importlib
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MADE_OF = [
    "form", "sector", "cells", "reader", "ring", "recovery", "losses", "lane",
    "ledger", "numbers", "survey", "book", "journal",
]  # fmt: skip
PORTABLE = [
    "tests.portable.journal.test_journal",
    "tests.portable.journal.test_acknowledged",
    "tests.portable.journal.test_full",
    "tests.portable.journal.test_exact",
    "tests.portable.journal.test_announced",
    "tests.portable.journal.test_edges",
    "tests.portable.journal.test_damaged",
    "tests.portable.journal.test_forms",
    "tests.portable.journal.test_refused",
]
USERS = ["sim.soak.journal_oracle", "sim.soak.flash", "nor", *PORTABLE]

MUTANTS = {
    "no seal": (
        "ring",
        "self._open = False  # the newest sector takes more",
        "self._open = True",
    ),
    "no read-back": ("cells", "if part != data[at : at + len(part)]:", "if False:"),
    "no record CRC": ("sector", "!= crc32(buf[: 8 + length], salt)", "is None"),
    "no salt": ("cells", "return self.form[4] ^ number", "return 0"),
    "no header CRC": (
        "sector",
        '\n        and struct.unpack_from("<I", buf, _BODY)[0] == crc32(buf[:_BODY])',
        "",
    ),
    "ack not persisted": (
        "lane",
        "return (self.tail.seq, self.index, self.reach, self.told)",
        "return (0, 0, self.reach, self.told)",
    ),
    "no freeze rule": ("reader", "and (newest or self.number < self._floor)", ""),
    "opened sectors count": ("recovery", " or (records and start > most)", ""),
    "out of date sectors count": ("recovery", "if records == 2:", "if records:"),
    "numbers used again": (
        "recovery",
        "return max(last + 1, tried) + 1 + bad_units",
        "return last + 1",
    ),
    "blank not checked": ("cells", "if not is_erased(chunk):", "if False:"),
    "loss not announced": ("lane", "if oldest[3] > self.index:", "if False:"),
    # A read error is not data.
    "refused is bad": ("cells", "raise Refused(errno.EIO)", "return False #"),
    "refused read-back is confirmed": (
        "ring",
        "if good is None or good[2] != self.doubt:",
        "if False:",
    ),
    "in doubt is forgotten": (
        "ring",
        "self.doubt, self._doubted = seq, size",
        "self._doubted = size",
    ),
    "nobody asks a silent block again": ("journal", "self._cells.ask()", "pass"),
    "any block clears the refusal": ("cells", "if block == self._silent:", "if True:"),
    "in doubt is any record": ("journal", "            and record[8:] == payload\n", ""),
    "refused erase check erases again": ("ring", "        self._wiped = True\n", ""),
    # Evicted is not acknowledged, and what is announced was lost.
    "evicted is acknowledged": ("losses", "loss.announced = 0  # nobody will hear of it", "pass"),
    "announced before it is lost": (
        "losses",
        "if loss is None or not loss.is_saved:",
        "if loss is None:",
    ),
    "announced in half": ("losses", "        loss.announced = _TAKEN\n", ""),
    "cursor not saved before a drop": ("lane", "if not ledger.holds(self, index):", "if False:"),
    "sent is forgotten": (
        "lane",
        "if last > on_flash or not ledger.is_proven:",
        "if False:",
    ),
    "a rest forgets what is sent": ("lane", "elif last > self.reach:", "elif False:"),
    "dropped is sent": ("lane", "if first <= self.tail.seq:", "if False:"),
    "what is missing is passed over": (
        "lane",
        "self._miss(tail.seq + 1, tail.number - 1, tail.nth - 1)",
        "pass",
    ),
    "a torn ledger is believed": ("ledger", "self.is_proven = False", "self.is_proven = True"),
    "an older ledger is sure": (
        "ledger",
        "self.is_sure = not ring.is_torn and ring.ruined is None",
        "self.is_sure = True",
    ),
    "numbers of the ledger begin again": (
        "ledger",
        "serial = max(ring.last + 1, book.numbers.next)",
        "serial = ring.last + 1",
    ),
    "a ledger that was refused counts as sure": ("ledger", " and not self._book.numbers.lags", ""),
    "a ledger that waits for an erase is on flash": (
        "ledger",
        "elif self.ring.failed >= self.ring.blocks.count:",
        "else:",
    ),
    "one bad block wears the ledger out": (
        "ledger",
        "elif self.ring.failed >= self.ring.blocks.count:",
        "elif self.ring.failed:",
    ),
    "a worn out ledger is believed": (
        "ledger",
        "if not is_true and not self.is_proven:",
        "if False:",
    ),
    "evidence is overgrown": ("lane", "if self._is_evidence:", "if False:"),
    "a torn end is no loss": ("lane", "if ring.is_torn:", "if False:"),
    "a ruined end is no loss": ("lane", "if ring.ruined is not None:", "if False:"),
    "a lane that is gone is no loss": (
        "lane",
        "if self.index and self.told != _GONE:",
        "if False:",
    ),
    "a flipped number hides a sector": (
        "recovery",
        "if ring.blocks.count and ring.blocks.header(highest + 1):",
        "if False:",
    ),
    "a flipped form hides a sector": ("survey", " or found[0] != self._usual", ""),
    # Another form takes its place.
    "renewed before all is delivered": ("journal", "if not book.is_delivered or", "if"),
    "no note of what follows": ("journal", "if book.follower is not None:", "if False:"),
    "a note alone is no record": (
        "recovery",
        "return 1 if scan.note and",
        "return 0 if scan.note and",
    ),
    "numbers of sectors begin again": (
        "book",
        "for part in self._parts]) + _MARGIN",
        "for part in []] + [1])",
    ),
    "NVS is believed": ("numbers", "not 0 <= kept << _RESERVE < found + _AHEAD", "kept < 0"),
}


@contextmanager
def firmware(part, old, new):
    """The modules of the journal and their users, imported anew from a changed source."""
    names = [f"firmware.journal.{name}" for name in MADE_OF]
    before = {name: sys.modules.pop(name, None) for name in [*names, *USERS]}
    try:
        for name in names:
            module = type(sys)(name)
            path = ROOT / (name.replace(".", "/") + ".py")
            source = path.read_text()
            if name == f"firmware.journal.{part}":
                assert source.count(old) == 1, f"{path.name} no longer has {old!r}"
                source = source.replace(old, new)
            sys.modules[name] = module
            exec(compile(source, str(path), "exec"), module.__dict__)
        portable = [importlib.import_module(name) for name in PORTABLE]
        yield importlib.import_module("sim.soak.flash"), portable
    finally:
        for name, original in before.items():
            sys.modules.pop(name, None)
            if original is not None:
                sys.modules[name] = original


def quick_tests(soak_flash, portable, seeds=3, cuts=75):
    for module in portable:
        for name in dir(module):
            if name.startswith("test_"):
                getattr(module, name)()
    for seed in range(1, seeds + 1):
        for flips, refusals in ((False, False), (True, False), (True, True)):
            soak_flash.soak(seed, cuts, flips=flips, refusals=refusals)


def test_the_source_as_it_is_passes():
    with firmware("ring", "_TRIES = const(8)", "_TRIES = const(8)") as modules:
        quick_tests(*modules, seeds=1, cuts=50)


@pytest.mark.parametrize("what", MUTANTS)
def test_is_noticed(what):
    with firmware(*MUTANTS[what]) as modules, pytest.raises(Exception) as raised:
        quick_tests(*modules)
    assert not isinstance(raised.value, (NameError, SyntaxError, ImportError))

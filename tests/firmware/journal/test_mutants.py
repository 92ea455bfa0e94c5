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
MADE_OF = ["sector", "blocks", "reader", "recovery", "ring", "journal"]
PORTABLE = [
    "tests.portable.journal.test_journal",
    "tests.portable.journal.test_acknowledged",
    "tests.portable.journal.test_full",
    "tests.portable.journal.test_damaged",
]
USERS = ["sim.soak.journal_oracle", "sim.soak.flash", "nor", *PORTABLE]

MUTANTS = {
    "no seal": (
        "ring",
        "self._open = False  # the newest sector takes more",
        "self._open = True",
    ),
    "no read-back": ("blocks", "or part != data[at : at + len(part)]", ""),
    "no record CRC": ("sector", "!= crc32(buf[: 8 + length], salt)", "is None"),
    "no salt": ("blocks", "return self._ours[3] ^ number", "return 0"),
    "no header CRC": (
        "sector",
        '\n        and struct.unpack_from("<I", buf, _BODY)[0] == crc32(buf[:_BODY])',
        "",
    ),
    "ack not persisted": ("ring", "return (self.tail.seq, self.index)", "return self.saved"),
    "no freeze rule": ("reader", "and (newest or self.number < self._floor)", ""),
    "opened sectors count": ("recovery", " or (records and start > most)", ""),
    "out of date sectors count": ("recovery", "if records == 2:", "if records:"),
    "numbers used again": ("recovery", "max(ring.last + 1, tried) + 1", "ring.last + 1"),
    "blank not checked": ("blocks", "or not is_erased(chunk)", ""),
    "loss not announced": ("recovery", "    ring.lose(at)\n", ""),
    "cursor passes a loss": ("ring", "if self._lost or self._told:", "if False:"),
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


def quick_tests(soak_flash, portable, seeds=5, cuts=200):
    for module in portable:
        for name in dir(module):
            if name.startswith("test_"):
                getattr(module, name)()
    for seed in range(1, seeds + 1):
        soak_flash.soak(seed, cuts)


def test_the_source_as_it_is_passes():
    with firmware("ring", "_TRIES = const(8)", "_TRIES = const(8)") as modules:
        quick_tests(*modules, seeds=1, cuts=50)


@pytest.mark.parametrize("what", MUTANTS)
def test_is_noticed(what):
    with firmware(*MUTANTS[what]) as modules, pytest.raises(Exception) as raised:
        quick_tests(*modules)
    assert not isinstance(raised.value, (NameError, SyntaxError, ImportError))

"""Modules leave, and come back when they are imported again."""

import sys

import pytest

from drivers.board.leave import (
    BRIEF,
    COMMANDS,
    READERS,
    SELFTEST,
    STARTERS,
    VERIFIERS,
    leave,
    leave_used,
)


@pytest.fixture
def package(tmp_path, monkeypatch):
    (tmp_path / "town").mkdir()
    (tmp_path / "town/__init__.py").write_text("")
    (tmp_path / "town/house.py").write_text("DOORS = 2\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "town.house"
    for name in ("town", "town.house"):
        sys.modules.pop(name, None)


def test_a_module_leaves_and_comes_back(package):
    import town.house  # type: ignore[import-not-found]

    first = town.house
    leave(sys.modules, (package,))
    assert package not in sys.modules and not hasattr(sys.modules["town"], "house")
    import town.house

    assert town.house is not first and town.house.DOORS == 2


def test_what_was_never_imported_is_no_mistake():
    leave(sys.modules, ("town.hall",))
    assert "town.hall" not in sys.modules


def test_every_name_is_a_module():
    for name in STARTERS + BRIEF + COMMANDS + SELFTEST:
        if name not in (
            "drivers.seat_wiring",
            "drivers.radio.make_radio",
            "drivers.board.wire",
        ):  # they need a board
            __import__(name)


class _Reading:
    """A bus that reads a policy, and verifies a command."""

    def __init__(self):
        self.policy = self.authority = self
        self.is_reading = self.is_examining = True
        self.commanded_ms, self.next_tick_ms = 1000, 61000


def test_what_is_needed_seldom_leaves_once_it_has_been_used():
    modules = dict(sys.modules)
    for name in READERS + VERIFIERS + COMMANDS:
        modules[name] = __import__(name, fromlist=["*"])
    kept = {name: modules[name] for name in READERS + VERIFIERS + COMMANDS}
    bus = _Reading()
    try:
        leave_used(modules, bus)
        assert all(name in modules for name in kept), "it is in use"
        bus.is_reading = False
        leave_used(modules, bus)
        assert not any(name in modules for name in READERS)
        assert all(name in modules for name in VERIFIERS + COMMANDS)
        bus.next_tick_ms += 1
        bus.is_examining = False
        leave_used(modules, bus)
        assert not any(name in modules for name in kept)
    finally:
        for name, module in kept.items():
            package, last = name.rsplit(".", 1)
            setattr(sys.modules[package], last, module)

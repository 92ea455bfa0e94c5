"""Modules leave, and come back when they are imported again."""

import sys

import pytest

from drivers.board.leave import SELFTEST, STARTERS, leave


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
    for name in STARTERS + SELFTEST:
        if name not in ("drivers.seat_wiring", "drivers.radio.make_radio"):  # they need a board
            __import__(name)

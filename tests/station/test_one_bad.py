"""One bad row of many is left out, counted and logged; a fault of the program is not hidden."""

import logging

import pytest

from station import one_bad
from station.one_bad import over, passed_over


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(one_bad, "_logged_s", {})
    passed_over.pop("a list", None)
    yield
    passed_over.pop("a list", None)


def read(rows):
    found = []
    for row in rows:
        with over("a list"):
            found.append(10 / row["n"] if row["n"] != 7 else row["n"].append(7))
    return found


def test_the_rows_beside_it_are_read():
    assert read([{"n": 1}, {}, {"n": "x"}, None, {"n": 7}, {"n": 2}]) == [10.0, 5.0]
    assert passed_over["a list"] == 4


def test_it_is_logged_once_a_minute(caplog):
    caplog.set_level(logging.WARNING, "station.one_bad")
    read([{}, {}, {}])
    assert [record.message for record in caplog.records] == [
        "a list: a row cannot be read and is left out (1 since the start): 'n'"
    ]


def test_a_fault_of_the_program_still_shows():
    with pytest.raises(ZeroDivisionError):
        read([{"n": 0}])
    assert passed_over["a list"] == 0

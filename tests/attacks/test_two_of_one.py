"""Two boards that are one bus."""

import pytest

from sim.virtual.compiled import ROOT
from tools import fleet as folder
from tools.board import Trouble


def test_the_example_is_deployed_as_no_bus(tmp_path, monkeypatch):
    """Copied twice and never edited it was bus-01 twice, and hid the children of each other."""
    monkeypatch.setattr(folder, "FLEET", tmp_path)
    for bus in ("bus-07", "bus-08"):
        (tmp_path / f"{bus}.json").write_bytes((ROOT / "bus.example.json").read_bytes())
        with pytest.raises(Trouble, match="change me"):
            folder.settings(bus)

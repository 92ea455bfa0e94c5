"""Without an offer no code of an update takes memory. The VM runs each file by itself."""

import sys

from bus_bench import Bench


def test_a_bus_without_an_offer_imports_nothing_of_an_update():
    before = [name for name in sys.modules if name.startswith("firmware.update.")]
    bench = Bench()
    bench.waits(5000)
    after = [name for name in sys.modules if name.startswith("firmware.update.")]
    assert after == before
    if sys.implementation.name == "micropython":
        assert before == []

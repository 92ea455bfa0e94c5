"""What buses say while the database is away is bounded, for each bus."""

from station.release import waiting


def test_a_bus_keeps_its_newest_words_and_no_other_bus_loses_one(monkeypatch):
    monkeypatch.setattr(waiting, "_OF_EACH", 3)
    heard = waiting.Waiting(lambda one: one[0])
    heard.add(("lc/bus-02", 0))
    for n in range(10):
        heard.add(("lc/bus-01", n))
    taken = heard.take()
    assert taken == [("lc/bus-02", 0), *[("lc/bus-01", n) for n in (7, 8, 9)]]
    assert not heard
    heard.add(("lc/bus-01", 10))
    heard.put_back(taken)
    assert heard.take() == [("lc/bus-02", 0), *[("lc/bus-01", n) for n in (8, 9, 10)]]

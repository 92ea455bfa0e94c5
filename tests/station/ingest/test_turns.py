"""A bus that sends without end delays no other."""

from station.ingest.came import Came
from station.ingest.turns import Turns


def came(bus, number=0, name="event"):
    return Came(f"schoolbus/lc/{bus}/{name}", b"%d" % number, False, 0, 0, number)


def filled(turns, *messages):
    for one in messages:
        turns.put(one)
    return turns


def test_who_comes_behind_a_flood_is_in_the_next_batch():
    turns = filled(Turns(), *[came("hostile", n) for n in range(10_000)], came("bus-01"))
    batch = turns.take(1000)
    assert came("bus-01") in batch
    assert len(batch) <= 50, "what comes meanwhile does not wait long"


def test_events_come_before_tracks_and_no_lane_starves():
    tracks = [came(f"bus-{n}", name="track") for n in range(30)]
    events = [came(f"bus-{n}") for n in range(30)]
    turns = filled(Turns(), *tracks, *events)
    batch = turns.take(40)
    assert batch[:30] == events and batch[30:] == tracks[:10]
    assert turns.take(40) == tracks[10:]
    assert not turns


def test_the_order_of_one_bus_stays():
    messages = [came("bus-01", n, name) for n, name in enumerate(("state", "status") * 20)]
    turns = filled(Turns(), came("bus-02"), *messages)
    taken = turns.take(10) + turns.take(100)
    assert [one for one in taken if "bus-01" in one.topic] == messages


def test_every_message_of_many_is_taken_once():
    messages = [came(f"bus-{n % 7}", n) for n in range(1000)]
    turns = filled(Turns(), *messages)
    taken = []
    while turns:
        taken += turns.take(64)
    assert sorted(one.mid for one in taken) == list(range(1000))


def test_of_what_is_true_now_only_the_newest_count():
    turns = Turns(most_of_each=3)
    dropped = [turns.put(came("bus-01", n, "state")) for n in range(5)]
    assert dropped == [0, 0, 0, 1, 1]
    assert [one.mid for one in turns.take(10)] == [2, 3, 4]

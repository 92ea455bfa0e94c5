"""Seats that the city does not have watched: few, for some days, and never forgotten."""

from parts import Nvs, snapshot

from firmware.trip.out_of_service import OutOfService

MINUTE = 60000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NOW = 1795388400000  # 2026-11-22T23:00Z


class City:
    def __init__(self, nvs=None, count=40, utc_ms=NOW):
        self.nvs = Nvs() if nvs is None else nvs
        self.seats = OutOfService(self.nvs, count)
        self.s = snapshot(utc_ms=utc_ms)

    def asks(self, seats, days):
        """-> the bus's sentence, whether it is granted or not."""
        try:
            return self.seats.grant(seats, days, self.s.utc_ms, "somchai")
        except ValueError as error:
            return "no: " + str(error)

    def waits(self, ms, step=MINUTE):
        """-> [(kind, state, seats, cause)]."""
        told = []
        for _ in range(ms // step + 1):
            for event in self.seats.update(self.s):
                data, why = dict(event.data), dict(event.why)
                cause = why.get("asked_by") or why["ended_by"]
                told.append((event.state, data["seats"], data.get("until"), cause))
                asked = cause == "command"
                assert data.get("by") == ("somchai" if asked else None)
                assert (event.kind, event.severity) == ("seat_out_of_service", "info")
                assert event.subject == data["seats"][0]
            self.s.now_ms += step
            if self.s.utc_ms is not None:
                self.s.utc_ms += step
        return told


def test_a_seat_is_out_of_service_for_the_days_that_are_granted():
    city = City()
    assert city.waits(MINUTE) == [] and city.s.seats.out_of_service == []
    city.s.utc_ms = NOW
    assert city.asks([7], 3) == (
        "Out of service until 2026-11-25T23:00:00.000Z: seats 7. "
        "The driver has to walk past them each time."
    )
    assert city.waits(0) == [("raised", [7], "2026-11-25T23:00:00.000Z", "command")]
    assert city.s.seats.out_of_service == [7]
    assert city.waits(3 * DAY - 3 * MINUTE) == []
    assert city.s.seats.out_of_service == [7]
    assert city.waits(3 * MINUTE) == [("cleared", [7], None, "time")]
    assert city.s.seats.out_of_service == []
    assert city.waits(DAY) == []


def test_what_may_not_be_granted_is_refused_and_changes_nothing():
    for seats, days, told in (
        (None, 3, "a list of seat numbers"),
        (7, 3, "a list of seat numbers"),
        ([], 3, "a list of seat numbers"),
        ([0], 3, "the seats 1 to 40"),
        ([41], 3, "the seats 1 to 40"),
        ([True], 3, "the seats 1 to 40"),
        (["7"], 3, "the seats 1 to 40"),
        ([7], None, "from 0 to 7"),
        ([7], 8, "from 0 to 7"),
        ([7], -1, "from 0 to 7"),
        ([7], True, "from 0 to 7"),
        ([7], 1.5, "from 0 to 7"),
        ([1, 2, 3, 4, 5], 1, "At most 4 of the 40 seats"),
        ([7], 0, "None of these seats is out of service."),
    ):
        city = City()
        answer = city.asks(seats, days)
        assert answer.startswith("no: ") and told in answer, (seats, days, answer)
        assert city.waits(0) == [] and city.nvs == {}
    assert "does not know the time" in City(utc_ms=None).asks([7], 1)


def test_a_tenth_of_the_seats_in_all_and_one_at_least():
    city = City()
    assert city.asks([1, 2, 3, 3], 7).startswith("Out of service")
    assert city.asks([4, 5], 7).startswith("no: At most 4")
    assert city.asks([4], 7).startswith("Out of service")
    assert city.asks([1, 4], 7).startswith("Out of service"), "asked again it is no further seat"
    for count, most in ((1, 1), (12, 1), (25, 2), (64, 6)):
        city = City(count=count)
        seats = list(range(1, most + 2))
        assert city.asks(seats[:most], 1).startswith("Out of service"), count
        if most < count:
            assert city.asks(seats[most:], 1).startswith("no: At most %d" % most), count


def test_the_city_may_prolong_it_and_end_it():
    city = City()
    city.asks([7, 9], 1)
    city.waits(HOUR)
    city.s.utc_ms = NOW
    city.asks([7], 2)
    assert city.waits(0) == [("updated", [7], "2026-11-24T23:00:00.000Z", "command")]
    assert city.asks([7, 8], 0) == "Watched again: seats 7."
    assert city.waits(0) == [("cleared", [7], None, "command")]
    assert city.s.seats.out_of_service == [9]


def test_a_power_cut_neither_ends_nor_prolongs_it():
    city = City()
    city.asks([7, 39], 2)
    city.waits(DAY)
    again = City(city.nvs, utc_ms=city.s.utc_ms)
    assert again.seats.seats == [7, 39], "from the first tick on"
    assert [(state, seats, cause) for state, seats, _, cause in again.waits(0)] == [
        ("raised", [7], "restart"),
        ("raised", [39], "restart"),
    ]
    told = again.waits(DAY)
    assert [(state, cause) for state, _, _, cause in told] == [("cleared", "time")] * 2
    assert City(again.nvs).seats.seats == []


def test_a_number_in_nvs_that_is_no_seat_of_this_bus_counts_for_nothing():
    assert City(Nvs({"out_0": 9 << 7 | 41, "out_1": 1 << 7})).seats.seats == []


def test_without_a_clock_it_stands_for_a_day_of_running_and_no_longer():
    city = City()
    city.asks([7], 7)
    city.waits(0)
    city.s.utc_ms = None
    assert city.waits(23 * HOUR) == []
    assert city.waits(HOUR) == [("cleared", [7], None, "no_clock")]


def test_without_a_clock_it_stands_for_so_many_starts_and_no_more():
    city = City()
    city.asks([7], 7)
    for _ in range(24):
        city = City(city.nvs, utc_ms=None)
        assert [state for state, _, _, _ in city.waits(MINUTE)] == ["raised"]
    city = City(city.nvs, utc_ms=None)
    assert [cause for _, _, _, cause in city.waits(MINUTE)] == ["restart", "no_clock"]


def test_a_clock_that_is_known_begins_the_count_anew():
    city = City()
    city.asks([7], 7)
    for _ in range(3):
        city = City(city.nvs, utc_ms=None)
        city.waits(MINUTE)
    assert city.nvs["out_blind"] == 3
    city.s.utc_ms = NOW
    city.waits(MINUTE)
    assert city.nvs["out_blind"] == 0
    writes = city.nvs.writes
    city.waits(HOUR)
    assert city.nvs.writes == writes


def test_an_end_that_no_one_can_have_granted_ends_it():
    city = City(utc_ms=NOW + 40 * DAY)  # a clock that is wrong
    city.asks([7], 7)
    city.s.utc_ms = NOW
    assert [state for state, _, _, _ in city.waits(MINUTE)] == ["raised", "cleared"]

"""Radios by preference, what the city hears of them, and the last resort."""

from parts import Nvs

from drivers.radio.radio_fault import MissingRadio
from drivers.radio.radios import Radios
from firmware.uplink.last_resort import LastResort
from firmware.uplink.radio_news import RadioNews


class Radio:
    due_ms = 0
    failure = fault = ""

    def __init__(self, name, dbm=-70):
        self.name = name
        self.dbm = dbm
        self.has_network = False
        self.is_asked = False
        self.restarts = 0
        self.turns = 0

    def up(self):
        self.is_asked = True

    def down(self):
        self.is_asked = False

    def restart(self):
        self.restarts += 1

    def turn(self, now_ms):
        self.turns += 1

    def is_off(self):
        return not self.is_asked

    def is_up(self):
        return self.is_asked and self.has_network

    def signal_dbm(self):
        return self.dbm


class Bench:
    def __init__(self):
        self.wifi = Radio("wifi", -60)
        self.cellular = Radio("cellular", -90)
        self.radios = Radios([self.wifi, self.cellular], 60)
        self.now_ms = 0
        self.radios.up()

    def run(self, ms):
        for _ in range(ms // 100):
            self.now_ms += 100
            self.radios.turn(self.now_ms)


def test_the_preferred_one_is_used_and_the_other_is_left_alone():
    bench = Bench()
    bench.wifi.has_network = bench.cellular.has_network = True
    bench.run(200000)
    assert bench.radios.is_up() and bench.radios.name == "wifi"
    assert not bench.cellular.is_asked and bench.radios.signal_dbm() == -60


def test_the_next_is_asked_after_a_minute_without_the_first():
    bench = Bench()
    bench.cellular.has_network = True
    bench.run(60000)
    assert not bench.radios.is_up() and not bench.cellular.is_asked
    bench.run(300)
    assert bench.radios.is_up() and bench.radios.name == "cellular"
    assert bench.wifi.is_asked  # the Wi-Fi goes on looking for its network
    assert bench.radios.signal_dbm() == -90


def test_before_up_no_radio_is_started():
    radios = Radios([Radio("wifi"), Radio("cellular")], 60)
    radios.turn(0)
    radios.turn(200000)
    assert radios.name == "" and not radios.is_up()
    assert [radio.is_asked for radio in radios._radios] == [False, False]


def test_each_next_one_is_asked_a_minute_after_the_one_before_and_then_all_go_on_trying():
    made = [Radio("wifi"), Radio("cellular"), Radio("satellite")]
    radios = Radios(made, 60)
    radios.up()
    asked = []
    for now_ms in (0, 59999, 60000, 119999, 120000, 400000):
        radios.turn(now_ms)
        asked.append([radio.is_asked for radio in made].count(True))
    assert asked == [1, 1, 2, 2, 3, 3]


def test_they_are_off_when_each_of_them_is():
    bench = Bench()
    assert not bench.radios.is_off()
    bench.radios.down()
    assert bench.radios.is_off()
    bench.cellular.up()  # it takes its time to hang up
    assert not bench.radios.is_off()


def test_up_after_down_gives_the_first_its_whole_minute():
    bench = Bench()
    bench.run(50000)
    bench.radios.down()
    bench.run(100)
    bench.radios.up()
    bench.run(59000)
    assert not bench.cellular.is_asked


def test_the_first_is_used_again_as_soon_as_it_is_back_by_a_new_connection():
    bench = Bench()
    bench.cellular.has_network = True
    bench.run(70000)
    bench.wifi.has_network = True
    bench.run(100)
    assert bench.radios.name == "wifi" and not bench.cellular.is_asked
    for _ in range(14):  # Reconnect looks twice a second, and sees that it was down
        assert not bench.radios.is_up()
        bench.run(100)
    bench.run(100)
    assert bench.radios.is_up()


def test_a_short_absence_of_the_first_changes_nothing():
    bench = Bench()
    bench.wifi.has_network = True
    bench.run(1000)
    for _ in range(5):
        bench.wifi.has_network = False
        bench.run(50000)
        assert not bench.cellular.is_asked
        bench.wifi.has_network = True
        bench.run(1000)
    assert not bench.cellular.is_asked and bench.radios.is_up()


def test_down_is_all_down_and_up_begins_with_the_first_and_the_one_used_last():
    bench = Bench()
    bench.cellular.has_network = True
    bench.run(70000)
    bench.radios.down()
    assert not bench.wifi.is_asked and not bench.cellular.is_asked
    bench.run(200000)
    assert not bench.radios.is_up() and bench.radios.name == ""
    assert not bench.wifi.is_asked and not bench.cellular.is_asked
    bench.radios.up()
    assert bench.wifi.is_asked and bench.cellular.is_asked
    bench.run(10000)
    assert bench.radios.name == "cellular"


def test_a_restart_meets_the_one_in_use_or_all_that_were_asked():
    bench = Bench()
    bench.radios.restart()
    assert (bench.wifi.restarts, bench.cellular.restarts) == (1, 0)
    bench.cellular.has_network = True
    bench.run(70000)
    bench.radios.restart()
    assert (bench.wifi.restarts, bench.cellular.restarts) == (1, 1)


def test_every_radio_has_its_turn_and_the_earliest_need_counts():
    bench = Bench()
    bench.wifi.due_ms, bench.cellular.due_ms = 700, 300
    bench.run(1000)
    assert bench.wifi.turns == bench.cellular.turns == 10 and bench.radios.due_ms == 300


def test_the_failures_of_all_radios_are_reported():
    bench = Bench()
    bench.wifi.failure = "A."
    bench.cellular.failure = bench.cellular.fault = "B."
    assert bench.radios.failure == "A. B." and bench.radios.fault == "B."


def test_a_radio_that_the_board_has_not_says_so():
    radio = MissingRadio("cellular", "This board has no modem.")
    radio.up()
    radio.turn(1)
    radio.restart()
    radio.down()
    assert not radio.is_up() and radio.signal_dbm() is None and "modem" in radio.fault


# What the city hears


def told(news, *times):
    events = []
    for now_ms in times:
        events += news.update(now_ms)
    return [(event.kind, dict(event.data)) for event in events]


def test_a_fault_is_reported_once_and_again_after_an_hour():
    radio = Radio("cellular")
    news = RadioNews(radio)
    assert told(news, 0) == []
    radio.fault = "There is no SIM card."
    heard = told(news, 5000, 10000, 15000)
    assert heard == [("fault", {"what": "radio", "text": "There is no SIM card."})]
    radio.fault = ""
    assert told(news, 20000) == []
    radio.fault = "There is no SIM card."
    assert told(news, 25000) == []
    assert len(told(news, 5000 + 3600000)) == 1
    radio.fault = "The SIM card is locked."
    assert len(told(news, 3700000)) == 1
    assert told(news, 3705000) == []


def test_a_change_of_radio_is_reported_but_not_the_first_radio():
    radio = Radio("wifi")
    radio.is_asked = radio.has_network = True
    news = RadioNews(radio)
    assert told(news, 0, 5000) == []
    radio.name, radio.failure = "cellular", "The Wi-Fi is not in range."
    assert told(news, 10000, 15000) == [
        (
            "radio_changed",
            {"radio": "cellular", "was": "wifi", "text": "The Wi-Fi is not in range."},
        )
    ]


# The last resort

HOUR = 3600000


def test_an_hour_without_a_link_resets_a_calm_board_once():
    nvs = Nvs()
    resort = LastResort(60, nvs)
    assert resort.update(0, False, True) is None
    assert resort.update(HOUR - 1, False, True) is None
    event = resort.update(HOUR, False, True)
    assert event.kind == "fault" and "60 min" in dict(event.data)["text"]
    assert resort.update(3 * HOUR, False, True) is None
    again = LastResort(60, nvs)  # after the reset
    assert again.update(0, False, True) is None
    assert again.update(5 * HOUR, False, True) is None


def test_after_a_link_the_next_outage_counts_from_zero():
    nvs = Nvs()
    resort = LastResort(60, nvs)
    resort.update(0, False, True)
    resort.update(HOUR, False, True)
    assert nvs["link_reset"] == 1
    again = LastResort(60, nvs)
    linked_ms = HOUR // 2
    again.update(linked_ms, True, True)
    assert not nvs["link_reset"]
    assert again.update(linked_ms + HOUR - 1, False, True) is None
    event = again.update(linked_ms + HOUR, False, True)
    assert "for 60 min" in dict(event.data)["text"]


def test_nothing_is_reset_while_a_person_may_be_on_board():
    resort = LastResort(60, Nvs())
    resort.update(0, False, True)
    assert resort.update(9 * HOUR, False, False) is None
    assert resort.update(9 * HOUR + 1, False, True) is not None

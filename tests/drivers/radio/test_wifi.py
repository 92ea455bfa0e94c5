"""The Wi-Fi driver over network.WLAN as the ESP32 port has it."""

import pytest

from drivers.board.nvs import Nvs
from drivers.radio.wifi import Wifi
from sim.wires.nvs import NVS
from sim.wires.wlan import CONNECTING, GOT_IP, NO_AP_FOUND, WLAN, WRONG_PASSWORD, AccessPoint


class Bench:
    def __init__(self, ssid="bus-depot", password="secret12", nvs=None):
        self.now_ms = 0
        self.nvs = nvs or NVS()
        self.ap = AccessPoint()
        self.ap.rssi = -60
        self.wlan = WLAN(lambda: self.now_ms, self.ap)
        self.wifi = Wifi(self.wlan, {"ssid": ssid, "password": password}, Nvs(lambda: self.nvs))
        self.wifi.up()

    def run(self, seconds):
        for _ in range(int(seconds * 20)):
            self.now_ms += 50
            self.wifi.turn(self.now_ms)

    def until(self, happened, seconds=60):
        start_ms = self.now_ms
        while not happened():
            assert self.now_ms - start_ms < seconds * 1000, self.wifi.failure
            self.run(0.05)
        return (self.now_ms - start_ms) / 1000


def test_it_comes_up_without_waiting_and_goes_down():
    bench = Bench()
    assert not bench.wifi.is_up() and bench.wifi.signal_dbm() is None
    assert bench.until(bench.wifi.is_up) < 3
    assert bench.wifi.signal_dbm() == -60 and bench.wlan.status() == GOT_IP
    bench.run(300)
    assert bench.wlan.connects == 1  # left alone while it works
    bench.wifi.down()
    assert not bench.wifi.is_up() and not bench.wlan.active()
    bench.run(60)
    assert bench.wlan.connects == 1


def test_a_wrong_password_is_reported_and_tried_again():
    bench = Bench(password="wrong pass")
    bench.until(lambda: bench.wifi.fault)
    assert bench.wifi.fault == "The Wi-Fi bus-depot does not accept wifi.password."
    bench.ap.password = "wrong pass"
    bench.until(bench.wifi.is_up)
    bench.run(1)
    assert bench.wifi.fault == bench.wifi.failure == ""


def refuses(bench, seconds):
    """The hotspot is on, and refuses for so long -> everything that was told."""
    told = set()
    bench.ap.password = "not yet"
    for _ in range(int(seconds * 20)):
        bench.run(0.05)
        told |= {bench.wifi.failure, bench.wifi.fault} - {""}
    bench.ap.password = "secret12"
    return told


def test_a_hotspot_that_worked_before_may_refuse_while_it_starts():
    first = Bench()
    first.until(first.wifi.is_up)
    first.run(1)
    assert first.nvs.writes == 1
    bench = Bench(nvs=first.nvs)  # the next morning
    told = refuses(bench, 25)
    assert told == {"The Wi-Fi bus-depot refuses the password that it took before."}
    assert not bench.wifi.fault
    bench.until(bench.wifi.is_up, 25)
    bench.run(1)
    assert bench.wifi.failure == "" and bench.nvs.writes == 1

    bench.wlan.disconnect()  # a second outage counts from its own beginning
    assert "does not accept" not in " ".join(refuses(bench, 590))
    bench.until(bench.wifi.is_up, 25)


def test_refusals_of_two_mornings_are_not_added_up():
    first = Bench()
    first.until(first.wifi.is_up)
    bench = Bench(nvs=first.nvs)
    refuses(bench, 25)
    bench.ap.rssi = None
    bench.run(3600)  # out of the depot before it was let in
    bench.ap.rssi = -60
    assert "does not accept" not in " ".join(refuses(bench, 25)) and not bench.wifi.fault
    bench.until(bench.wifi.is_up, 25)


def test_a_password_that_was_changed_at_the_hotspot_is_told_after_ten_minutes():
    first = Bench()
    first.until(first.wifi.is_up)
    bench = Bench(nvs=first.nvs)
    bench.ap.password = "changed!"
    assert bench.until(lambda: bench.wifi.fault, 700) > 600
    assert bench.wifi.fault == "The Wi-Fi bus-depot does not accept wifi.password."


def test_what_worked_with_another_password_proves_nothing_of_this_one():
    first = Bench()
    first.until(first.wifi.is_up)
    for other in ({"password": "secret13"}, {"ssid": "bus-depot2"}):
        bench = Bench(nvs=first.nvs, **other)
        bench.ap.ssid = other.get("ssid", "bus-depot")
        bench.ap.password = "neither"
        assert bench.until(lambda bench=bench: bench.wifi.fault) < 20


def test_an_nvs_that_refuses_costs_no_connection(monkeypatch):
    bench = Bench()
    monkeypatch.setattr(bench.nvs, "set_i32", refuse)
    bench.until(bench.wifi.is_up)
    bench.run(60)
    assert bench.wifi.is_up() and bench.wifi.failure == ""


def test_a_network_that_takes_the_password_and_gives_no_address_is_told_so(monkeypatch):
    bench = Bench()
    monkeypatch.setattr(bench.wlan, "isconnected", lambda: False)
    monkeypatch.setattr(bench.wlan, "status", lambda: CONNECTING)
    bench.until(lambda: bench.wifi.failure)
    assert bench.wifi.failure == "The Wi-Fi bus-depot gives the bus no address in time."
    assert bench.wifi.fault == ""


def test_an_access_point_out_of_range_is_a_failure_but_no_fault():
    bench = Bench()
    bench.ap.rssi = None
    bench.until(lambda: bench.wifi.failure)
    assert bench.wifi.failure == "The Wi-Fi bus-depot is not in range." and bench.wifi.fault == ""
    bench.run(600)
    bench.ap.rssi = -80
    bench.until(bench.wifi.is_up, 25)


def test_it_comes_back_when_the_access_point_does():
    bench = Bench()
    bench.until(bench.wifi.is_up)
    bench.ap.rssi = None
    bench.until(lambda: not bench.wifi.is_up())
    bench.run(200)
    bench.ap.rssi = -70
    bench.until(bench.wifi.is_up, 25)


def test_no_name_no_attempt():
    bench = Bench(ssid="")
    bench.run(60)
    assert "wifi.ssid" in bench.wifi.fault and bench.wlan.connects == 0


def test_a_restart_keeps_it_wanted_and_only_that():
    bench = Bench()
    bench.until(bench.wifi.is_up)
    bench.wifi.restart()
    assert not bench.wifi.is_up()
    bench.until(bench.wifi.is_up)
    bench.wifi.down()
    bench.wifi.restart()
    bench.run(30)
    assert not bench.wifi.is_up()


def test_whatever_the_radio_raises_is_a_failure_and_it_goes_on(monkeypatch):
    bench = Bench()
    monkeypatch.setattr(bench.wlan, "connect", refuse)
    bench.run(30)
    assert bench.wifi.failure == "The Wi-Fi radio failed (no memory)."
    monkeypatch.undo()
    bench.until(bench.wifi.is_up)
    monkeypatch.setattr(bench.wlan, "status", refuse)
    assert bench.wifi.signal_dbm() is None
    monkeypatch.setattr(bench.wlan, "active", refuse)
    bench.wifi.down()


def refuse(*arguments):
    raise OSError("no memory")


def test_the_fake_is_as_strict_as_the_port():
    now = [0]
    ap = AccessPoint()
    wlan = WLAN(lambda: now[0], ap)
    for call in (lambda: wlan.connect("a", "b"), wlan.disconnect, lambda: wlan.config(pm=0)):
        with pytest.raises(OSError, match="Not Started"):
            call()
    wlan.active(True)
    wlan.connect("bus-depot", "secret12")
    with pytest.raises(OSError, match="State"):
        wlan.connect("bus-depot", "secret12")
    with pytest.raises(OSError, match="Not Connected"):
        wlan.status("rssi")
    now[0] = 60_000
    assert wlan.status() == CONNECTING  # for ever, unless reconnects says otherwise
    wlan.config(reconnects=0)
    assert wlan.status() == NO_AP_FOUND
    ap.rssi = -70
    wlan.connect("bus-depot", "wrong")
    now[0] += 10_000
    assert wlan.status() == WRONG_PASSWORD

"""The town on the wall clock, end to end: real sockets, real brokers, a few seconds each."""

import io
import re
import signal
import socket
import subprocess
import sys

import pytest
from command import run
from programs import ended
from rich.console import Console
from schemas import validate
from vm import ROOT

from firmware.uplink.seal import Seal
from sim.__main__ import main
from sim.bus.board_modules import reset
from sim.live import replay
from sim.live.dashboard import Picture, Plain, Row, local_time, told, where
from sim.live.ledger import Ledger
from sim.live.morning import account
from sim.live.run import FLEET, LiveBus, Run, Stop
from sim.network import brokers
from sim.network.subscriber import Heard, Subscriber
from sim.world.world import World

SHORT = ("town", "--buses", "2", "--speed", "60", "--duration", "4", "--no-station")
ALARM = {
    "at": "2026-11-22T23:21:09.400Z", "severity": "alarm", "state": "raised",
    "kind": "child_left_behind", "lat": 13.0770, "lon": 100.9310,
    "data": {"seats": [7, 9], "unknown": [], "stage": 2},
}  # fmt: skip


@pytest.fixture
def held_to_the_contract(monkeypatch):
    """Every message that the city hears from a real broker is held to docs/schema."""
    take = Subscriber.take

    def checked(self):
        heard = take(self)
        for one in heard:
            validate(one.topic, one.payload)
        return heard

    monkeypatch.setattr(Subscriber, "take", checked)


def records(said, what):
    """The figure of the summary's line that begins with these words."""
    (figure,) = re.findall(rf"^  {what}\D* (\d+)$", said, re.MULTILINE)
    return int(figure)


@pytest.mark.parametrize("kind", brokers.KINDS)
def test_a_short_morning_reaches_the_city_whole(kind, held_to_the_contract, capsys):
    if brokers.executable(kind) is None:
        pytest.skip(f"{kind} is not installed")
    with brokers.start(kind) as broker:
        assert main([*SHORT, "--broker", f"{broker.host}:{broker.port}"]) == 0
    said = capsys.readouterr().out
    assert "without TLS:\nany client of it can read, forge and command" in said
    assert "Ctrl-C ends it" in said
    assert "it ends after 4 s.\n2 school buses, each with" in said
    assert re.search(r"bus-0[12] info    trip started: trip 1; at Bus depot", said)
    assert "bus-01 waits for its driver to check the seats" in said
    assert records(said, "confirmed") == records(said, "delivered to") > 4
    assert records(said, "not delivered") == 0


@pytest.mark.parametrize("kind", brokers.KINDS)
def test_by_itself_the_town_is_secured(kind, held_to_the_contract, monkeypatch, capsys):
    """TLS, an identity for each bus, and a broker that lets in no other."""
    if brokers.executable(kind) is None:
        pytest.skip(f"{kind} is not installed")
    monkeypatch.setattr(brokers, "KINDS", (kind,))
    heard = []
    hear = Ledger.hear
    monkeypatch.setattr(Ledger, "hear", lambda *to: (heard.append(to[1]), hear(*to))[1])
    assert main([*SHORT]) == 0
    said = capsys.readouterr().out
    assert re.search(rf"{kind}, started for this on port \d+, by TLS:\nonly these buses", said)
    assert records(said, "confirmed") == records(said, "delivered to") > 4
    assert {one.bus for one in heard} == {"bus-01", "bus-02"}
    assert all("mac" in one.message for one in heard)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_delivers_first_and_ends_what_it_started(number):
    command = [sys.executable, "-m", "sim", "town", "--buses", "1", "--speed", "60", "--no-station"]
    with ended(
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    ) as town:
        said = ""
        while "trip started" not in said:
            line = town.stdout.readline()
            assert line, town.stderr.read()
            said += line
        town.send_signal(number)
        rest, wrong = town.communicate(timeout=30)
    assert (town.returncode, wrong) == (0, "")
    assert records(rest, "not delivered") == 0
    port = int(re.search(r"on port (\d+)", said)[1])
    assert not brokers.listens(brokers.HOST, port)


@pytest.mark.parametrize("command", [("town",), ("replay", "receiver.nmea")])
def test_no_broker_is_one_sentence(command, tmp_path):
    path = tmp_path / "receiver.nmea"
    path.write_bytes(rmc(0, 0))
    arguments = [str(path) if word == path.name else word for word in command]
    done = run(*arguments, "--broker", f"127.0.0.1:{brokers.free_port()}")
    assert done.returncode == 2
    assert re.fullmatch(
        rf"python -m sim {command[0]}: no MQTT broker answers at \S+\.\n", done.stderr
    )


def test_what_is_missing_is_lost_and_what_comes_again_is_doubled():
    live = LiveBus("bus-01", World(), ("127.0.0.1", 1))
    ledger = Ledger([live])
    body = b'"kind":"started","state":"raised"}'
    seqs = [live.firmware.journal.append(0, 1, body) for _ in range(3)]
    root = f"schoolbus/{FLEET}/bus-01/"

    def hear(seq, epoch=live.firmware.journal.epoch):
        payload = f'{{"v":1,"epoch":"{epoch}","seq":{seq},'.encode() + body
        message = {"epoch": epoch, "seq": seq, "kind": "started", "state": "raised"}
        sealed = Seal(live.mac_key).sealed(f"{root}event".encode(), payload)
        return ledger.hear(Heard("bus-01", "event", root + "event", sealed, message))

    assert [hear(seqs[0]), hear(seqs[1]), hear(seqs[0])] == [True, True, False]
    assert hear(seqs[2], "00000000") is False  # another bus of this name, on the same broker
    assert (ledger.confirmed, ledger.lost, ledger.doubled, ledger.wrong()) == (3, 1, 1, "")
    stop = Stop()
    assert account(ledger, stop) == 1
    stop.asked = True
    assert account(ledger, stop) == 130, "Ctrl-C has ended the delivery"
    assert hear(seqs[2]) is True
    assert account(ledger, stop) == 0
    assert hear(seqs[2] + 1) is True
    assert account(ledger, stop) == 1
    assert "reached the city and was never" in ledger.wrong()


def test_the_account_goes_on_over_a_start():
    live = LiveBus("bus-01", World(), ("127.0.0.1", 1), release="1.0.0")
    ledger = Ledger([live])
    live.firmware.journal.append(0, 1, b'"kind":"started","state":"raised"}')
    assert (ledger.confirmed, live.release) == (1, "1.0.0")
    live.reset("external")
    live.firmware.journal.append(0, 1, b'"kind":"started","state":"raised"}')
    assert ledger.confirmed == 2


def test_a_reset_between_two_ticks_starts_the_bus_anew():
    live = LiveBus("bus-01", World(), ("127.0.0.1", 1), release="1.0.0")
    before = live.firmware
    before.turn = lambda now_ms: reset()
    live.turn(100)
    assert live.boots == 2 and live.firmware is not before
    assert live.board.reset_cause == "external"


def test_a_bus_whose_code_does_not_run_is_shown_as_it_was_last():
    live = LiveBus("bus-01", World(), ("127.0.0.1", 1), release="1.0.0")
    before = live.row()
    live.starting.bad[live.starting.release] = "crashes"
    live.reset("external")
    assert live.bus is None and not live.at_rest
    live.turn(100)
    assert live.row() == before._replace(connected=False, release="1.0.0 halted")


# replay


def rmc(second, knots):
    """One RMC sentence, driving north past the depot; second 0 is 06:00 in Thailand."""
    minutes, seconds = divmod(second, 60)
    north = 4.62 + second * knots / 3600
    body = f"GPRMC,23{minutes:02d}{seconds:02d}.00,A,13{north:07.4f},N,10055.8600,E,"
    body += f"{knots:.1f},0.0,221126,,,A"
    checksum = 0
    for byte in body.encode():
        checksum ^= byte
    return f"${body}*{checksum:02X}\r\n".encode()


def test_a_replayed_log_goes_through_the_whole_bus(tmp_path, held_to_the_contract, capsys):
    path = tmp_path / "receiver.nmea"
    log = b"".join(rmc(second, 54 if second < 40 else 5) for second in range(60))
    path.write_bytes(b"\x00\xb5\x62 noise\r\n" + log[:-9] + b"*00\r\n")
    assert main(["replay", str(path), "--speed", "60"]) == 0
    said = capsys.readouterr().out
    assert "06:00:1" in said
    assert "overspeed: up to 100 km/h, for 10 s; near Bus depot" in said
    assert records(said, "fixes  ") == 59
    assert records(said, "fixes set aside") == 2, "after a jump that no bus can make"
    assert records(said, "fixes good") == 55, "nor the first two"
    assert records(said, "instants that contradict") == 0
    assert re.search(r"clock at the end +gnss\n", said)
    assert records(said, "damaged") == 1
    assert records(said, "positions kept") == records(said, "positions delivered") > 1
    assert records(said, "times that the bus was too fast") == 1
    assert records(said, "not delivered") == 0


def test_a_log_is_cut_at_each_new_time_and_nothing_is_lost():
    log = b"junk\x00" + rmc(0, 10) + b"$GPGGA,230000.00,,,,,0\r\n" + rmc(1, 10) + rmc(1, 10)
    log += rmc(59, 10) + rmc(300, 10) + b"$GPRM"
    cut = replay.bursts(log)
    assert b"".join(burst.data for burst in cut) == log
    assert [burst.pause_ms for burst in cut] == [1000, 1000, 58_000, 241_000]


def pauses(*lines):
    return [burst.pause_ms for burst in replay.bursts(b"".join(lines))]


def gga(second):
    time = f"23{second // 60:02d}{second % 60:02d}.00"
    return f"$GPGGA,{time},1304.9,N,10052.9,E,1,9,0.9\r\n".encode()


def test_epochs_come_at_their_time_and_gaps_are_gaps():
    assert pauses(rmc(0, 10), rmc(1, 10), rmc(3000, 10), rmc(3001, 10)) == [
        1000,
        1000,
        2999_000,
        1000,
    ]
    midnight = [line.replace(b"GPRMC,23", b"GPRMC,00") for line in (rmc(0, 10), rmc(1, 10))]
    assert pauses(rmc(3599, 10), *midnight) == [1000, 1000, 1000]
    assert pauses(gga(0), rmc(0, 9), gga(1), rmc(1, 9), gga(2), rmc(2, 9)) == [1000] * 3


def test_a_late_sentence_and_one_of_whole_seconds_do_not_cut():
    late = [gga(second).replace(b".00,", b".90,") for second in range(4)]
    zda = [b"$GPZDA,2300%02d.00,22,11,2026,00,00\r\n" % second for second in range(4)]
    mixed = [line for pair in zip(late, zda, strict=True) for line in pair]
    assert pauses(*mixed) == [1000] * 4


def test_a_receiver_whose_clock_is_set_back_goes_on_after_a_second():
    assert pauses(rmc(1800, 10), rmc(0, 10), rmc(1, 10)) == [1000] * 3


def test_epochs_without_a_time_take_a_second_each():
    void = [b"$GPGGA,,,,,,0,,,,M,,M,,\r\n", b"$GPRMC,,V,,,,,,,,,,N\r\n", b"$GPGLL,,,,,,V,N\r\n"]
    assert pauses(*void * 3) == [1000] * 3
    assert pauses(*void * 3, rmc(0, 10), rmc(1, 10)) == [1000] * 5
    assert pauses(rmc(0, 10), *void * 3, rmc(10, 10)) == [1000, 1000, 1000, 8000]


def test_an_old_log_meets_the_calendar_of_the_build():
    bus = replay.ReplayBus(replay.bursts(rmc(0, 10)), ("127.0.0.1", 1))
    nmea = bus.firmware.sensors.receiver.nmea
    old = rmc(0, 10).replace(b"221126", b"170419").partition(b"*")[0] + b"\r\n"
    nmea.feed(old, len(old))
    nmea.feed(b"", 0)
    assert nmea.fixes == 1 and nmea.fix.utc_ms() is None
    bus.trusted = 1
    told = "\n".join(replay.findings(bus, Run([bus], None, 1)))
    assert "the log has no date in the 20 years after this firmware's build" in told


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read: No such file or directory."),
        (b"", "holds no NMEA sentence"),
        (b"\x89PNG\r\n", "holds no NMEA sentence"),
    ],
)
def test_what_is_no_log_gets_one_sentence(content, sentence, tmp_path, capsys):
    path = tmp_path / "receiver.nmea"
    if content is not None:
        path.write_bytes(content)
    assert main(["replay", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"python -m sim replay: {path} ")
    assert sentence in said
    assert said.count("\n") == 1


# what is shown


def test_an_event_is_told_in_one_line():
    assert local_time(ALARM) == "06:21:09"
    assert told(ALARM) == "child left behind: seats 7, 9, the buzzer sounds inside; at Bus depot"
    cleared = {**ALARM, "state": "cleared", "data": {}, "lat": None}
    assert told(cleared) == "child left behind: ended; place unknown"
    assert local_time({**ALARM, "at": None}) == "--:--:--"
    assert where({**ALARM, "lat": 42.36, "lon": -71.06}) == "at 42.36000, -71.06000"
    fast = {**ALARM, "kind": "overspeed", "data": {"top_kmh": 91.5, "lasted_s": 12}}
    assert told(fast).startswith("overspeed: up to 92 km/h, for 12 s")


def rows():
    known = Row("bus-01", "driving", 11_528, "City hall", 40, 20, 0, -71, True, 0, 3)
    dark = Row("bus-02", "checking", None, "", 40, 1, 8, None, False, 2, 212)
    return [known, dark]


@pytest.mark.parametrize("height", [10, 24, 60])
def test_the_picture_fits_the_terminal(height):
    console = Console(file=io.StringIO(), width=100, height=height, record=True)
    picture = Picture("title", console)
    for number in range(100):
        picture.hear(f"bus-{number:02d}", ALARM)
    console.print(picture.frame("06:21:10", rows()))
    shown = console.export_text().splitlines()
    assert len(shown) <= max(height, 12)
    assert "100 alarm" in "".join(shown)
    assert "bus-99  alarm    child left behind: seats 7, 9" in shown[-1]
    assert re.search(
        r"bus-01 +driving +42 +City hall +█████····· 20 +▂▄▆ +-71 dBm +3$", shown[3].rstrip()
    )
    assert re.search(r"bus-02 +checking +\? +- +█·········  1 \?8 +none +2 alarms, 212", shown[4])


def test_a_fleet_that_is_updated_has_a_column_for_it():
    console = Console(file=io.StringIO(), width=120, height=24, record=True)
    one, other = rows()
    on_trial = [one._replace(release="0.4.0 on trial"), other._replace(release="0.3.0")]
    console.print(Picture("title", console).frame("06:21:10", on_trial))
    shown = console.export_text().splitlines()
    assert shown[2].split()[-1] == "release"
    assert shown[3].rstrip().endswith("0.4.0 on trial")
    assert shown[4].rstrip().endswith("0.3.0")


def test_without_a_terminal_each_change_is_a_line(capsys):
    with Plain() as plain:
        plain.show("06:21:10", rows())
        plain.show("06:21:11", [row._replace(release="0.4.0") for row in rows()[:1]])
        plain.hear("bus-01", ALARM)
    assert capsys.readouterr().out.splitlines() == [
        "06:21:10 bus-01 drives to City hall",
        "06:21:10 bus-02 waits for its driver to check the seats",
        "06:21:11 bus-01 runs 0.4.0",
        f"06:21:09 bus-01 alarm   {told(ALARM)}",
    ]


def test_the_station_opens_beside_the_town_and_ends_with_it(capsys):
    assert main(["town", "--buses", "1", "--speed", "60", "--duration", "2"]) == 0
    said = capsys.readouterr().out
    address = re.search(r"open http://127\.0\.0\.1:(\d+)/ in a browser", said)
    assert address, said
    assert re.search(r"as demo with \w{20}\n", said)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(address[1]))) != 0


def test_what_another_client_publishes_as_a_bus_does_not_count():
    live = LiveBus("bus-01", World(), ("127.0.0.1", 1))
    run = Run([live], None, 1)
    for name in ("event", "track", "state"):
        for message in ({"v": 1}, {"epoch": live.firmware.journal.epoch}, {"epoch": 5, "seq": []}):
            heard = Heard("bus-01", name, f"schoolbus/{FLEET}/bus-01/{name}", b"{}", message)
            assert not run.ledger.hear(heard)
    assert run.ledger.positions == (0, 0) and not run.ledger.kinds

"""What an operator may set, by the command line and by the environment."""

import signal
import subprocess
import sys

import pytest
from vm import ROOT

from station.__main__ import main
from station.db.database import Database
from station.operator.serve import listen, url
from station.settings import Address, Settings, SettingsError, load, not_known


@pytest.mark.parametrize(
    ("text", "address", "tls"),
    [
        ("mqtt.example.org:1884", ("mqtt.example.org", 1884), False),
        ("mqtt://mqtt.example.org", ("mqtt.example.org", 1883), False),
        ("mqtts://mqtt.example.org", ("mqtt.example.org", 8883), True),
        ("mqtts://[::1]:8884/", ("::1", 8884), True),
        ("mqtts://[::1]", ("::1", 8883), True),
    ],
)
def test_addresses(text, address, tls):
    settings = load({"broker": text})
    assert (settings.broker[:2], settings.broker_tls) == (address, tls)


def test_a_command_line_counts_before_the_environment_and_that_before_the_default(monkeypatch):
    monkeypatch.setenv("STATION_LATE_S", "60")
    monkeypatch.setenv("STATION_HTTP", "0.0.0.0:80")
    monkeypatch.setenv("STATION_HOME_ASSISTANT", "1")
    settings = load({"http": "127.0.0.1:8081", "broker": None})
    assert settings.late_s == 60
    assert settings.http[:3] == ("127.0.0.1", 8081, False)
    assert settings.home_assistant is True
    assert settings.broker[:3] == ("127.0.0.1", 1883, False)


def test_a_broker_of_several_nodes():
    broker = load({"broker": "mqtts://a.example.org, mqtts://b.example.org:8884"}).broker
    assert [one[:3] for one in (broker, *broker.more)] == [
        ("a.example.org", 8883, True), ("b.example.org", 8884, True),
    ]  # fmt: skip
    assert str(broker) == "a.example.org:8883,b.example.org:8884"
    with pytest.raises(SettingsError, match="either all addresses begin with mqtts://"):
        load({"broker": "mqtts://a.example.org,b.example.org:1883"})


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("broker", "ws://mqtt.example.org", "broker: ws:// is neither mqtt:// nor mqtts://"),
        ("broker", "mqtts://me:pa55word@mqtt.example.org", "STATION_BROKER_PASSWORD"),
        ("broker", "localhost", "broker: 'localhost' is not host:port, such as 127.0.0.1:1883"),
        ("http", "127.0.0.1:99999", "'127.0.0.1:99999' is not host:port, such as 127.0.0.1:8080"),
        ("broker_ca", "/no/such/file", "broker_ca: /no/such/file cannot be read: No such file"),
        ("broker_ca", __file__, "holds no certificate in PEM"),
        ("tiles", "/no/such/town.pmtiles", "tiles: /no/such/town.pmtiles is no file here"),
        ("notices", "/no/such/notices.json", "notices: /no/such/notices.json cannot be read: No"),
        ("db", "mysql://me:pa55word@host/name", "db: mysql:// is neither a file nor postgresql://"),
        *[
            (
                "db",
                f"postgresql://me:{one}@host:5432/name",
                "@ and : are written %25, %2F, %23, %3F",
            )
            for one in (
                "pa55word/",
                "pa55word#x",
                "pa55word?x",
                "pa55word:x",
                "pa55word@",
                "1/pa55word",
                "x[pa55word",
            )
        ],
        ("db", "postgresql://host/name?password=pa55word@", "%2F, %23, %3F, %40 and %3A"),
        ("db", "postgresql:me:pa55word@host/name", "postgresql://user:password@host/name"),
        ("db", "/no/such/folder/station.db", "db: the folder /no/such/folder does not exist"),
        ("escalate_min", "0", "escalate_min has to be a whole number from 1 to 1440, not '0'"),
        ("keep_tracks_days", "3651", "has to be a whole number from 1 to 3650, not '3651'"),
        ("late_s", "soon", "late_s has to be a whole number from 10 to 86400, not 'soon'"),
        ("ngsi_ld", "broker.example/pa55word", "ngsi_ld: this has to be http://... or https://..."),
        ("traccar", "http://me:pa55word@traccar:5055", "traccar: an address is shown to operators"),
        ("traccar", "traccar:5055", "traccar: this has to be http://... or https://..."),
        ("secure_cookie", "maybe", "secure_cookie has to be 0 or 1 (also: true or"),
    ],
)
def test_what_is_wrong_is_named_and_no_secret_repeated(monkeypatch, name, text, told):
    monkeypatch.setenv("STATION_" + name.upper(), text)
    for given in ({}, {name: text}):
        with pytest.raises(SettingsError) as error:
            load(given)
        assert told in str(error.value)
        assert "pa55word" not in str(error.value)


def test_fleets_that_are_forwarded_have_commas_between_them(monkeypatch):
    monkeypatch.setenv("STATION_FORWARD_FLEETS", "lcb, other")
    assert load({}).forward_fleets == ["lcb", "other"]
    monkeypatch.setenv("STATION_FORWARD_FLEETS", "")
    assert load({}).forward_fleets == []


def test_an_empty_path_of_routes_is_none(monkeypatch):
    monkeypatch.setenv("STATION_NOTICES", "")
    assert load({}).notices == []


def test_no_secret_stands_in_what_is_printed_of_settings():
    secret = "pa55word"
    settings = Settings(
        broker_password=secret, feed_token=secret, db=f"postgresql://a:{secret}@h/b"
    )
    assert secret not in f"{settings!r} {settings}"


def test_a_variable_that_is_no_setting_is_named_with_the_nearest_one():
    known = ["STATION_" + name.upper() for name in Settings.model_fields]
    assert not_known([*known, "station_db", "PATH"]) == []
    (line,) = not_known(["STATION_SECURE_COOKIES"])
    assert line == (
        "warning: STATION_SECURE_COOKIES is no setting; the nearest one is STATION_SECURE_COOKIE"
    )


def test_what_a_command_cannot_use_is_one_sentence_with_one_full_stop(tmp_path, capsys):
    text = tmp_path / "text.db"
    text.write_text("This is a letter, and no database at all.\n" * 99)
    for words, told in (
        (["serve", "--tiles", "nope"], "tiles: nope is no file here, and no http://... or https://..."),
        (["policy", "lc", "/nope"], "/nope cannot be read: No such file or directory."),
        (["serve", "--db", str(text), "--http", "127.0.0.1:0"],
         f"The database {text} cannot be used: file is not a database."),
    ):  # fmt: skip
        assert main(words) == 2
        assert capsys.readouterr().err == f"python -m station: {told}\n"


def test_a_port_that_is_taken_is_told_with_the_way_out(tmp_path, capsys):
    with listen(Address("127.0.0.1", 0)) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        words = ["serve", "--db", str(tmp_path / "s.db"), "--http", f"127.0.0.1:{port}"]
        assert main(words) == 2
    told = capsys.readouterr().err
    assert f"127.0.0.1:{port} cannot be used: Address already in use. Give another" in told
    assert told.endswith(f"HTTP=127.0.0.1:{port + 1}.\n"), told


def test_an_administrator_is_added_with_the_name_of_the_database(tmp_path, capsys):
    db = str(tmp_path / "s.db")
    assert main(["admin", "bob", "--generate", "--db", db]) == 0
    assert capsys.readouterr().err == f"bob is an administrator in the database {db}.\n"


@pytest.mark.parametrize("line", ["import station", "from station.__main__ import main"])
def test_ctrl_c_while_the_station_is_still_loading_is_no_traceback(line):
    ended = subprocess.run(
        [sys.executable, "-c", f"{line}; raise KeyboardInterrupt"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ended.stderr == "Stopped.\n" and ended.returncode == -signal.SIGINT


def test_ctrl_c_before_the_station_is_up_ends_with_130(monkeypatch, tmp_path, capsys):
    async def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Database, "upgrade", interrupted)
    words = ["serve", "--db", str(tmp_path / "s.db"), "--http", "127.0.0.1:0"]
    assert main(words) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_a_new_person_needs_a_name_that_can_be_seen(tmp_path, capsys):
    db = str(tmp_path / "s.db")
    for name in (" boss", "boss\u200b", ""):
        assert main(["admin", name, "--generate", "--db", db]) == 2
        assert "no blanks around it" in capsys.readouterr().err
    assert main(["admin", "\u0e1a\u0e2d\u0e2a \u0e2b\u0e31\u0e27", "--generate", "--db", db]) == 0


@pytest.mark.parametrize(
    ("host", "shown"), [("127.0.0.1", "http://127.0.0.1:"), ("::", "http://[::]:")]
)
def test_the_printed_address_can_be_opened(host, shown):
    listener = listen(Address(host, 0))
    port = listener.getsockname()[1]
    assert url(listener) == f"{shown}{port}/"
    listener.close()

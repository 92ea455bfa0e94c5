"""make enrol, with the station's own commands behind it."""

import json
import sys

import pytest

from firmware.identity import read
from tools import enrol, fleet
from tools.board import Trouble

SETTINGS = {"fleet": "laemchabang", "board": "devkit_wrover"}


@pytest.fixture
def enrols(tmp_path, monkeypatch, capfd):
    """enrols("bus-07", "--replace") -> what was said; fleet/ has bus-07 and bus-08."""
    monkeypatch.setattr(fleet, "FLEET", tmp_path)
    for bus in ("bus-07", "bus-08"):
        (tmp_path / f"{bus}.json").write_text(json.dumps({**SETTINGS, "bus": bus}))

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["enrol", *words, "--db", str(tmp_path / "station.db")])
        enrol.main()
        return capfd.readouterr().out

    return run


def of(folder, bus):
    return read((folder / f"{bus}.identity.json").read_bytes())


def test_every_bus_of_the_folder_gets_an_identity_and_the_keys_are_made_once(enrols, tmp_path):
    told = enrols("all")
    assert "Copy this folder to a memory stick" in told and "make deploy BUS=bus-08" in told
    one, other = of(tmp_path, "bus-07"), of(tmp_path, "bus-08")
    assert (one.fleet, one.bus, one.user) == ("laemchabang", "bus-07", "laemchabang/bus-07")
    assert one.city_keys == other.city_keys
    assert not {one.serial, one.mac_key, one.key, one.client_id} & {
        other.serial, other.mac_key, other.key, other.client_id,
    }  # fmt: skip
    assert fleet.buses() == ["bus-07", "bus-08"], "an identity is no bus"
    with pytest.raises(Trouble):
        enrols("bus-07")
    assert of(tmp_path, "bus-07").serial == one.serial
    told = enrols("bus-07", "--replace")
    assert "memory stick" not in told
    assert of(tmp_path, "bus-07").serial != one.serial
    assert of(tmp_path, "bus-07").city_keys == one.city_keys


def test_one_bus_that_is_wrong_stops_the_list_before_anything_is_made(enrols, tmp_path):
    (tmp_path / "bus-09.json").write_text('{"bus": "change me"}')
    with pytest.raises(Trouble, match="still says"):
        enrols("all")
    assert not [*tmp_path.glob("*.identity.json")] and not (tmp_path / "keys").exists()


def test_keys_that_are_not_there_make_no_second_city(enrols, tmp_path, capfd):
    enrols("bus-07")
    first = of(tmp_path, "bus-07")
    (tmp_path / "keys").rename(tmp_path / "stick")
    with pytest.raises(Trouble):
        enrols("bus-08")
    said = capfd.readouterr().err
    assert f"has buses of another authority (city key {first.city_keys[0].hex()[:8]}...)" in said
    assert "KEYS=" in said and not (tmp_path / "keys").exists()
    enrols("bus-08", "--keys", str(tmp_path / "stick"))
    assert of(tmp_path, "bus-08").city_keys == first.city_keys


def test_the_first_time_makes_the_database_and_no_other_time_does(enrols, tmp_path, capfd):
    enrols("bus-07")
    (tmp_path / "station.db").rename(tmp_path / "moved.db")
    with pytest.raises(Trouble):
        enrols("bus-08")
    assert "There is no database" in capfd.readouterr().err
    assert not (tmp_path / "station.db").exists()


def test_all_means_the_buses_that_have_no_identity(enrols, tmp_path, capfd):
    enrols("bus-07")
    one = of(tmp_path, "bus-07")
    told = enrols("all")
    assert "BUS=bus-08" in told and "BUS=bus-07" not in told
    assert of(tmp_path, "bus-07").serial == one.serial
    assert "deploy" not in enrols("all")
    (tmp_path / "bus-09.json").write_text(json.dumps({**SETTINGS, "bus": "bus-09"}))
    capfd.readouterr()
    with pytest.raises(Trouble):
        enrols("bus-08", "bus-09")
    said = capfd.readouterr().err
    assert 'New buses only: make enrol BUS="bus-09". ' in said
    assert "make enrol BUS=bus-08 REPLACE=1" in said


def test_to_replace_several_at_once_has_to_be_meant(enrols, tmp_path, monkeypatch):
    enrols("all")
    serials = [of(tmp_path, bus).serial for bus in ("bus-07", "bus-08")]
    with pytest.raises(Trouble, match="Nobody is there to confirm it"):
        enrols("all", "--replace")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(enrol.Prompt, "ask", lambda _: "yes")
    with pytest.raises(Trouble, match="Nothing was changed"):
        enrols("all", "--replace")
    assert [of(tmp_path, bus).serial for bus in ("bus-07", "bus-08")] == serials
    monkeypatch.setattr(enrol.Prompt, "ask", lambda _: "REPLACE")
    enrols("all", "--replace")
    assert not {of(tmp_path, bus).serial for bus in ("bus-07", "bus-08")} & {*serials}


@pytest.mark.parametrize(("words", "sentence"), [
    (["bus-07,bus-08"], 'Separate buses with spaces: BUS="bus-07 bus-08"'),
    (["Bus-07"], "Did you mean bus-07?"),
    (["bus-07", "--replace", "--rotate"], "give one of them"),
])  # fmt: skip
def test_a_slip_on_the_command_line_is_understood(enrols, tmp_path, words, sentence):
    with pytest.raises(Trouble, match=sentence):
        enrols(*words)
    assert not (tmp_path / "keys").exists()


def test_how_to_keep_the_keys_is_said_until_the_first_bus_has_an_identity(enrols, tmp_path):
    db = str(tmp_path / "station.db")
    enrol.station("keys", "--first", "--out", tmp_path / "keys", "--db", db)
    assert "Copy this folder to a memory stick" in enrols("bus-07"), "Ctrl-C came before this"
    assert "memory stick" not in enrols("bus-08")


def test_keys_that_may_not_be_read_are_a_sentence(enrols):
    with pytest.raises(Trouble, match="cannot be read: File name too long. Nothing was changed."):
        enrols("bus-07", "--keys", "x" * 300)


def test_an_identity_file_that_is_wrong_says_how_to_get_another(enrols, tmp_path):
    enrols("bus-07")
    file = tmp_path / "bus-07.identity.json"
    (tmp_path / "bus-08.identity.json").write_bytes(file.read_bytes())
    with pytest.raises(Trouble, match="Move that file away. .* make enrol BUS=bus-08"):
        fleet.identity("bus-08", fleet.settings("bus-08")[1])
    file.write_text("damaged")
    with pytest.raises(Trouble, match="make enrol BUS=bus-07 REPLACE=1"):
        fleet.identity("bus-07", fleet.settings("bus-07")[1])
    enrols("bus-07", "--replace")
    assert of(tmp_path, "bus-07").bus == "bus-07"

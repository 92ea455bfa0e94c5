"""notices.json: who is told of what and when, and what is wrong with a file."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from station.notices.routes import LOCAL, RouteError, load

TOKEN = "json://127.0.0.1:9/secret-token"
MONDAY_6 = datetime(2026, 11, 23, 6, 0, tzinfo=LOCAL)
ALARM = {"severity": "alarm", "kind": "child_left_behind", "fleet": "lcb", "exercise": False}


def routes(tmp_path, *given, environment=()):
    path = tmp_path / "notices.json"
    path.write_text(json.dumps({"routes": given}))
    return load(path, dict(environment))


def route(tmp_path, **given):
    (one,) = routes(tmp_path, {"name": "duty", "to": TOKEN, **given})
    return one


def test_an_alarm_is_told_when_raised_and_when_nobody_answers(tmp_path):
    one = route(tmp_path)
    assert one.wants(ALARM, "raised", MONDAY_6)
    assert one.wants(ALARM, "escalated", MONDAY_6)
    assert not one.wants(ALARM, "cleared", MONDAY_6)
    assert not one.wants({**ALARM, "severity": "warning"}, "raised", MONDAY_6)


def test_a_drill_wakes_nobody_unless_asked_for(tmp_path):
    drill = {**ALARM, "exercise": True}
    assert not route(tmp_path).wants(drill, "raised", MONDAY_6)
    assert route(tmp_path, exercises=True).wants(drill, "raised", MONDAY_6)


def test_by_kind_and_fleet(tmp_path):
    one = route(tmp_path, kinds=["sos"], fleets=["lcb"])
    assert not one.wants(ALARM, "raised", MONDAY_6)
    assert one.wants({**ALARM, "kind": "sos"}, "raised", MONDAY_6)
    assert not one.wants({**ALARM, "kind": "sos", "fleet": "other"}, "raised", MONDAY_6)


@pytest.mark.parametrize(
    ("hours", "hour", "is_told"),
    [
        ("05:00-19:00", 5, True),
        ("05:00-19:00", 4.99, False),
        ("05:00-19:00", 19, False),
        ("19:00-05:00", 19, True),
        ("19:00-05:00", 4.99, True),
        ("19:00-05:00", 5, False),
        ("00:00-00:00", 12, True),
    ],
)
def test_within_local_hours(tmp_path, hours, hour, is_told):
    now = MONDAY_6.replace(hour=0) + timedelta(hours=hour)
    for moment in (now, now.astimezone(timezone.utc)):
        assert route(tmp_path, hours=hours).wants(ALARM, "raised", moment) is is_told


def test_a_night_belongs_to_the_day_on_which_it_began(tmp_path):
    sundays = route(tmp_path, hours="19:00-05:00", days=[7])
    assert sundays.wants(ALARM, "raised", MONDAY_6.replace(hour=4))
    assert not sundays.wants(ALARM, "raised", MONDAY_6.replace(hour=20))


def test_an_address_may_stand_in_the_environment(tmp_path):
    (one,) = routes(tmp_path, {"name": "a", "to": "env:DUTY"}, environment={"DUTY": TOKEN})
    assert one.to == TOKEN
    with pytest.raises(RouteError, match="environment variable DUTY"):
        routes(tmp_path, {"name": "a", "to": "env:DUTY"})


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"hours": "5-19"}, "hours has to be like"),
        ({"hours": "24:00-05:00"}, "hours has to be like"),
        ({"severity": ["loud"]}, "severity has to be a list of alarm, warning, not 'loud'"),
        ({"days": [0]}, "days has to be a list of days from 1 (Monday) to 7, not 0"),
        ({"days": [True]}, "to 7, not True"),
        ({"on": []}, "on has to be a list"),
        ({"kinds": "sos"}, "kinds has to be a list of texts"),
        ({"language": "de"}, "language has to be th or en, not 'de'"),
        ({"exercises": 1}, "true or false"),
        ({"colour": "red"}, "the key 'colour' is not known; known are name, to"),
        ({"to": "nonsense://secret-token"}, "to: apprise knows no such address"),
        ({"to": ["secret-token"]}, "to has to be an address, or env: and the name of a variable."),
        ({"name": ""}, "name has to be a text"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, wrong, told):
    with pytest.raises(RouteError, match="notices.json: route 1") as error:
        route(tmp_path, **wrong)
    assert told in str(error.value)
    assert "secret-token" not in str(error.value)


def test_two_of_a_name_and_no_json(tmp_path):
    with pytest.raises(RouteError, match="two routes are called"):
        routes(tmp_path, {"name": "a", "to": TOKEN}, {"name": "a", "to": TOKEN})
    (tmp_path / "notices.json").write_text("{")
    with pytest.raises(RouteError, match="not valid JSON"):
        load(tmp_path / "notices.json")

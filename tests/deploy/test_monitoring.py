"""deploy/grafana.json and deploy/alerts.yml name only what /metrics has."""

import asyncio
import json
import re
import shutil
import subprocess

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert
from station_told import NOW_MS, browser
from vm import ROOT

from station import one_bad
from station.api.storage import storage
from station.backup.names import stamp
from station.clock import FollowedClock
from station.db import tables
from station.settings import Settings
from station.station import Station

DEPLOY = ROOT / "deploy"
NAME = re.compile(r"\b(?:busguard|process)_\w+")
LABEL = re.compile(r"(\w+)=~?\"([^\"]*)\"")
HERE = "a place of this test"
ALARM = {"id": 1, "bus_id": 1, "kind": "sos", "severity": "alarm", "data": {}, "why": {},
         "late": False, "exercise": False, "clock": "gnss", "heard_ms": 0}  # fmt: skip
NOTICE = {"alarm_id": 1, "route": "gone", "stage": "raised", "title": "t", "body": "b",
          "made_ms": NOW_MS - 90_000, "due_ms": NOW_MS * 2, "tries": 1}  # fmt: skip


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """{name: its samples} of a station where something has gone wrong everywhere."""
    copies = tmp_path_factory.mktemp("copies")
    (copies / f"station-{stamp(NOW_MS - 3_600_000)}Z.sqlite").touch()
    settings = Settings(broker=("127.0.0.1", 9), db=str(tmp_path_factory.mktemp("db") / "s.db"),
                        backups=str(copies))  # fmt: skip

    async def scenario():
        station = Station(settings, FollowedClock(NOW_MS))
        station.notice_queue.watch = asyncio.Event().wait  # it would give up what waits here
        await station.start()
        try:
            async with station.db.write() as connection:
                await connection.execute(insert(tables.buses).values(id=1, fleet="f", bus="b"))
                await connection.execute(insert(tables.alarms).values(ALARM))
                rows = [NOTICE | {"log_id": n, "dead_ms": dead_ms}
                        for n, dead_ms in ((1, None), (2, None), (3, NOW_MS))]  # fmt: skip
                await connection.execute(insert(tables.notices), rows)
            async with browser(station) as client:
                return (await client.get("/metrics")).text
        finally:
            await station.stop()

    one_bad.passed_over[HERE] += 1
    text = asyncio.run(scenario())
    del one_bad.passed_over[HERE]
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample)
    return found


def value(shown, name, **labels):
    return next(one.value for one in shown[name] if one.labels == labels)


def test_the_numbers_are_the_stations(shown):
    assert value(shown, "busguard_notices_waiting") == 2
    assert 90 <= value(shown, "busguard_notices_oldest_unsent_seconds") < 300
    assert value(shown, "busguard_notices_dead") == 1
    assert value(shown, "busguard_passed_over_total", where=HERE) == 1
    assert value(shown, "busguard_quarantine_messages_total", what="kept") == 0
    assert value(shown, "busguard_intake_lag_seconds") == 0
    assert value(shown, "busguard_database_read_seconds") > 0
    assert (value(shown, "busguard_leads"), value(shown, "busguard_database_up")) == (1, 1)
    assert value(shown, "busguard_backup_age_seconds") == pytest.approx(3600, abs=300)
    assert value(shown, "busguard_disk_free_bytes", of="database") > 0
    assert value(shown, "busguard_disk_free_bytes", of="backups") > 0
    assert value(shown, "process_resident_memory_bytes") > 1e6


def test_a_folder_without_a_copy_or_that_is_away_is_told(tmp_path):
    def told(**more):
        found = storage(Settings(broker=("127.0.0.1", 9), **more), NOW_MS)
        return {one.name: [sample.value for sample in one.samples] for one in found}

    here = {"db": str(tmp_path / "s.db")}
    assert "busguard_backup_age_seconds" not in told(**here)
    assert told(**here, backups=str(tmp_path))["busguard_backup_age_seconds"] == [float("inf")]
    away = told(**here, backups=str(tmp_path / "none"))
    assert away["busguard_backup_age_seconds"] == [float("inf")]
    assert away["busguard_disk_free_bytes"][1] == 0


def rules():
    groups = yaml.safe_load((DEPLOY / "alerts.yml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def board():
    return json.loads((DEPLOY / "grafana.json").read_text("utf-8"))


def expressions():
    shown = board()
    found = [(one["title"], each["expr"]) for one in shown["panels"] for each in one["targets"]]
    variables = [one for one in shown["templating"]["list"] if one["type"] == "query"]
    found += [(one["name"], one["query"]) for one in variables]
    return found + [(rule["alert"], rule["expr"]) for rule in rules()]


def unknown(shown, expression):
    """Names of metrics, and values of labels, that /metrics does not have."""
    names = set(NAME.findall(expression))
    yield from names - set(shown)
    has = {
        pair for name in names & set(shown) for one in shown[name] for pair in one.labels.items()
    }
    yield from {label for label in LABEL.findall(expression)
                if label[0] not in ("instance", "job")} - has  # fmt: skip


def test_every_expression_names_metrics_that_exist(shown):
    assert len(expressions()) > 25
    for title, expression in expressions():
        assert NAME.search(expression) or expression.startswith("up{"), title
        assert list(unknown(shown, expression)) == [], title
        assert expression.count("(") == expression.count(")"), title
    assert list(unknown(shown, "rate(busguard_bus[5m])")) == ["busguard_bus"]
    assert list(unknown(shown, 'busguard_buses{show="gone"}')) == [("show", "gone")]


def test_every_metric_is_on_the_board(shown):
    on_board = {name for _, expression in expressions() for name in NAME.findall(expression)}
    assert {name for name in shown if name.startswith("busguard_")} - on_board == set()


def test_the_board_stands_as_grafana_wants_it():
    panels = board()["panels"]
    assert len({one["id"] for one in panels}) == len(panels) > 12
    for one in panels:
        place = one["gridPos"]
        assert place["x"] + place["w"] <= 24 and one["type"] in ("stat", "timeseries")
        assert all(each["datasource"]["uid"] == "${datasource}" for each in one["targets"])


def test_every_rule_says_what_to_do():
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket")
        for told in rule["annotations"].values():
            assert told.endswith("."), told
        assert re.fullmatch(r"\d+m", rule.get("for", "1m"))


@pytest.fixture
def promtool():
    """Runs it; its error has its words."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is missing (Debian: apt install prometheus)")

    def run(*words):
        done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    return run


def case(series, values, alert, *labels):
    """After 20 minutes the alert stands with these labels, or not at all."""
    name, _, inside = series.partition("{")
    here = f'{name}{{job="busguard",instance="a"{"," if inside else ""}{inside or "}"}'
    expected = [{"exp_labels": {"job": "busguard", "instance": "a", **one}} for one in labels]
    return {
        "interval": "1m",
        "input_series": [{"series": here, "values": values}],
        "alert_rule_test": [{"eval_time": "20m", "alertname": alert, "exp_alerts": expected}],
    }


def test_alerts_come_when_they_should_and_no_others(promtool, tmp_path):
    """A notice that was sent again at last is no new one that was given up."""
    given_up, left_out = "BusguardNoticesGivenUp", "BusguardRowsLeftOut"
    ticket, gtfs = {"severity": "ticket"}, {"severity": "ticket", "where": "gtfs"}
    rows = 'busguard_passed_over_total{where="gtfs"}'
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text("utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            rule.pop("annotations")
    (tmp_path / "alerts.yml").write_text(yaml.safe_dump(rules))
    tests = [
        case("busguard_notices_dead", "5x10 0x60", given_up),
        case("busguard_notices_dead", "5x10 3x60", given_up),
        case("busguard_notices_dead", "5x60", given_up),
        case("busguard_notices_dead", "0x10 1x60", given_up, ticket),
        case("busguard_notices_dead", "5x5 0x5 1x60", given_up, ticket),
        case("busguard_backup_age_seconds", "90000x60", "BusguardCopyOld"),
        case("busguard_backup_age_seconds", " ".join(["+Inf"] * 60), "BusguardCopyOld", ticket),
        case(rows, "_x10 4x60", left_out, gtfs),
        case(rows, "1x10 4x60", left_out, gtfs),
        case(rows, "0x60", left_out),
    ]
    (tmp_path / "tests.yml").write_text(yaml.safe_dump({
        "rule_files": ["alerts.yml"], "evaluation_interval": "1m", "tests": tests
    }))  # fmt: skip
    promtool("test", "rules", str(tmp_path / "tests.yml"))


def test_prometheus_itself_understands_them(promtool, tmp_path):
    told = [expression.replace("$instance", "x") for _, expression in expressions()
            if not expression.startswith("label_values(")]  # fmt: skip
    board_rules = [{"record": "a:b", "labels": {"n": str(n)}, "expr": one}
                   for n, one in enumerate(told)]  # fmt: skip
    file = tmp_path / "board.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": board_rules}]}))
    for path in (file, DEPLOY / "alerts.yml"):
        promtool("check", "rules", str(path))

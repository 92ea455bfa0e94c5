"""The API holds to its own OpenAPI, whatever it is asked and whoever asks.

schemathesis makes the questions from /api/openapi.json, right ones and wrong ones; the answers
come from the real process. Half of them are about a bus and an alarm that exist.
"""

import random

import httpx
import hypothesis
import pytest
from hypothesis import strategies as st
from station_told import NOW_MS, event, state, status, telling, track, wait

from sim.live.postgres import programs
from sim.live.station_process import PERSON, StationProcess

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis needs Python 3.11")
CHECKS = [
    getattr(schemathesis.checks, name)
    for name in ("not_a_server_error", "status_code_conformance", "content_type_conformance",
                 "response_schema_conformance")
]  # fmt: skip
KNOWN = {"fleet": "lc", "bus": "bus-01", "day": "2026-11-22", "number": 1}
ENDLESS = "GET /api/stream"
LAST = ("POST /api/logout", "POST /api/login")
"""They end a session, or use up the tries."""
PASSWORD = "a long one, really"
EXAMPLES = {"nobody": 1, "viewer": 1, "duty": 1, "admin": 5}  # of each operation
RIGHT, WRONG = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE


@pytest.fixture
def db(request, tmp_path):
    """PostgreSQL where there is one: it takes less than SQLite does."""
    if programs() is None:
        return str(tmp_path / "station.db")
    return request.getfixturevalue("cluster").emptied()


@pytest.fixture
def station(db, broker):
    """A real one that knows a bus with a day, an alarm and a message in the quarantine. The bus is
    not connected: the answer to a command is not waited for."""
    with StationProcess((broker.host, broker.port), NOW_MS, db) as station:
        with telling(broker) as bus:
            bus.say(track(1, 3), event(4), state(), ("event", b"{"), strict=False)
            bus.say(status(online=False))
        yield station


patient = httpx.Client(timeout=60)


def sign_in(address, name, password):
    """-> the headers of every question of this person."""
    patient.cookies.clear()
    answer = patient.post(address + "api/login", json={"name": name, "password": password})
    assert answer.status_code == 200, answer.text
    return {"Cookie": f"station={answer.cookies['station']}", "X-CSRF-Token": answer.json()["csrf"]}


def everybody(address, password):
    """Role -> their headers."""
    admin = sign_in(address, PERSON, password)
    found = {"nobody": {}, "admin": admin}
    for role in ("viewer", "duty"):
        body = {"name": role, "role": role, "password": PASSWORD}
        assert patient.post(address + "api/users", json=body, headers=admin).status_code == 204
        found[role] = sign_in(address, role, PASSWORD)
    return found


def in_the_agreed_form(answer):
    if answer.status_code >= 400 and answer.status_code != 503:
        assert isinstance(answer.json()["detail"], str), answer.text


def asked(operation, address, headers, mode, examples, seed):
    """The operation is held to what it promises, whatever it is asked."""

    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=examples, deadline=None, database=None,
                         phases=[hypothesis.Phase.generate],
                         suppress_health_check=list(hypothesis.HealthCheck))  # fmt: skip
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    def ask(case, known):
        if known:
            for name in set(KNOWN) & set(case.path_parameters or {}):
                case.path_parameters[name] = KNOWN[name]
        case.headers.update(headers)
        answer = case.call(base_url=address)
        in_the_agreed_form(answer)
        case.validate_response(answer, checks=CHECKS)

    ask()


def questions(address):
    """Label -> operation. Session and token come with every question: they are not made up."""
    document = patient.get(address + "api/openapi.json").json()
    del document["components"]["securitySchemes"]
    for path in document["paths"].values():
        for operation in path.values():
            operation.pop("security", None)
    schema = schemathesis.openapi.from_dict(document)
    return {one.ok().label: one.ok() for one in schema.get_all_operations()}


def can_be_asked_wrongly(operation):
    raw = operation.definition.raw
    return "parameters" in raw or "requestBody" in raw


def _is_offline(address, headers):
    buses = patient.get(address + "api/live", headers=headers).json()["buses"]
    return [bus["online"] for bus in buses] == [False]


def test_whatever_is_asked_by_whomever(station):
    seed = random.SystemRandom().getrandbits(32)
    print("seed", seed)
    address = station.address
    people = everybody(address, station.password)
    wait(lambda: patient.get(address + "api/alarms", headers=people["admin"]).json())
    wait(lambda: _is_offline(address, people["admin"]))
    operations = questions(address)
    assert ENDLESS in operations and set(LAST) <= set(operations)
    for label, operation in operations.items():
        for role, headers in people.items():
            if label not in (ENDLESS, *LAST):
                print(role, label)
                asked(operation, address, headers, RIGHT, EXAMPLES[role], seed)
        if label != ENDLESS and can_be_asked_wrongly(operation):
            print("wrongly", label)
            asked(operation, address, people["admin"], WRONG, EXAMPLES["admin"], seed)
    for label in LAST:
        asked(operations[label], address, people["viewer"], RIGHT, 5, seed)

"""docs/asyncapi.json, as AsyncAPI's own parser reads it; the examples of docs/mqtt.md are in it."""

import json
import os
import shutil
import subprocess

import pytest
from jsonschema import Draft7Validator
from vm import ROOT

from tools.get_asyncapi import PACKAGE, TARGET
from tools.texts.made import ASYNCAPI

DOCUMENT = json.loads((ROOT / ASYNCAPI).read_text(encoding="utf-8"))


@pytest.fixture
def parsed(tmp_path):
    """parsed(document) -> (exit status, what its parser says)."""
    node = shutil.which("node")
    if node is None or not TARGET.exists():
        pytest.skip("no Node.js, or no parser of AsyncAPI: make setup")

    def parse(document):
        file = tmp_path / "asyncapi.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        done = subprocess.run(
            [node, PACKAGE / "check.mjs", file], capture_output=True, text=True, timeout=120,
            check=False, env={**os.environ, "NODE_PATH": str(TARGET / "node_modules")},
        )  # fmt: skip
        return done.returncode, (done.stdout + done.stderr).splitlines()

    return parse


def test_its_own_parser_has_nothing_to_say(parsed):
    status, told = parsed(DOCUMENT)
    assert status == 0, told
    assert [line for line in told if "asyncapi-latest-version" not in line] == []


def test_its_own_parser_notices_what_is_wrong(parsed):
    channel = DOCUMENT["channels"]["status"]
    wrong = {**DOCUMENT, "channels": {"status": {**channel, "address": 5}}, "operations": {}}
    status, told = parsed(wrong)
    assert status == 1 and any(line.startswith("error") for line in told), told


def of(name):
    """Of the payloads of this message, in draft 7, with all that it refers to."""
    payload = DOCUMENT["components"]["messages"][name]["payload"]
    return Draft7Validator({"allOf": [payload], "components": DOCUMENT["components"]})


def test_what_its_schemas_say_is_what_those_of_the_guide_say():
    shown = [
        (name, example["payload"])
        for name, message in DOCUMENT["components"]["messages"].items()
        for example in message.get("examples", [])
    ]
    assert len(shown) > 12
    for name, payload in shown:
        of(name).validate(payload)
        for wrong in ({**payload, "v": 2}, {**payload, "more": 1}):
            assert not of(name).is_valid(wrong) or name == "command", name
    row = {"v": 1, "epoch": "9f3a21c4", "seq": 1, "n": 1, "t": 1, "lat": 0, "lon": 0}
    for last, fits in ((183, True), (360, False)):
        assert of("track").is_valid({**row, "d": [[0, 0, 0, 415, last]]}) == fits
    assert not of("track").is_valid({**row, "d": [[0, 0, 0, 415, 183, 1]]})
    left = json.loads(json.dumps(DOCUMENT["components"]["messages"]["event_child_left_behind"]))
    payload = left["examples"][0]["payload"]
    assert not of("event_child_left_behind").is_valid({**payload, "data": {"seats": 5}})
    assert not of("event_sos").is_valid(payload)


def test_every_kind_and_every_topic_is_in_it():
    kinds = json.loads((ROOT / "docs" / "schema" / "kinds.json").read_text())["kinds"]
    messages = DOCUMENT["components"]["messages"]
    assert {f"event_{kind}" for kind in kinds} | set(DOCUMENT["channels"]) == {*messages, "event"}
    for name, channel in DOCUMENT["channels"].items():
        assert channel["address"].startswith("schoolbus/{fleet}/{bus}/")
        assert set(channel["messages"]) <= set(messages)
        if name != "event":
            assert messages[name]["examples"], name

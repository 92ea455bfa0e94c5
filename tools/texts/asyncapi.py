"""docs/asyncapi.json: the contract of docs/mqtt.md as an AsyncAPI 3.0 document, for tools.

It is written from a bus's side: what a bus sends and what it receives. The schemas are those of
docs/schema, in the draft 7 that every AsyncAPI tool reads; each kind of event is a message of its
own, with its `data` and `why`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tools.texts import holds
from tools.texts.kinds import ROOT, Kind

_NOTE = "Written by `make texts`; do not edit."
_ROOT_OF_ALL = "schoolbus/{fleet}/{bus}/"
_ID = "^[A-Za-z0-9_-]{1,32}$"
_RETAINED = {"status": True, "state": True, "event": False, "track": False, "fetch": False,
             "reply": False}  # fmt: skip
"""What a bus sends -> whether the broker keeps the newest."""
_EXAMPLES = re.compile(r"`schoolbus/[\w-]+/[\w-]+/([\w/]+)`\n+```json\n(.*?)```", re.DOTALL)
Json = dict[str, Any]


def document(kinds: list[Kind], shape: Any) -> str:
    """shape: Kind -> its entry in docs/schema/kinds.json."""
    examples = _examples()
    schemas = {name: _draft_7(value) for name, value in holds.VALUES.items()}
    schemas |= {name: _schema(name) for name in (*_RETAINED, "command")}
    messages = {name: _message(name, schemas, examples.get(name, []))
                for name in (*_RETAINED, "command") if name != "event"}  # fmt: skip
    events = {f"event_{kind.name}": _event(kind, shape(kind), examples["event"]) for kind in kinds}
    return json.dumps({
        "asyncapi": "3.0.0",
        "x-made-by": _NOTE,
        "info": _info(),
        "defaultContentType": "application/json",
        "servers": {"city": _server()},
        "channels": _channels(list(events)),
        "operations": _operations(),
        "components": {"schemas": schemas, "messages": messages | events,
                       "securitySchemes": _security()},
    }, indent=1, ensure_ascii=False) + "\n"  # fmt: skip


def _info() -> Json:
    return {
        "title": "Busguard: what a bus and the city tell each other",
        "version": "1.0.0",
        "description": (
            "One bus's side of the contract in docs/mqtt.md, which says what no schema can: what "
            "comes once, in which order, and how a message is sealed and a command signed. The "
            "schemas bind the sender. A reader takes names and kinds that it does not know, too; "
            "numbers are finite and within 2**53, texts have at most 1,000 characters and no "
            "control character but the line feed, lists at most 1,000 members, objects 100, and "
            "nothing is nested deeper than eight."
        ),
        "license": {"name": "MIT"},
    }


def _server() -> Json:
    return {
        "host": "mqtt.example.org:8883",
        "protocol": "secure-mqtt",
        "protocolVersion": "3.1.1",
        "description": "The city's broker. Sessions are persistent.",
        "security": [_ref("securitySchemes", "certificate"), _ref("securitySchemes", "password")],
        "bindings": {"mqtt": {"cleanSession": False, "keepAlive": 60, "bindingVersion": "0.2.0"}},
    }


def _security() -> Json:
    return {
        "certificate": {"type": "X509", "description": "the bus's own, from its identity"},
        "password": {"type": "userPassword", "description": "where the broker knows none"},
    }


def _channels(events: list[str]) -> Json:
    told = {name: [name] if name != "event" else events for name in _RETAINED}
    channels = {name: _channel(name, messages) for name, messages in told.items()}
    command = _channel("cmd/{name}", ["command"])
    command["parameters"]["name"] = {"description": "of the command: ping, policy, drill ..."}
    return channels | {"command": command}


def _channel(below: str, messages: list[str]) -> Json:
    bounds = f"letters, digits, _ and -, at most 32 ({_ID})"
    return {
        "address": _ROOT_OF_ALL + below,
        "messages": {name: _ref("messages", name) for name in messages},
        "parameters": {
            "fleet": {"description": f"all buses of one operator: {bounds}"},
            "bus": {"description": f"of that fleet: {bounds}"},
        },
    }


def _operations() -> Json:
    sent = {
        f"send_{name}": {
            "action": "send",
            "channel": {"$ref": f"#/channels/{name}"},
            "summary": _schema(name)["title"],
            "bindings": {"mqtt": {"qos": 1, "retain": kept, "bindingVersion": "0.2.0"}},
        }
        for name, kept in _RETAINED.items()
    }
    received = {
        "action": "receive",
        "channel": {"$ref": "#/channels/command"},
        "summary": _schema("command")["title"],
        "bindings": {"mqtt": {"qos": 1, "retain": False, "bindingVersion": "0.2.0"}},
        "reply": {"channel": {"$ref": "#/channels/reply"}},
    }
    return sent | {"receive_command": received}


def _message(name: str, schemas: Json, examples: list[Json]) -> Json:
    return _with_examples(
        {"name": name, "title": schemas[name]["title"], "payload": _ref("schemas", name)}, examples
    )


def _event(kind: Kind, may: Json, examples: list[Json]) -> Json:
    own: Json = {
        "kind": {"const": kind.name},
        "severity": {"enum": may["severity"]},
        "state": {"enum": [*may["state"], *({"updated"} - set(may["state"]))]},
    }
    own |= {part: _draft_7(may[part]) for part in holds.PARTS if part in may}
    message = {
        "name": kind.name,
        "title": kind.said("en", "name") or kind.name,
        "description": kind.texts.get("data", kind.city),
        "payload": {"allOf": [_ref("schemas", "event"), {"type": "object", "properties": own}]},
    }
    return _with_examples(message, [one for one in examples if one["kind"] == kind.name])


def _with_examples(message: Json, examples: list[Json]) -> Json:
    said = [{"payload": payload} for payload in examples]
    return message | ({"examples": said} if said else {})


def _examples() -> dict[str, list[Json]]:
    """Of docs/mqtt.md, by the name of the message."""
    found: dict[str, list[Json]] = {}
    guide = (ROOT / "docs" / "mqtt.md").read_text(encoding="utf-8")
    for topic, text in _EXAMPLES.findall(guide):
        name = "command" if topic.startswith("cmd/") else topic
        found.setdefault(name, []).extend(json.loads(line) for line in text.strip().splitlines())
    return found


def _schema(name: str) -> Json:
    text = (ROOT / "docs" / "schema" / f"{name}.schema.json").read_text(encoding="utf-8")
    return {key: value for key, value in _draft_7(json.loads(text)).items() if key != "$schema"}


def _draft_7(schema: Any) -> Any:
    """JSON Schema 2020-12 as draft 7 says the same."""
    if isinstance(schema, list):
        return [_draft_7(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _draft_7(value) for key, value in schema.items()}
    if "prefixItems" in found:
        found["additionalItems"] = found.pop("items", True)
        found["items"] = found.pop("prefixItems")
    if "dependentRequired" in found:
        found["dependencies"] = found.pop("dependentRequired")
    if "$ref" in found:
        found["$ref"] = found["$ref"].replace("#/$defs/", "#/components/schemas/")
    return found


def _ref(group: str, name: str) -> Json:
    return {"$ref": f"#/components/{group}/{name}"}

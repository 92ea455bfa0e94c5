"""What a notice says, and that it is delivered to real servers, or not."""

import asyncio
import email.policy
import html
import http.server
import json
import socket
import threading

import pytest
from aiosmtpd.controller import Controller
from apprise.plugins.line import NotifyLine

from station.notices.message import kind, message
from station.notices.sender import deliver, without_secrets

ALARM = {
    "fleet": "lcb", "bus": "bus-01", "label": None, "kind": "child_left_behind", "late": False,
    "exercise": False, "raised_ms": 1795306323400, "heard_ms": 1795306330000, "acked_by": None,
    "lat": 13.0827, "lon": 100.8833, "accuracy_m": 5, "estimated": False,
    "clock": "gnss", "data": {"seats": [7]}, "why": {},
}  # fmt: skip


@pytest.fixture
def hook():
    """A webhook on loopback: .heard, and .status to answer with."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.heard.append(json.loads(body))  # type: ignore[attr-defined]
            server.authorized.append(self.headers["Authorization"])  # type: ignore[attr-defined]
            self.send_response(server.status)  # type: ignore[attr-defined]
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.heard, server.authorized, server.status = [], [], 200  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_it_says_what_where_and_when_in_thai():
    title, body = message(ALARM, "raised", "th")
    assert title == f"แจ้งเหตุ: {kind('child_left_behind', 'th')}"
    assert kind("child_left_behind", "th") != "child left behind"
    assert body.splitlines()[:4] == [
        "รถ: bus-01 (lcb)",
        "เวลา: 07:12:03 22/11/2569",
        "ที่นั่ง: 7",
        "ตำแหน่ง: 13.08270, 100.88330",
    ]


def test_it_says_what_to_do_while_there_is_something_to_do():
    assert "> โทรหาคนขับทันที" in message(ALARM, "escalated", "th")[1]
    assert ">" not in message(ALARM, "cleared", "th")[1]


def test_a_notice_says_what_decided():
    why = {"ignition_off_s": 180, "limit_s": 150, "checked": None}
    alarm = {**ALARM, "why": why}
    assert (
        "The engine has been off for 3 min; the limit is 2 min 30 s."
        in message(alarm, "raised", "en")[1]
    )
    assert "3 นาที" in message(alarm, "raised", "th")[1]
    for odd in ("x", [], {"a": 1}, None, True, float("nan")):
        why = {"ignition_off_s": odd, "limit_s": odd}
        assert "The engine" not in message({**ALARM, "why": why}, "raised", "en")[1]


def test_a_notice_of_a_bus_that_cannot_record_names_what_goes_on():
    data = {"active": ["belt_off", "child_left_behind"], "seats": [7], "unknown": []}
    alarm = {**ALARM, "kind": "cannot_record", "data": data}
    _, body = message(alarm, "raised", "en")
    (line,) = [line for line in body.splitlines() if line.startswith("Going on in the bus: ")]
    assert line.endswith("A child may be left on the bus") and "call 191" in body
    assert "เหตุที่ยังไม่จบในรถ: " in message(alarm, "raised", "th")[1]


@pytest.mark.parametrize("where", [{"lat": 0.0, "lon": 0.0}, {"lat": 13.0, "lon": None}])
def test_a_position_that_is_none_is_not_told(where):
    assert "Position" in message(ALARM, "raised", "en")[1]
    assert "Position" not in message({**ALARM, **where}, "raised", "en")[1]


def test_what_is_unknown_or_late_is_said():
    _, body = message({**ALARM, "raised_ms": None, "lat": None, "late": True}, "raised", "en")
    assert body.splitlines()[:4] == [
        "Bus: bus-01 (lcb)", "At: unknown", "Heard: 07:12:10 22/11/2026", "Seats: 7",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "known", "said"),
    [
        ("en", {"accuracy_m": 350, "estimated": True}, " (estimated, within 350 m)"),
        ("th", {"accuracy_m": 350, "estimated": True}, " (โดยประมาณ ในระยะ 350 ม.)"),
        ("en", {"accuracy_m": 5, "estimated": True}, " (estimated, within 5 m)"),
        ("en", {"accuracy_m": 31}, " (within 31 m)"),
        ("en", {"accuracy_m": 30}, ""),
        ("en", {"accuracy_m": None}, ""),
    ],
)
def test_a_position_that_is_not_sure_is_called_so(language, known, said):
    _, body = message({**ALARM, **known}, "raised", language)
    assert f": 13.08270, 100.88330{said}\n" in body


def test_a_drill_says_so_first():
    assert message({**ALARM, "exercise": True}, "escalated", "en")[0].startswith("[DRILL] Nobody")


def test_a_kind_of_a_newer_bus_is_told_by_its_name():
    assert kind("meteor_shower", "en") == "meteor shower"


def test_a_webhook_takes_it(hook):
    error = asyncio.run(deliver(f"json://127.0.0.1:{hook.server_port}/a", "title", "body"))
    assert error is None
    assert hook.heard[0]["title"] == "title"
    assert hook.heard[0]["message"] == "body"


def test_a_refusal_is_told_without_the_token(hook):
    hook.status = 500
    address = f"json://127.0.0.1:{hook.server_port}/token-that-nobody-may-see"
    error = asyncio.run(deliver(address, "title", "body"))
    assert error and "500" in error
    assert "token-that" not in error


def test_nobody_there_is_an_error():
    assert asyncio.run(deliver("json://127.0.0.1:9/x", "title", "body"))


def test_secrets_are_taken_out():
    told = without_secrets("cannot reach api.example with abcdef12", "line://abcdef12/Uxyz99")
    assert told == "cannot reach api.example with ***"


class Mailbox:
    async def handle_DATA(self, server, session, envelope):
        self.heard = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.to = envelope.rcpt_tos
        return "250 OK"


def test_a_mail_server_takes_it_in_thai():
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mail = Controller(box, hostname="127.0.0.1", port=port)
    mail.start()
    try:
        to = f"mailto://127.0.0.1:{port}?from=bus@city.example&to=duty@city.example&mode=insecure"
        title, body = message(ALARM, "raised", "th")
        assert asyncio.run(deliver(to, title, body)) is None
    finally:
        mail.stop()
    assert box.to == ["duty@city.example"]
    assert box.heard["subject"] == title
    text = box.heard.get_body(("plain", "html")).get_content()
    assert "ที่นั่ง: 7" in text and "> โทรหาคนขับทันที" in html.unescape(text)


def test_line_takes_it_as_its_messaging_api_asks_for(hook, monkeypatch):
    """POST /v2/bot/message/push: Authorization: Bearer, to, messages (LINE Developers)."""
    pushed = f"http://127.0.0.1:{hook.server_port}/v2/bot/message/push"
    monkeypatch.setattr(NotifyLine, "notify_url", pushed)
    assert asyncio.run(deliver("line://a-long-token/U1234567", "title", "body")) is None
    (heard,) = hook.heard
    assert heard["to"] == "U1234567"
    assert [one["type"] for one in heard["messages"]] == ["text"]
    assert "title" in heard["messages"][0]["text"] and "body" in heard["messages"][0]["text"]
    assert hook.authorized == ["Bearer a-long-token"]


def test_what_line_refuses_is_told_without_the_token(hook, monkeypatch):
    hook.status = 401
    pushed = f"http://127.0.0.1:{hook.server_port}/v2/bot/message/push"
    monkeypatch.setattr(NotifyLine, "notify_url", pushed)
    error = asyncio.run(deliver("line://a-long-token/U1234567", "title", "body"))
    assert error and "a-long-token" not in error

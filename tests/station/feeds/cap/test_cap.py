"""Alarms as CAP 1.2 messages, and the Atom feed that lists them."""

import asyncio
import random
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import pytest
from cap_rules import NAMESPACE, broken, told
from feeding import fed
from station_told import NOW_MS, PASSWORD, event

from station.clock import iso
from station.feeds import recent
from station.feeds.cap.alert import alert
from station.feeds.cap.messages import Entry, Message, messages
from station.feeds.cap.xml import add, written
from station.one_bad import passed_over

ATOM = "{http://www.w3.org/2005/Atom}"
SUMMARY = ATOM + "summary"
SEATS = {"seats": [7, 9], "unknown": [3]}


def message(what="heard", before=(), is_exercise=False, **more):
    alarm = {
        "id": 12, "fleet": "lcb", "bus": "bus-01", "label": "รถ 1", "kind": "sos", "data": SEATS,
        "journal_id": 4, "clock": "gnss", "raised_ms": NOW_MS - 4000, "lat": 13.0827,
        "lon": 100.8833, "accuracy_m": 5,
    } | more  # fmt: skip
    entry = Entry(30, NOW_MS, what)
    kind = "Cancel" if what in ("cleared", "gone") else "Update"
    kind = kind if before else "Alert"
    return Message(SimpleNamespace(**alarm), entry, tuple(before), is_exercise, kind)


def made(*args, **more):
    payload = alert(message(*args, **more), "busguard-0a1b")
    assert broken(payload) == []
    return ET.fromstring(payload)


def infos(root):
    return {told(info, "language"): info for info in root.iter(NAMESPACE + "info")}


def test_an_alarm_is_an_alert_in_thai_and_english():
    root = made()
    assert [told(root, name) for name in ("identifier", "sent", "status", "msgType", "scope")] == [
        "12-30", "2026-11-22T00:12:03+00:00", "Actual", "Alert", "Restricted",
    ]  # fmt: skip
    thai, english = infos(root)["th-TH"], infos(root)["en-US"]
    assert told(english, "headline") == "The driver calls for help (SOS)"
    assert told(thai, "event") != told(english, "event")
    assert told(english, "instruction").startswith("Call the driver now.")
    assert told(english, "onset") == "2026-11-22T00:11:59+00:00"
    assert told(english, "expires") == "2026-11-29T00:12:03+00:00"
    assert told(english.find(NAMESPACE + "area"), "circle") == "13.08270,100.88330 0.005"
    assert "รถ 1" in told(thai, "description")


def test_it_counts_seats_and_names_none():
    for info in infos(made()).values():
        described = told(info, "description").splitlines()
        assert [line.rsplit(" ", 1)[-1] for line in described[1:]] == ["2", "1"]


def test_the_end_of_an_alarm_cancels_all_messages_before():
    before = [Entry(20, NOW_MS - 9000, "heard"), Entry(25, NOW_MS - 5000, "acknowledged")]
    root = made("cleared", before)
    assert told(root, "msgType") == "Cancel"
    assert told(root, "references").split() == [
        "busguard-0a1b,12-20,2026-11-22T00:11:54+00:00",
        "busguard-0a1b,12-25,2026-11-22T00:11:58+00:00",
    ]
    english = infos(root)["en-US"]
    assert (told(english, "responseType"), told(english, "urgency")) == ("AllClear", "Past")
    assert told(english, "instruction") is None
    assert told(made("escalated", before), "msgType") == "Update"


ENDED = {"cleared_ms": NOW_MS, "exercise": False}
GOES_ON = {"cleared_ms": None, "exercise": False}


@pytest.mark.parametrize(
    ("log", "alarm", "kinds"),
    [("heard escalated cleared", ENDED, "Alert Update Cancel"),
     ("heard cleared acknowledged", ENDED, "Alert Cancel"),
     ("heard cleared escalated acknowledged", ENDED, "Alert Cancel"),
     ("raised gone escalated", ENDED, "Alert Cancel"),
     ("heard cleared escalated again", GOES_ON, "Alert Cancel Alert"),
     ("heard cleared again acknowledged cleared", ENDED, "Alert Cancel Alert Update Cancel"),
     ("heard real cleared", ENDED, "Alert Update Cancel"),
     ("heard cleared worse", GOES_ON, "Alert Cancel Alert"),
     ("heard cleared real escalated", ENDED, "Alert Cancel Cancel")],
)  # fmt: skip
def test_after_its_end_an_alarm_is_told_of_only_if_it_goes_on(log, alarm, kinds):
    entries = [Entry(n, NOW_MS + n, what) for n, what in enumerate(log.split())]
    found = list(messages(SimpleNamespace(**alarm), entries))
    assert " ".join(one.kind for one in found) == kinds
    for one, kind in zip(found, kinds.split(), strict=True):
        assert bool(one.before) == (kind != "Alert")
        told_before = [other.entry for other in found if other.entry.number < one.entry.number]
        assert set(one.before) <= set(told_before)


def test_a_drill_is_an_exercise():
    root = made(is_exercise=True)
    assert told(root, "status") == "Exercise"
    assert told(infos(root)["en-US"], "headline").startswith("[DRILL] ")


@pytest.mark.parametrize(
    "nowhere", [{"lat": None}, {"lon": None}, {"lat": 0.0, "lon": 0.0}, {"lat": 1e-5, "lon": 0.0}]
)
def test_an_unknown_position_is_said_to_be_unknown(nowhere):
    area = infos(made(**nowhere))["en-US"].find(NAMESPACE + "area")
    assert told(area, "areaDesc") == "Position unknown"
    assert told(area, "circle") is None


@pytest.mark.parametrize(
    ("zone", "category"), [("flood", ["Safety", "Met"]), ("closed", ["Safety", "Transport"]),
                           (7, ["Safety"])],
)  # fmt: skip
def test_a_closed_road_is_no_weather(zone, category):
    info = infos(made(kind="zone_entered", data={"zone_kind": zone}))["en-US"]
    assert [one.text for one in info.iter(NAMESPACE + "category")] == category


def test_an_odd_time_is_no_onset():
    root = made(clock="odd", raised_ms=253_402_300_799_999)
    assert told(infos(root)["en-US"], "onset") is None
    assert told(root, "sent") == "2026-11-22T00:12:03+00:00"


def test_what_xml_cannot_hold_is_replaced():
    root = made(label="a\x0b<&>\x00\ud800\uffff", kind="of_newer_firmware")
    assert told(infos(root)["en-US"], "description").startswith("Bus a�<&>��� (lcb)")


def test_no_random_alarm_breaks_a_rule():
    seed = random.randrange(2**32)
    print("seed", seed)
    drawn = random.Random(seed)
    choices = {
        "label": [None, "", "x" * 80, "\x1f\ufffe", "รถ"],
        "kind": ["crash", "heat", "zone_entered", "going_dark", "untrusted", "of_newer_firmware"],
        "data": [{}, {"seats": 5}, {"seats": []}, {"unreadable": ["at"]}, SEATS],
        "journal_id": [None, 4],
        "raised_ms": [None, 0, NOW_MS, -2_208_988_800_000],
        "lat": [None, 0.0, -90, 13.5, 1e-9],
        "lon": [None, 0.0, 180, -100.123456789],
        "accuracy_m": [None, 0, 5, 10**6],
    }
    for _ in range(200):
        known = {name: drawn.choice(values) for name, values in choices.items()}
        before = [Entry(n, NOW_MS - 1000 * n, "heard") for n in range(drawn.randrange(4))]
        what = drawn.choice(["heard", "raised", "real", "worse", "escalated", "cleared", "gone"])
        payload = alert(message(what, before, drawn.random() < 0.5, **known), "busguard-0a1b")
        assert broken(payload) == [], (seed, known)


@pytest.mark.parametrize(
    ("name", "text"),
    [("sent", "2026-11-22T00:12:03Z"), ("scope", "Secret"), ("restriction", ""),
     ("identifier", "a b"), ("msgType", "Update"), ("references", "one")],
)  # fmt: skip
def test_the_rules_see_what_breaks_them(name, text):
    root = ET.fromstring(alert(message("escalated", [Entry(1, NOW_MS, "heard")]), "b"))
    root.find(NAMESPACE + name).text = text
    if name == "msgType":
        root.remove(root.find(NAMESPACE + "references"))
    assert broken(ET.tostring(root))


def links(atom):
    entries = ET.fromstring(atom).iter(ATOM + "entry")
    return [entry.find(ATOM + "link").get("href") for entry in entries]


def test_the_list_links_to_every_message_and_a_person_reads_those_of_the_own_fleets(tmp_path):
    async def story():
        async with fed(tmp_path, iso(NOW_MS)) as scene:
            await scene.hears(*event(1, data=SEATS))
            await scene.hears(*event(2, "belt_off", "warning"))
            await scene.hears(*event(3, "sos", data=SEATS), bus="other/bus-02")
            alarms = scene.station.alarms.views()
            (number,) = [
                one["id"] for one in alarms if (one["fleet"], one["kind"]) == ("lcb", "sos")
            ]
            await scene.station.alarms.acknowledge(number, "som", "I go there")
            await scene.hears(*event(4, state="cleared", occ=1, data=SEATS))
            answer = await scene.reads("/api/feeds/alarms.atom")
            assert (
                len(links(answer.content)) == 4
            )  # the alert, its answer, its end, and another alert
            seen = []
            for link in links(answer.content):
                one = await scene.reads("/api/feeds/" + link)
                assert one.headers["content-type"] == "application/cap+xml"
                assert broken(one.content) == []
                assert "I go there" not in one.text and "som" not in one.text
                seen.append(told(ET.fromstring(one.content), "msgType"))
            assert seen == ["Cancel", "Update", "Alert", "Alert"]
            await scene.station.accounts.put("mod", "viewer", PASSWORD, fleets=["other"])
            await scene.client.post("/api/login", json={"name": "mod", "password": PASSWORD})
            answer = await scene.client.get("/api/feeds/alarms.atom")
            assert len(links(answer.content)) == 1 and b"lcb" not in answer.content
            path = f"/api/feeds/alarms.cap.xml?alarm={number}"
            assert (await scene.client.get(path)).status_code == 404
            newest = await scene.client.get("/api/feeds/alarms.cap.xml")
            assert "other" in newest.text

    asyncio.run(story())


def test_an_alarm_that_is_not_over_stays_in_the_list_and_one_that_is_over_leaves_it(tmp_path):
    async def story():
        async with fed(tmp_path, iso(NOW_MS)) as scene:
            for seq in (1, 2):
                await scene.hears(*event(seq, epoch=f"0000000{seq}", data=SEATS))
            for alarm in scene.station.alarms.views():
                await scene.station.alarms.acknowledge(alarm["id"], "som", None)
            await scene.hears(*event(3, state="cleared", occ=2, epoch="00000002"))
            scene.clock.ms += 2 * 86_400_000
            answer = await scene.reads("/api/feeds/alarms.atom")
            assert len(links(answer.content)) == 2  # the alert of the first, and its answer

    asyncio.run(story())


def test_the_many_alarms_of_one_bus_displace_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr(recent, "_MOST_OF_A_KIND", 3)

    async def story():
        async with fed(tmp_path, iso(NOW_MS)) as scene:
            monkeypatch.setattr(scene.station.alarms, "_is_overdue", lambda *_: False)
            await scene.hears(*event(1, "child_left_behind"), bus="lcb/bus-03")
            await scene.hears(*event(2, "sos"), bus="lcb/bus-03")
            await scene.hears(*event(3, state="cleared", occ=2), bus="lcb/bus-03")
            for seq in range(1, 11, 2):
                await scene.hears(*event(seq))
                await scene.hears(*event(seq + 1, state="cleared", occ=seq))
            atom = await scene.reads("/api/feeds/alarms.atom")
            assert len(links(atom.content)) == 3 + 10  # all that ended in the last hour
            scene.clock.ms += 3_600_000
            before = passed_over.copy()
            atom = await scene.reads("/api/feeds/alarms.atom")
            assert passed_over == before  # these can be read
            found = [one.text.split(": ") for one in ET.fromstring(atom.content).iter(SUMMARY)]
            assert [one[1] for one in found if one[0] == "lcb/bus-03"] == [
                "Cancel", "Alert", "Alert",
            ]  # fmt: skip
            assert [one[0] for one in found].count("lcb/bus-01") == 6
            for seq in range(301, 306):
                await scene.hears(*event(seq))  # and these go on
            atom = await scene.reads("/api/feeds/alarms.atom")
            assert len(links(atom.content)) == 3 + 6 + 5

    asyncio.run(story())


def test_an_empty_list_is_one_and_has_no_newest_message(tmp_path):
    async def story():
        async with fed(tmp_path) as scene:
            first = await scene.reads("/api/feeds/alarms.atom")
            assert links(first.content) == []
            again = await scene.reads("/api/feeds/alarms.atom")
            assert again.content == first.content  # the sender's name stays
            token = {"Authorization": "Bearer a-token-for-the-map"}
            answer = await scene.client.get("/api/feeds/alarms.cap.xml", headers=token)
            assert answer.status_code == 404
            assert (await scene.client.get("/api/feeds/alarms.atom")).status_code == 401

    asyncio.run(story())


def test_texts_are_escaped():
    root = ET.Element("x", xmlns="urn:x")
    add(root, "y", "<&>")
    assert written(root).endswith(b'<x xmlns="urn:x"><y>&lt;&amp;&gt;</y></x>')

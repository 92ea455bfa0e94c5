"""Entities of NGSI-LD: expanded as JSON-LD, pushed to a context broker."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from feeding import NOW_S, bus, fed
from other_system import OtherSystem
from pyld import jsonld
from station_told import NOW_MS, event, state

from station.clock import iso
from station.feeds.forward import http
from station.feeds.forward.forwarder import Away
from station.feeds.forward.ngsi_ld import CORE, ContextBroker, alert, vehicle
from station.one_bad import passed_over

NGSI = "https://uri.etsi.org/ngsi-ld/"
TRANSPORT = "https://smartdatamodels.org/dataModel.Transportation/"
ALERTS = "https://smartdatamodels.org/dataModel.Alert/"
NOW = NOW_S * 1000
CORE_CONTEXT = {
    "id": "@id", "type": "@type", "Property": NGSI + "Property",
    "GeoProperty": NGSI + "GeoProperty", "DateTime": NGSI + "DateTime",
    "value": NGSI + "hasValue", "unitCode": NGSI + "unitCode", "location": NGSI + "location",
    "observedAt": {"@id": NGSI + "observedAt", "@type": NGSI + "DateTime"},
    "Point": "https://purl.org/geojson/vocab#Point",
    "coordinates": {"@id": "https://purl.org/geojson/vocab#coordinates", "@container": "@list"},
}  # fmt: skip
"""As far as it is used here, with the IRIs of ETSI's core context. It has no @vocab: a term that no
context knows is lost in the expansion, and so is noticed."""


def expanded(entity):
    def loader(url, _):
        assert url == CORE, f"nothing is fetched: {url}"
        return {"document": {"@context": CORE_CONTEXT}, "documentUrl": url, "contextUrl": None,
                "contentType": "application/ld+json"}  # fmt: skip

    (found,) = jsonld.expand(entity, {"documentLoader": loader})
    assert len(found) == len(entity) - 1, "a term that no context knows"
    return found


def value(expanded_entity, term):
    (found,) = expanded_entity[term]
    return found[NGSI + "hasValue"][0]


def test_a_bus_is_a_vehicle_of_the_smart_data_models():
    found = expanded(vehicle(bus(), NOW))
    assert found["@id"] == "urn:ngsi-ld:Vehicle:busguard:laemchabang:bus-01"
    assert found["@type"] == [TRANSPORT + "Vehicle"]
    assert value(found, TRANSPORT + "speed") == {"@value": 36.0}
    assert value(found, TRANSPORT + "passengerCount") == {"@value": 1}
    assert value(found, TRANSPORT + "vehicleSpecialUsage") == {"@value": "schoolTransportation"}
    assert value(found, "https://smartdatamodels.org/name") == {"@value": "Bus 1"}
    (place,) = found[NGSI + "location"]
    assert place["@type"] == [NGSI + "GeoProperty"]
    (point,) = place[NGSI + "hasValue"]
    (coordinates,) = point["https://purl.org/geojson/vocab#coordinates"]
    assert coordinates == {"@list": [{"@value": 100.8833}, {"@value": 13.0827}]}
    (observed,) = place[NGSI + "observedAt"]
    assert observed == {"@type": NGSI + "DateTime", "@value": "2026-11-22T00:12:03.400Z"}


@pytest.mark.parametrize(
    ("known", "missing"),
    [({"stale": True}, {"location", "speed", "heading", "serviceStatus", "passengerCount"}),
     ({"clock": "odd"}, {"location", "speed", "heading"}), ({"lat": None}, {"location"}),
     ({"speed_kmh": None}, {"speed", "heading"}), ({"speed_kmh": 0.0}, {"heading"}),
     ({"seats": {"total": None}}, {"passengerCount"})],
)  # fmt: skip
def test_what_is_not_known_now_is_not_in_it(known, missing):
    entity = vehicle(bus(**known), NOW)
    assert not missing & set(entity)
    expanded(entity)


def test_no_seat_by_number_and_no_telephone():
    seats = {"total": 64, "taken": [61, 62], "unknown": [64]}
    text = json.dumps(vehicle(bus(seats=seats), NOW))
    assert '"value": 3' in text
    assert not [word for word in ("61", "62", "64", "081-000-0000") if word in text]


def row(**known):
    alarm = {
        "id": 12, "fleet": "lcb", "bus": "bus-01", "kind": "crash", "severity": "alarm",
        "exercise": False, "clock": "gnss", "raised_ms": NOW - 4000, "heard_ms": NOW,
        "cleared_ms": None, "acked_ms": None, "lat": 13.08, "lon": 100.88,
        "data": {"seats": [31]},
    } | known  # fmt: skip
    return SimpleNamespace(**alarm)


def test_an_alarm_is_an_alert_of_the_smart_data_models():
    found = expanded(alert(row()))
    assert found["@type"] == [ALERTS + "Alert"]
    assert value(found, ALERTS + "category") == {"@value": "traffic"}
    assert value(found, ALERTS + "subCategory") == {"@value": "carAccident"}
    assert value(found, ALERTS + "severity") == {"@value": "critical"}
    source = value(found, ALERTS + "alertSource")
    assert source == {"@value": "urn:ngsi-ld:Vehicle:busguard:lcb:bus-01"}
    assert value(found, ALERTS + "dateIssued") == {
        "@type": NGSI + "DateTime", "@value": iso(NOW),
    }  # fmt: skip
    assert " / " in value(found, "http://purl.org/dc/terms/description")["@value"]
    assert "31" not in json.dumps(alert(row())["data"])


@pytest.mark.parametrize(
    ("known", "there", "missing"),
    [({"kind": "sos"}, set(), {"subCategory"}), ({"clock": "odd"}, set(), {"dateDetected"}),
     ({"raised_ms": None}, set(), {"dateDetected"}), ({"cleared_ms": NOW}, {"validTo"}, set()),
     ({"lat": 0.0, "lon": 0.0}, set(), {"location"}), ({"lat": None}, set(), {"location"})],
)  # fmt: skip
def test_an_alert_has_what_is_known(known, there, missing):
    entity = alert(row(**known))
    assert there <= set(entity) and not missing & set(entity)
    expanded(entity)


def test_a_drill_is_informational():
    assert alert(row(exercise=True))["severity"]["value"] == "informational"


def test_the_context_broker_is_told_tenant_and_token():
    with OtherSystem() as broker:
        ContextBroker(broker.url + "/", "lcb", "secret").upsert([("x", vehicle(bus(), NOW))])
        ((path, _, headers, body),) = broker.came
    assert path == "/ngsi-ld/v1/entityOperations/upsert"
    assert headers["Content-Type"] == "application/ld+json"
    assert (headers["NGSILD-Tenant"], headers["Authorization"]) == ("lcb", "Bearer secret")
    assert [one["type"] for one in json.loads(body)] == ["Vehicle"]


@pytest.mark.parametrize("status", [301, 400, 401, 404, 500, 503])
def test_an_answer_that_is_none_is_tried_again(status):
    with OtherSystem() as broker:
        broker.status = status
        with pytest.raises(Away, match=f"HTTP {status}"):
            ContextBroker(broker.url, None, None).upsert([])


def test_a_broker_that_is_not_there_is_away_and_its_address_is_not_told():
    with pytest.raises(Away) as raised:
        ContextBroker("http://127.0.0.1:9/secret", None, None).upsert([])
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(("body", "refused"), [(b'{"errors": [1, 2]}', 2), (b"what?", 1)])
def test_entities_that_the_broker_refuses_are_counted(body, refused):
    before = passed_over["ngsi_ld"]
    with OtherSystem() as broker:
        broker.status, broker.body = 207, body
        ContextBroker(broker.url, None, None).upsert([])
    assert passed_over["ngsi_ld"] == before + refused


THINGS = [(name, {"id": name}) for name in "abcdefg"]


@pytest.mark.parametrize("status", [400, 413])
def test_an_entity_that_the_broker_never_takes_stops_no_other(status):
    before = passed_over["ngsi_ld"]
    with OtherSystem() as broker:
        broker.status = lambda came: status if b'"c"' in came[3] else 204
        assert ContextBroker(broker.url, None, None).upsert(THINGS) == set()
        assert ContextBroker(broker.url, None, None).upsert([("c", {"id": "c"})]) == set()
        taken = [one["id"] for *_, body in broker.came
                 if b'"c"' not in body for one in json.loads(body)]  # fmt: skip
    assert sorted(taken) == list("abdefg")
    assert passed_over["ngsi_ld"] == before + 2


def test_a_broker_that_takes_no_entity_is_away():
    with OtherSystem() as broker:
        broker.status = 400
        with pytest.raises(Away):
            ContextBroker(broker.url, None, None).upsert(THINGS)


def test_a_broker_that_took_others_is_not_away_because_it_refuses_two():
    before = passed_over["ngsi_ld"]
    with OtherSystem() as other:
        broker = ContextBroker(other.url, None, None)
        assert broker.upsert(THINGS) == set()
        other.status = 400
        assert broker.upsert([("y", {"id": "y"}), ("z", {"id": "z"})]) == set()
    assert passed_over["ngsi_ld"] == before + 2


@pytest.mark.parametrize(
    ("body", "again"),
    [(b'{"success": ["a"], "errors": [{"entityId": "b", "error": {"status": 503}}]}', {"b"}),
     (b'{"errors": [{"error": {}}]}', set("abcdefg")), (b"what?", set("abcdefg")),
     (b'{"errors": [{"entityId": "z"}]}', set("abcdefg")), (b'{"errors": []}', set("abcdefg"))],
)  # fmt: skip
def test_an_entity_that_the_broker_refused_for_now_is_to_be_sent_again(body, again):
    with OtherSystem() as broker:
        broker.status, broker.body = 207, body
        assert ContextBroker(broker.url, None, None).upsert(THINGS) == again


def test_an_answer_that_drips_has_an_end(monkeypatch):
    monkeypatch.setattr(http, "_WHOLE_S", 0.2)
    with OtherSystem() as broker:
        broker.status, broker.drips_s = 200, 0.05
        with pytest.raises(Away, match="does not end"):
            ContextBroker(broker.url, None, None).upsert(THINGS)


@pytest.mark.parametrize(
    ("zone", "category", "sort"),
    [("flood", "naturalDisaster", "flood"), ("closed", "traffic", "roadClosed"),
     (None, "security", None)],
)  # fmt: skip
def test_a_closed_road_is_no_flood(zone, category, sort):
    entity = alert(row(kind="zone_entered", data={"zone": "z", "zone_kind": zone}))
    assert entity["category"]["value"] == category
    assert entity.get("subCategory", {"value": None})["value"] == sort


def test_a_station_pushes_its_buses_and_alarms_of_the_fleets_that_are_named(tmp_path):
    async def story():
        with OtherSystem() as broker:
            more = {"ngsi_ld": broker.url, "forward_fleets": "lcb"}
            async with fed(tmp_path, iso(NOW_MS), **more) as scene:
                (forwarder,) = scene.station.forwards.all
                await scene.hears(*state(NOW_MS))
                await scene.hears(*state(NOW_MS), bus="other/bus-02")
                await scene.hears(*event(1))
                await scene.hears(*event(1, epoch="00000002"), bus="other/bus-02")
                await scene.hears(*event(2, "belt_off", "warning"))
                await forwarder.turn()
                entities = {one["id"]: one for *_, body in broker.came for one in json.loads(body)}
                assert [one.split(":")[2:5] for one in sorted(entities)] == [
                    ["Alert", "busguard", "lcb"], ["Vehicle", "busguard", "lcb"],
                ]  # fmt: skip
                broker.came.clear()
                await forwarder.turn()
                assert broker.came == []
                await scene.hears(*event(3, state="cleared", occ=1))
                scene.station.live.bus("lcb", "bus-01").gone_ms = NOW_MS
                await forwarder.turn()
                entities = {
                    one["type"]: one for *_, body in broker.came for one in json.loads(body)
                }
                assert entities["Alert"]["data"]["value"]["state"] == "cleared"
                assert "location" not in entities["Vehicle"]

    asyncio.run(story())


def test_the_broker_hears_that_an_alarm_is_over_however_long_it_was_away(tmp_path):
    async def story():
        async with fed(tmp_path, iso(NOW_MS), ngsi_ld="http://127.0.0.1:9") as scene:
            (forwarder,) = scene.station.forwards.all
            states = []

            def send(things):
                states.extend(entity["data"]["value"]["state"] for _, entity in things
                              if entity["type"] == "Alert")  # fmt: skip
                return ()

            forwarder._send = send
            await scene.hears(*event(1, "child_left_behind"))
            await forwarder.turn()
            (alarm,) = scene.station.alarms.views()
            await scene.station.alarms.acknowledge(alarm["id"], "som", None)
            await scene.hears(*event(2, "child_left_behind", state="cleared", occ=1))
            scene.clock.ms += 3 * 86_400_000
            await forwarder.turn()
            await forwarder.turn()
            assert states == ["active", "cleared"]

    asyncio.run(story())

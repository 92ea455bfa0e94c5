"""A policy on its way from the station to the buses: a real broker and, once, a real bus."""

import asyncio
import contextlib
import hashlib
import json
import subprocess
import sys
import threading

import paho.mqtt.client as mqtt
import pytest
from packs import Memory
from schemas import validate
from signatures import is_the_citys
from station_told import ROOT, At, connected, on_one_database, state, status, telling, until
from vm import ROOT as PROJECT

from firmware.policy.store import Forged, PolicyStore
from sim.world.town_policy import policy_for
from station.clock import Clock
from station.identity.signing import NO_KEY, NoKey
from station.policy import delivery
from station.policy.pack import put_pack, read_pack
from station.policy.parts import PACKET_BYTES, Parts, topic
from station.station import Station

FLEET, BUS = "lc", "bus-01"


def pack(version=1, stops=40):
    """Some parts long, and with Thai names in it."""
    names = [{"id": f"s{n}", "name": 'ป้ายหน้าโรงเรียน "๑"\n', "at": [13.1, 100.9]}
             for n in range(stops)]  # fmt: skip
    return json.dumps({"v": 1, "version": version, "stops": names}, ensure_ascii=False)


def test_the_parts_make_the_text_again_and_each_fits_into_a_packet():
    town = json.dumps(policy_for())
    for text in (pack(), town, "x" * 131_072, "\u0e01" * 40_000, "{}"):
        parts = Parts(text)
        payloads = [parts.payload(n, "i" * 32) for n in range(1, len(parts) + 1)]
        said = [json.loads(payload) for payload in payloads]
        assert "".join(one["data"] for one in said) == text
        assert [(one["part"], one["parts"]) for one in said] == [
            (n, len(said)) for n in range(1, len(said) + 1)
        ]
        assert {one["sha256"] for one in said} == {hashlib.sha256(text.encode()).hexdigest()}
        head = 3 + 2 + len(topic("f" * 32, "b" * 32)) + 2
        sizes = [head + len(payload.encode()) for payload in payloads]
        assert max(sizes) <= PACKET_BYTES
        assert len(said) == 1 or min(sizes[:-1]) > PACKET_BYTES - 8, "no room is wasted"
        for payload in payloads:
            validate(f"schoolbus/{FLEET}/{BUS}/cmd/part", payload.encode())


def test_what_no_bus_can_keep_is_a_sentence():
    with pytest.raises(ValueError, match="has 131073 bytes; a bus takes at most 131072"):
        Parts("x" * 131_073)
    with pytest.raises(ValueError, match="messages; a bus takes at most 1000"):
        Parts("\x01" * 131_072)


class Bus:
    """Takes what is sent to it, and answers by `answer(request)` -> (ok, sentence) or None."""

    def __init__(self, broker, answer=None):
        self.requests = []
        self.offers = []
        self.answer = answer or (lambda request: (True, "Here."))
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.on_message = self._took
        hears = threading.Event()
        self._client.on_subscribe = lambda *_: hears.set()
        self._client.connect(broker.host, broker.port)
        self._client.subscribe(ROOT + "cmd/#", 1)
        self._client.loop_start()
        assert hears.wait(10)  # as a bus: it hears before it says that it is there

    def _took(self, client, _, message):
        assert not message.retain
        request = json.loads(message.payload)
        if message.topic == ROOT + "cmd/policy":
            assert is_the_citys("policy", message.payload)
            self.offers.append(request)
            self.reply(request["id"], True, "The bus takes it.")
            return
        self.requests.append(request)
        answered = self.answer(request)
        if answered is not None:
            self.reply(request["id"], *answered)

    def reply(self, ident, ok, sentence):
        body = {"v": 1, "id": ident, "ok": ok, "message": sentence}
        self._client.publish(ROOT + "reply", json.dumps(body), 1)

    @property
    def parts(self):
        return [request["part"] for request in self.requests]

    def leave(self):
        self._client.disconnect()
        self._client.loop_stop()


@contextlib.contextmanager
def listening(broker, answer=None):
    bus = Bus(broker, answer)
    yield bus
    bus.leave()


def following(policy=None, boot=17):
    _, payload = status()
    return "status", json.dumps({**json.loads(payload), "policy": policy, "boot": boot}).encode()


async def put(station, text):
    found, digest = read_pack(FLEET, text, "it")
    await put_pack(station.db, FLEET, found, digest, text, station.clock.now_ms())
    await station.delivery.read()
    return digest


def shown(station):
    return station.delivery.shown(station.live.bus(FLEET, BUS))


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch):
    monkeypatch.setattr(delivery, "_LOOK_S", 0.05)


@pytest.fixture
def play(settings, broker):
    """play(story): a station at a time of its own, a bus that answers, and one that tells."""

    def run(story, answer=None):
        at = At(settings)

        async def scenario():
            with listening(broker, answer) as bus, telling(broker) as teller:
                await story(at, bus, teller)

        asyncio.run(scenario())

    return run


@on_one_database
def test_part_by_part_until_the_bus_follows_it(play):
    async def story(at, bus, teller):
        async with at.running() as station:
            await connected(station)
            digest = await put(station, pack())
            teller.say(following())
            await asyncio.sleep(0.3)
            assert bus.requests == [] and shown(station)["sending"] is None
            await station.delivery.send(FLEET, "anong")
            await until(lambda: shown(station)["sending"] == "there")
            total = shown(station)["parts"]
            assert bus.parts == list(range(1, total + 1)) and total > 5
            assert "".join(request["data"] for request in bus.requests) == pack()
            assert len({request["id"] for request in bus.requests}) == total
            (offer,) = bus.offers
            assert (offer["parts"], offer["sha256"][:8]) == (total, digest)
            assert (offer["for"], offer["by"]) == ("lc/bus-01", "anong")
            await asyncio.sleep(0.3)
            assert len(bus.parts) == total, "it waits for the bus to be parked"
            teller.say(following(digest))
            await until(lambda: shown(station)["sending"] == "follows")

    play(story)


@on_one_database
def test_who_does_not_answer_is_asked_again_and_strangers_answers_are_not_taken(play):
    async def story(at, bus, teller):
        async with at.running() as station:
            await connected(station)
            await put(station, pack())
            teller.say(following())
            await station.delivery.send(FLEET, "anong")
            await until(lambda: bus.requests)
            bus.reply("policy-1", True, "Part 1 of 3 is here.")
            bus.reply(None, False, "This is not JSON.")
            await asyncio.sleep(0.3)
            assert bus.parts == [1]
            assert (shown(station)["sending"], shown(station)["part"]) == ("on_its_way", 1)
            at.passes(31)
            await asyncio.sleep(0.3)
            assert bus.parts == [1], "it may sleep: the broker keeps what waits for it"
            teller.say(state(at_ms=station.clock.now_ms()))
            await until(lambda: bus.parts == [1, 1])
            assert bus.requests[0] == bus.requests[1]
            bus.answer = lambda request: (True, "Here.")
            bus.reply(bus.requests[0]["id"], True, "Here.")
            await until(lambda: shown(station)["sending"] == "there")

    play(story, lambda request: None)


@on_one_database
def test_a_whole_fleet_that_sleeps_holds_up_nobody(play, broker):
    """Its status says that it is there (docs/mqtt.md, Sleep)."""

    async def story(at, bus, teller):
        with contextlib.ExitStack() as stack:
            async with at.running() as station:
                await connected(station)
                await put(station, pack())
                for number in range(delivery.AT_ONCE + 5):
                    root = f"schoolbus/lc/a-sleeper-{number:02}/"
                    stack.enter_context(telling(broker, root)).say(following())
                await until(lambda: len(list(station.live)) == delivery.AT_ONCE + 5)
                await station.delivery.send(FLEET, "anong")
                await asyncio.sleep(0.3)
                teller.say(following())
                await asyncio.sleep(0.3)
                assert bus.parts == [], "as many as may be asked at once are asked"
                at.passes(31)
                await until(lambda: shown(station)["sending"] == "there")

    play(story)


@on_one_database
def test_a_bus_that_is_away_gets_it_when_it_is_back_and_one_that_starts_anew_from_the_beginning(
    play,
):
    async def story(at, bus, teller):
        def answer(request):
            return None if request["part"] == 4 else (True, "Here.")

        bus.answer = answer
        async with at.running() as station:
            await connected(station)
            await put(station, pack())
            teller.say(following(), status(online=False))
            await station.delivery.send(FLEET, "anong")
            await asyncio.sleep(0.3)
            assert bus.requests == [] and shown(station)["sending"] == "waits"
            teller.say(following())
            await until(lambda: 4 in bus.parts)
            assert bus.parts == [1, 2, 3, 4]
            teller.say(following(boot=18))
            await until(lambda: bus.parts[4:] == [1, 2, 3, 4])

    play(story)


def test_a_refusal_is_kept_with_its_sentence_until_the_administrator_sends_anew(play):
    told = "policy: zones[3].polygon[7]: latitude 913.0 is not from -90 to 90"

    async def story(at, bus, teller):
        def answer(request):
            return (False, told) if request["part"] == request["parts"] else (True, "Here.")

        bus.answer = answer
        async with at.running() as station:
            await connected(station)
            await put(station, pack())
            teller.say(following())
            await station.delivery.send(FLEET, "anong")
            for _ in range(4):
                await until(lambda: shown(station)["message"] == told)
                at.passes(61)
                await asyncio.sleep(0.2)
            await until(lambda: shown(station)["sending"] == "refused")
            total = shown(station)["parts"]
            assert bus.parts == list(range(1, total + 1)) * 3
        async with at.running() as station:
            await connected(station)
            await until(lambda: shown(station)["sending"] == "refused")
            assert shown(station)["message"] == told
            await asyncio.sleep(0.3)
            assert len(bus.parts) == 3 * total
            bus.answer = lambda request: (True, "Here.")
            await station.delivery.send(FLEET, "anong")
            await until(lambda: shown(station)["sending"] == "there")

    play(story)


@on_one_database
def test_delivery_outlasts_somebody_who_forges_parts(play):
    """The bus says so each time; five times in a row is not its last word."""
    store = PolicyStore(Memory(), BUS)
    store.take_offer({"sha256": "0" * 64, "parts": 1, "by": "anong"})
    with pytest.raises(Forged) as forged:
        store.take_part({"id": "a", "sha256": "0" * 64, "parts": 1, "part": 1, "data": "x"})
    refusals = [str(forged.value)] * 5

    async def story(at, bus, teller):
        def answer(request):
            is_last = request["part"] == request["parts"]
            return (False, refusals.pop()) if is_last and refusals else (True, "Here.")

        bus.answer = answer
        async with at.running() as station:
            await connected(station)
            await put(station, pack())
            teller.say(following())
            await station.delivery.send(FLEET, "anong")
            for left in range(4, -1, -1):
                await until(lambda left=left: len(refusals) == left)
                await until(lambda: shown(station)["message"] is not None)
                assert shown(station)["sending"] == "on_its_way"
                at.passes(61)
            await until(lambda: shown(station)["sending"] == "there")

    play(story)


@on_one_database
def test_a_bus_that_is_busy_or_has_lost_what_came_is_asked_once_more(play):
    refusals = ["A policy is just being taken into force; send this again in a while.",
                "No policy with these parts is offered: send cmd/policy first."]  # fmt: skip

    async def story(at, bus, teller):
        def answer(request):
            if refusals and request["part"] == 3 - len(refusals):
                return False, refusals.pop(0)
            return True, "Here."

        bus.answer = answer
        async with at.running() as station:
            await connected(station)
            await put(station, pack())
            teller.say(following())
            await station.delivery.send(FLEET, "anong")
            for sentence in list(refusals):
                await until(lambda sentence=sentence: shown(station)["message"] == sentence)
                at.passes(61)
            await until(lambda: shown(station)["sending"] == "there")
            assert shown(station)["message"] is None and bus.parts[:5] == [1, 1, 2, 1, 2]

    play(story)


@on_one_database
def test_another_one_that_is_uploaded_stops_the_first(play):
    async def story(at, bus, teller):
        async with at.running() as station:
            await connected(station)
            await put(station, pack())
            teller.say(following())
            await station.delivery.send(FLEET, "anong")
            await until(lambda: bus.requests)
            await put(station, pack(version=2))
            before = len(bus.requests)
            at.passes(100)
            await asyncio.sleep(0.3)
            assert len(bus.requests) == before and shown(station)["sending"] is None
            with pytest.raises(LookupError):
                await station.delivery.send("nobody", "anong")

    play(story, lambda request: None)


@on_one_database
def test_a_broker_that_keeps_the_answers_to_itself_leaves_the_rest_working(settings, broker):
    class Reason:
        def __init__(self, is_failure):
            self.is_failure = is_failure

    async def scenario():
        station = Station(settings, Clock())
        station.broker.identify("")
        station.broker.start()
        session = station.broker.present
        await until(lambda: session.ready)
        session.ready = False
        topics = [name for name, _ in session._topics]
        session._subscribed(
            None, None, 1, [Reason(name.endswith("reply")) for name in topics], None
        )
        assert session.ready
        session.ready = False
        session._subscribed(
            None, None, 1, [Reason(name.endswith("state")) for name in topics], None
        )
        assert not session.ready
        await station.broker.stop()

    asyncio.run(scenario())


@contextlib.contextmanager
def one_real_bus(broker, seconds):
    """The firmware and its drivers, live: chips, sockets and all but the copper."""
    town = subprocess.Popen(
        [sys.executable, "-m", "sim", "town", "--buses", "1", "--speed", "20", "--no-station",
         "--duration", str(seconds), "--broker", f"{broker.host}:{broker.port}"],
        cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield
    town.terminate()
    town.wait(20)


@on_one_database
def test_a_real_bus_takes_one_policy_and_says_what_is_wrong_with_the_next(
    settings, broker, monkeypatch
):
    monkeypatch.setattr(delivery, "PAUSES_MS", (100, 100))
    good = json.dumps({**policy_for(0), "version": 77})
    bad = json.dumps({**policy_for(0), "version": 78, "rules": {"overspeed_kmh": 5}})

    async def scenario():
        station = Station(settings, Clock())
        await station.start()
        try:
            with one_real_bus(broker, 120):
                await connected(station)
                bus = await until(lambda: next(iter(station.live), None), seconds=40)
                await until(lambda: bus.status and bus.status["policy"], seconds=40)
                for text, end in ((good, ("there", "follows")), (bad, ("refused",))):
                    found, digest = read_pack(bus.fleet, text, "it")
                    await put_pack(station.db, bus.fleet, found, digest, text, 0)
                    await station.delivery.send(bus.fleet, "anong")

                    def has_come(end=end):
                        return station.delivery.shown(bus)["sending"] in end

                    await until(has_come, seconds=40)
                told = station.delivery.shown(bus)
                assert told["message"].startswith("policy: rules.overspeed_kmh: this has to be")
        finally:
            await station.stop()

    asyncio.run(scenario())


@on_one_database
def test_without_the_citys_key_no_policy_is_sent_and_its_buses_say_why(settings, broker):
    async def story():
        keyless = At(settings.model_copy(update={"city_key": None}))
        with listening(broker) as bus, telling(broker) as teller:
            async with keyless.running() as station:
                await connected(station)
                await put(station, pack())
                teller.say(following())
                with pytest.raises(NoKey, match="no key of the city"):
                    await station.delivery.send(FLEET, "anong")
            async with At(settings).running() as station:
                await connected(station)
                teller.say(following())
                await station.delivery.send(FLEET, "anong")
                await until(lambda: shown(station)["sending"] == "there")
            heard = len(bus.requests)
            async with keyless.running() as station:  # the key was lost
                await connected(station)
                teller.say(following())
                await until(lambda: shown(station)["message"] == NO_KEY)
                assert len(bus.requests) == heard

    asyncio.run(story())

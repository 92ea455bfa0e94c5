"""A release on its way from the station to the buses: a real broker, database and station."""

import asyncio
import contextlib
import time

import pytest
from releases import MODULES, PUBLIC, contents, release
from sqlalchemy import func, insert, select
from station_told import At, connected, on_one_database, state, telling, until
from updating import UpdatedBus

from station.db import tables
from station.release import change, delivery, pieces, stages, store
from station.release.change import RolloutError
from station.release.fit import Known
from station.release.store import Releases

FLEET = "lc"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(delivery, "_LOOK_S", 0.05)
    monkeypatch.setattr(pieces, "A_SECOND", 400)


@pytest.fixture
def play(settings, broker):
    """play(story, "bus-01", ...): a station at a time of its own, and buses that have connected."""

    def run(story, *names, **more):
        at = At(settings.model_copy(update={"release_key": PUBLIC, **more}))

        async def scenario():
            with contextlib.ExitStack() as stack:
                buses = [UpdatedBus(broker, name) for name in names]
                for bus in buses:
                    stack.callback(bus.leave)
                    bus.connects()
                await story(at, *buses)

        asyncio.run(scenario())

    return run


@contextlib.asynccontextmanager
async def running(at, buses):
    async with at.running() as station:
        await connected(station)
        await until(lambda: {bus.bus for bus in station.live if bus.online} >= set(buses))
        yield station


async def begins(station, *wished, content=None, kept=None, **more):
    """Adds the release unless it is kept, and starts its rollout."""
    more = {"least_min": 0, **more}
    rollouts, now_ms = station.rollouts, station.clock.now_ms()
    if kept is None:
        content = content or release()
        added = await rollouts.releases.add(content, "it", rollouts.keys(), "anong", now_ms)
        kept = added.id
    known = [Known(bus.bus, None, bus.status, True) for bus in station.live]
    parsed = [stages.parse(text) for text in wished]
    return await change.start(station.db, rollouts.releases, rollouts.usable_keys(), FLEET, kept,
                              parsed, known, "anong", now_ms, **more)  # fmt: skip


async def step(station, what, **more):
    rollouts = station.rollouts
    await change.step(station.db, rollouts.releases, rollouts.usable_keys(), FLEET, what, "preecha",
                      station.clock.now_ms(), **more)  # fmt: skip


async def now(station):
    """The rollout as it stands in the database."""
    async with station.db.read() as connection:
        found = await store.newest(connection, station.rollouts.releases,
                                   station.rollouts.usable_keys())  # fmt: skip
    return found[FLEET]


async def log(station):
    async with station.db.read() as connection:
        return [
            (line["who"], line["what"], line["note"])
            for line in reversed(await store.lines(connection, (await now(station)).id))
        ]


def takes_over(bus, **more):
    bus.restarts(release=bus.offer["manifest"][:16], fw="0.4.0", trial=True, **more)


async def in_state(station, word):
    async def is_there():
        return (await now(station)).state == word

    await until(is_there, word)


def test_the_buses_of_each_stage_fetch_it_and_the_others_get_nothing(play):
    """On both databases."""

    async def story(at, one, two):
        async with running(at, ["bus-01", "bus-02"]) as station:
            await begins(station, "bus-01", "all")
            whole = await until(lambda: one.is_whole and one if one.offer else None)
            image = station.rollouts.pieces.offered[(FLEET, "bus-01")].image
            await until(lambda: whole.image == image)
            assert all(size <= 600 for _, size in one.pieces)
            (offer,) = one.offers
            assert (offer["for"], offer["by"]) == ("lc/bus-01", "anong")
            assert offer["bytes"] == len(contents()["xtensawin/manifest.json"])
            assert "downgrade" not in offer and "again" not in offer
            assert two.offers == []
            two.offer = offer  # it has heard of it
            two.asks(0)
            one.fetch("ready", why="driving")
            one.event("changing")
            takes_over(one)
            await asyncio.sleep(0.3)
            assert (await now(station)).stage == 0, "on trial"
            one.connects(trial="gone")
            await until(lambda: two.offers)
            assert two.pieces == [] or two.pieces[0][0] == 0
            await until(lambda: two.image == image)
            takes_over(two)
            two.connects(trial="gone")
            await in_state(station, "done")
            assert await log(station) == [
                ("anong", "start", None), ("station", "stage", "100 %"), ("station", "done", None),
            ]  # fmt: skip

    play(story, "bus-01", "bus-02")


@on_one_database
def test_before_its_stage_a_bus_that_asks_gets_nothing(play):
    async def story(at, one, two):
        async with running(at, ["bus-01", "bus-02"]) as station:
            await begins(station, "bus-01", "all")
            await until(lambda: one.offers)
            two.offer = one.offers[0]
            for _ in range(5):
                two.asks(0)
            await until(lambda: one.is_whole)
            assert two.pieces == [] and two.offers == []
            one.offer = {"manifest": "f" * 64}
            before = len(one.pieces)
            one.asks(0)
            one.asks(1 << 30)
            await asyncio.sleep(0.2)
            assert len(one.pieces) <= before + 1, "of another release, or beyond the end"

    play(story, "bus-01", "bus-02")


@on_one_database
@pytest.mark.parametrize("what", ["pause", "withdraw"])
def test_paused_or_withdrawn_the_offer_is_taken_back(play, what):
    async def story(at, one, two):
        async with running(at, ["bus-01", "bus-02"]) as station:
            one.takes = False
            await begins(station, "bus-01", "all")
            await until(lambda: one.offers)
            await step(station, what)
            await until(lambda: len(one.offers) == 2)
            assert one.offers[1]["manifest"] is None
            one.offer = one.offers[0]
            one.asks(0)
            await asyncio.sleep(0.3)
            assert len(one.offers) == 2 and two.offers == [] and one.pieces == []
            if what == "withdraw":
                with pytest.raises(RolloutError, match="is withdrawn: resume does nothing"):
                    await step(station, "resume")
                return
            await step(station, "resume")
            await until(lambda: len(one.offers) == 3)
            assert one.offers[2]["manifest"] == one.offers[0]["manifest"]
            assert [line[:2] for line in await log(station)] == [
                ("anong", "start"), ("preecha", "pause"), ("preecha", "resume"),
            ]  # fmt: skip

    play(story, "bus-01", "bus-02")


@on_one_database
def test_a_bus_that_comes_back_stops_it_and_others_hear_that_theirs_ends(play):
    async def story(at, one, two, three):
        async with running(at, ["bus-01", "bus-02", "bus-03"]) as station:
            await begins(station, "bus-01,bus-02", "all")
            await until(lambda: one.offers and two.offers)
            await until(lambda: one.is_whole)
            takes_over(one)
            one.restarts(release=None, fw="0.3.0", start="previous", trial="gone")
            one.event("returned", why="not_sensing")
            await in_state(station, "stopped")
            await until(lambda: two.offers[-1]["manifest"] is None)
            assert three.offers == []

            async def why():
                return (await now(station)).rows["bus-01"].why == "not_sensing"

            await until(why)
            assert (await log(station))[-1] == ("station", "stopped", "bus-01 returned")
            await step(station, "resume", again=("bus-01",))
            await until(lambda: one.offers[-1].get("again"))
            await until(lambda: two.offers[-1]["manifest"])
            assert "again" not in two.offers[-1]

    play(story, "bus-01", "bus-02", "bus-03")


@on_one_database
def test_a_station_that_starts_anew_goes_on_where_it_was(play):
    async def story(at, one, two):
        names = ["bus-01", "bus-02"]
        async with running(at, names) as station:
            one.takes = False
            await begins(station, "bus-01", "all")
            await until(lambda: one.offers)

            async def heard():
                return (await now(station)).rows["bus-01"].heard

            await until(heard)
            bus = station.live.get(FLEET, "bus-01")
            known, bus.status = bus.status, None  # as right after a start
            await station.rollouts.look()
            bus.status = known
            await asyncio.sleep(0.2)
            assert len(one.offers) == 1
        one.asks(0)  # while it is away
        async with running(at, names) as station:
            await asyncio.sleep(0.3)
            assert len(one.offers) == 1, "the offer stands"
            one.takes = True
            one.asks(0)
            await until(lambda: one.is_whole)
            await step(station, "pause")
        async with running(at, names) as station:
            await until(lambda: one.offers[-1]["manifest"] is None)
            before = len(one.offers)
            await asyncio.sleep(0.3)
            assert len(one.offers) == before
            await step(station, "resume")
            await until(lambda: one.offers[-1]["manifest"])
            one.fetch("ready")
            takes_over(one)

            async def took():
                return (await now(station)).rows["bus-01"].took_ms

            await until(took)
        one.restarts(release=None, fw="0.3.0", start="previous", trial="gone")  # meanwhile
        async with running(at, names) as station:
            await in_state(station, "stopped")
            assert two.offers == []

    play(story, "bus-01", "bus-02")


@on_one_database
def test_an_offer_is_made_again_before_it_ends_and_to_one_that_was_away(play):
    async def story(at, one, two):
        async with running(at, ["bus-01", "bus-02"]) as station:
            one.takes = two.takes = False
            two.say("status", {"v": 1, "online": False}, retain=True)
            await until(lambda: station.live.get(FLEET, "bus-02").online is False)
            await begins(station, "all")
            await until(lambda: one.offers)
            await asyncio.sleep(0.2)
            assert two.offers == []
            two.connects()
            await until(lambda: two.offers)
            at.passes(20 * 3600 + 1)
            await until(lambda: len(one.offers) == 2)
            first, second = (offer["until"] for offer in one.offers)
            assert 72_000 < second - first < 72_060
            assert 86_340 < second - at.clock.now_ms() // 1000 <= 86_400

    play(story, "bus-01", "bus-02")


@on_one_database
def test_one_that_does_not_answer_is_asked_again_once_it_has_spoken(play, broker):
    async def story(at, one):
        async with running(at, ["bus-01"]) as station:
            one._client.on_message = lambda client, _, message: one.offers.append(message)
            await begins(station, "all")
            await until(lambda: one.offers)
            at.passes(31)
            await asyncio.sleep(0.2)
            assert len(one.offers) == 1
            with telling(broker) as teller:
                teller.say(state(at_ms=station.clock.now_ms()))
            await until(lambda: len(one.offers) == 2)

    play(story, "bus-01")


@on_one_database
def test_a_refusal_is_shown_with_its_sentence(play):
    async def story(at, one, two):
        async with running(at, ["bus-01", "bus-02"]) as station:
            one.takes, two.refuses = False, "A policy is just being taken into force."
            await begins(station, "all")
            await until(lambda: one.offers)
            one.fetch("refused", why="no_slot", message="This board has one slot.")
            for _ in range(3):
                count = len(two.offers)
                await until(lambda count=count: len(two.offers) == max(count, 1))
                await asyncio.sleep(0.2)
                at.passes(61)
                await asyncio.sleep(0.2)

            async def shown():
                rows = (await now(station)).rows
                return [(row.result, row.message) for row in rows.values()] == [
                    ("refused", "This board has one slot."),
                    ("refused", "A policy is just being taken into force."),
                ]

            await until(shown)
            assert len(two.offers) == 3 and len(one.offers) == 1

    play(story, "bus-01", "bus-02")


@on_one_database
def test_a_downgrade_and_another_board(play):
    async def story(at, one, two):
        one.connects(fw="0.5.0")
        two.connects(board="pico")
        async with running(at, ["bus-01", "bus-02"]) as station:
            with pytest.raises(RolloutError, match="a downgrade needs its own word"):
                await begins(station, "all")
            kept = await station.rollouts.releases.every(station.rollouts.keys())
            known = [Known(bus.bus, None, bus.status, True) for bus in station.live]
            await change.start(station.db, station.rollouts.releases, station.rollouts.keys(),
                               FLEET, kept[0].id, [stages.parse("all")], known, "anong",
                               station.clock.now_ms(), downgrade=True)  # fmt: skip
            await until(lambda: one.offers)
            assert one.offers[0]["downgrade"] is True and two.offers == []
            with pytest.raises(RolloutError, match="is not over .running.: withdraw it first"):
                await begins(station, "all", content=release("0.4.1"))

    play(story, "bus-01", "bus-02")


@on_one_database
def test_the_next_rollout_takes_the_place_of_one_that_was_withdrawn(play):
    async def story(at, one, two):
        async with running(at, ["bus-01", "bus-02"]) as station:
            one.takes = two.takes = False
            await begins(station, "all")
            await until(lambda: one.offers and two.offers)
        async with at.running() as station:  # the broker is away: nothing can be taken back
            station.services.note(station.services.broker, False)
            await step(station, "withdraw")
            newer = release("0.4.1", modules={**MODULES, "firmware/new.mpy": b"n" * 50})
            await begins(station, "bus-02", content=newer)
        async with running(at, ["bus-01", "bus-02"]) as station:
            await until(lambda: one.offers[-1]["manifest"] is None)
            await until(lambda: two.offers[-1]["manifest"] not in (None, two.offers[0]["manifest"]))

    play(story, "bus-01", "bus-02")


@on_one_database
def test_a_changeover_that_does_not_happen_is_no_return(play):
    async def story(at, one, two):
        async with running(at, ["bus-01", "bus-02"]) as station:
            await begins(station, "bus-01", "all")
            await until(lambda: one.is_whole and one if one.offer else None)
            one.takes = False

            async def row():
                return (await now(station)).rows["bus-01"]

            async def changes():
                one.fetch("ready")
                await asyncio.sleep(0.2)
                one.event("changing")

                async def took():
                    return (await row()).took_ms

                await until(took)
                await asyncio.sleep(0.2)
                assert len(one.offers) == count, "nothing is withdrawn meanwhile"

            count = 1
            await changes()
            one.fetch("ready", why="persons")  # somebody sat down

            async def is_ready():
                return (await row()).took_ms is None

            await until(is_ready)
            assert (await row()).offer == one.offer["manifest"]
            await changes()
            one.restarts()  # the power failed
            await until(lambda: len(one.offers) == 2)
            assert one.offers[1]["manifest"] == one.offers[0]["manifest"]
            assert ((await row()).result, (await now(station)).state) == (None, "running")
            count = 2
            await changes()
            await step(station, "withdraw")
            await asyncio.sleep(0.2)
            assert len(one.offers) == 2
            one.fetch("ready", why="persons")
            await until(lambda: one.offers[-1]["manifest"] is None)

    play(story, "bus-01", "bus-02")


@on_one_database
def test_a_flood_of_events_is_not_read_again_and_again(play):
    async def story(at, one, two):
        async with running(at, ["bus-01", "bus-02"]) as station:
            one.takes = two.takes = False
            await begins(station, "all")
            await until(lambda: one.offers and two.offers)
            for _ in range(60):
                one.event("taken")
            two.event("changing")

            async def took():
                return (await now(station)).rows["bus-02"].took_ms

            await until(took)

            async def happened():
                async with station.db.read() as connection:
                    return await store.happened(connection, await now(station))

            found = await happened()
            assert len([event for event in found if event.bus == "bus-01"]) == 20
            assert found[-1].heard_ms >= found[0].heard_ms
            at.passes(3600)
            two.event("ready")

            async def newer():
                return (await now(station)).rows["bus-02"].event_seq == 2

            await until(newer)
            assert [event.bus for event in await happened()] == ["bus-02"]

    play(story, "bus-01", "bus-02")


def test_of_first_starts_at_once_one_counts(play):
    """On both databases."""

    async def story(at, one):
        async with running(at, ["bus-01"]) as station:
            one.takes = False
            rollouts = station.rollouts
            kept = await rollouts.releases.add(release(), "it", rollouts.keys(), "anong", 5)
            starts = [begins(station, "all", kept=kept.id) for _ in range(4)]
            found = await asyncio.gather(*starts, return_exceptions=True)
            assert sorted(isinstance(one, RolloutError) for one in found) == [0, 1, 1, 1], found

    play(story, "bus-01")


@on_one_database
def test_without_a_key_nothing_is_offered_and_why_is_said(play, settings):
    async def story(at, one):
        async with running(at, ["bus-01"]) as station:
            await begins(station, "all")
            await until(lambda: one.offers)
            await step(station, "pause")
            await until(lambda: len(one.offers) == 2)
        keyless = At(at.settings.model_copy(update={"city_key": None}))
        async with running(keyless, ["bus-01"]) as station:
            await step(station, "resume")
            await until(lambda: "no key of the city" in (station.rollouts.problem or ""))
        unknown = At(at.settings.model_copy(update={"release_key": "0" * 64}))
        async with running(unknown, ["bus-01"]) as station:
            await until(
                lambda: (
                    "is not signed by the release key" in (station.rollouts.problem_of(FLEET) or "")
                )
            )
        assert all(offer["manifest"] is None for offer in one.offers[1:])

    play(story, "bus-01")


@pytest.mark.parametrize(
    "said", [{"why": {"a": 1}}, {"why": "x" * 300}, {"why": "a\0b"}, {"version": [], "why": 2**70}]
)
def test_whatever_one_bus_says_stops_no_rollout(play, said):
    """On both databases."""

    async def story(at, one, two):
        async with running(at, ["bus-01", "bus-02"]) as station:
            one.takes = two.takes = False
            await begins(station, "all")
            await until(lambda: one.offers and two.offers)
            one.fetch("ready")
            await asyncio.sleep(0.2)
            one.event("returned", **said)
            one.fetch("fetching", at=0.0, bytes=600, have=2**70, need=9)
            one.fetch("refused", why="no_room", message="a\0b" + "x" * 999)
            one.connects(boot=2**70)
            two.asks(0)
            await until(lambda: two.pieces)
            await step(station, "withdraw")
            await until(lambda: two.offers[-1]["manifest"] is None)
            assert station.rollouts.problem_of(FLEET) is None

    play(story, "bus-01", "bus-02")


@on_one_database
def test_what_goes_wrong_with_one_fleet_stops_no_other_one(play, monkeypatch, caplog):
    async def story(at, one, two):
        async with running(at, ["bus-01", "bus-02"]) as station:
            one.takes = two.takes = False
            await begins(station, "all")
            await until(lambda: one.offers)
            happened = store.happened

            async def fails(connection, rollout):
                if rollout.fleet == FLEET:
                    raise ValueError("broken")
                return await happened(connection, rollout)

            async with station.db.write() as connection:
                row = (await connection.execute(select(tables.rollouts))).mappings().one()
                values = {**row, "id": row["id"] + 1, "fleet": "lb", "state": "running"}
                await connection.execute(insert(tables.rollouts).values(values))
            monkeypatch.setattr(store, "happened", fails)
            await until(lambda: "cannot be followed" in (station.rollouts.problem_of(FLEET) or ""))
            await station.rollouts.look()
            assert station.rollouts.problem_of("lb") is None
            assert station.rollouts.pieces.offered == {} and not station.rollouts._told
            assert caplog.text.count("cannot be followed (ValueError)") == 1, "once"
            monkeypatch.setattr(store, "happened", happened)
            await until(lambda: station.rollouts.problem_of(FLEET) is None)

    play(story, "bus-01", "bus-02")


@on_one_database
def test_a_release_of_another_key_takes_its_offers_back_and_can_be_withdrawn(play, tmp_path):
    async def story(at, one):
        key = tmp_path / "release.pub"
        key.write_text(PUBLIC)
        at = At(at.settings.model_copy(update={"release_key": None, "keys": str(tmp_path)}))
        async with running(at, ["bus-01"]) as station:
            one.takes = False
            await begins(station, "all")
            await until(lambda: one.offers)
            key.write_text("half a key")
            await until(lambda: "does not hold" in (station.rollouts.problem or ""))
            assert station.rollouts.pieces.offered == {}
            assert (await now(station)).state == "running", "it is being copied"
            key.write_text("0" * 64)  # without a restart
            await in_state(station, "paused")
            await until(lambda: one.offers[-1]["manifest"] is None)
            assert "is not signed by the release key" in station.rollouts.problem_of(FLEET)
            assert (await log(station))[-1][:2] == ("station", "pause")
            with pytest.raises(RolloutError, match="is not signed by the release key"):
                await step(station, "resume")
            (kept,) = await station.rollouts.releases.every(station.rollouts.keys())
            assert "is not signed" in kept.release.problem and kept.release.version == "0.4.0"
            key.write_text("0" * 64 + "\n" + PUBLIC)
            await until(lambda: station.rollouts.problem_of(FLEET) is None)
            await step(station, "resume")
            await until(lambda: one.offers[-1]["manifest"])
            key.write_text("half a key")
            await step(station, "withdraw")
            await until(lambda: one.offers[-1]["manifest"] is None)
            with pytest.raises(RolloutError, match="does not know the release key"):
                await begins(station, "all", content=None, kept=kept.id)

    play(story, "bus-01")


@on_one_database
def test_so_many_pieces_a_second_over_all_buses(play, monkeypatch):
    monkeypatch.setattr(pieces, "A_SECOND", 20)

    async def story(at, *buses):
        async with running(at, [bus.name for bus in buses]) as station:
            await begins(station, "all")
            await until(lambda: all(bus.pieces for bus in buses))
            begun_s, before = time.monotonic(), sum(len(bus.pieces) for bus in buses)
            await asyncio.sleep(0.8)
            came = sum(len(bus.pieces) for bus in buses) - before
            most = 20 * (time.monotonic() - begun_s) + 2
            assert came <= most, f"{came} pieces"

    play(story, "bus-01", "bus-02", "bus-03", "bus-04")


@on_one_database
def test_releases_are_kept_once(play):
    async def story(at, one):
        async with running(at, ["bus-01"]) as station:
            releases, keys = station.rollouts.releases, station.rollouts.keys()
            kept = await releases.add(release(), "it", keys, "anong", 5)
            with pytest.raises(ValueError, match=r"has a release 0.4.0 already"):
                await releases.add(release(), "it", keys, "anong", 6)
            fresh = Releases(station.db)
            assert await fresh.every(keys) == [kept]
            async with station.db.read() as connection:
                assert (
                    await connection.scalar(select(func.count()).select_from(tables.releases)) == 1
                )

    play(story, "bus-01")

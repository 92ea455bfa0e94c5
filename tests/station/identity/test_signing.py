"""The city's signature: its key, the number that only rises, and what is said without a key."""

import asyncio
import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from signatures import is_the_citys

from sim.bus.city import City
from station.clock import FollowedClock
from station.db.database import Database
from station.identity.signing import NoKey, Signer
from station.settings import Settings

NOW_MS = 1_795_306_323_000
SINCE_2024 = 91_239_123


async def signer_at(db, now_ms=NOW_MS, **settings):
    settings = settings or {"city_key": City().pem}
    database = Database(db)
    await database.upgrade()
    return database, Signer(database, FollowedClock(now_ms), Settings(db=db, **settings))


async def signed(signer, name="drill", **more):
    given = {"ident": "a", "to": "lc/bus-01", "by": "anong", **more}
    payload = await signer.sign(name, {}, **given)
    assert is_the_citys(name, payload)
    return json.loads(payload)


def test_it_says_whom_it_is_for_who_asked_and_how_long(db):
    async def story():
        database, signer = await signer_at(db)
        said = await signed(signer)
        assert list(said) == ["v", "id", "for", "n", "until", "by", "sig"]
        assert said["n"] == SINCE_2024 and said["until"] == NOW_MS // 1000 + 60
        assert (said["for"], said["by"]) == ("lc/bus-01", "anong")
        later = await signed(signer, for_s=86_400, by="x" * 70)
        assert later["until"] == NOW_MS // 1000 + 86_400 and later["by"] == "x" * 64
        await database.close()

    asyncio.run(story())


def test_no_number_comes_twice_whatever_happens_to_the_station_and_its_clock(db):
    async def story():
        database, signer = await signer_at(db)
        said = await asyncio.gather(*(signed(signer) for _ in range(12)))
        numbers = [one["n"] for one in said]
        assert sorted(numbers) == list(range(SINCE_2024, SINCE_2024 + 12))
        # Another process on the same database: `python -m station` beside the station.
        second, beside = await signer_at(db)
        mixed = await asyncio.gather(*(signed(one) for one in (signer, beside) * 5))
        assert len({one["n"] for one in mixed} | set(numbers)) == 22
        assert min(one["n"] for one in mixed) > max(numbers)
        last = max(one["n"] for one in mixed)
        await second.close()
        await database.close()
        database, signer = await signer_at(db, NOW_MS - 40 * 86_400_000)  # set back, and a restart
        assert (await signed(signer))["n"] == last + 1
        await database.close()
        database, signer = await signer_at(db, NOW_MS + 3_600_000)
        assert (await signed(signer))["n"] == SINCE_2024 + 3600
        await database.close()

    asyncio.run(story())


def test_the_key_lies_in_the_folder_of_keys_and_is_replaced_there(tmp_path):
    (tmp_path / "city.key").write_text(City().pem)

    async def story():
        database, signer = await signer_at(str(tmp_path / "s.db"), keys=str(tmp_path))
        await signed(signer)
        assert signer.public_keys() == [City().public]
        (tmp_path / "city.next.key").write_text(City(2).pem)
        assert signer.public_keys() == [City().public, City(2).public]
        await signed(signer, "city_keys")  # by the key that the buses know
        (tmp_path / "city.next.key").replace(tmp_path / "city.key")
        given = {"ident": "a", "to": "lc/bus-01", "by": "anong"}
        assert is_the_citys("drill", await signer.sign("drill", {}, **given), City(2))
        assert signer.public_keys() == [City(2).public]
        await database.close()

    asyncio.run(story())


def other_kind():
    form = serialization.PrivateFormat.PKCS8
    key = generate_private_key(SECP256R1())
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (None, "bring back its folder from the safe"),
        (b"", "no private key in PEM"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key"),
        (other_kind(), "of another kind"),
    ],
)
def test_a_key_that_cannot_be_used_is_a_sentence(tmp_path, content, word):
    if content is not None:
        (tmp_path / "city.key").write_bytes(content)

    async def story():
        database, signer = await signer_at(str(tmp_path / "s.db"), keys=str(tmp_path))
        with pytest.raises(NoKey, match=word) as told:
            await signed(signer)
        assert str(told.value).endswith(".") and signer.source == str(tmp_path)
        assert content is None or str(tmp_path) in str(told.value)
        await database.close()

    asyncio.run(story())


def test_without_any_key_nothing_is_signed_and_no_number_used(tmp_path):
    async def story():
        database, signer = await signer_at(str(tmp_path / "s.db"), accept_unsealed=True)
        with pytest.raises(NoKey, match="python -m station keys"):
            await signed(signer)
        await database.close()
        database, signer = await signer_at(str(tmp_path / "s.db"))
        assert (await signed(signer))["n"] == SINCE_2024
        await database.close()

    asyncio.run(story())

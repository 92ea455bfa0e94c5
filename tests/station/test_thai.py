"""Alike is equal, however Thai is typed; and who has a Thai name signs in with any of its forms."""

import asyncio
import unicodedata

import pytest
from thai_typed import TYPED

from station.accounts import Accounts
from station.clock import Clock
from station.db.database import Database
from station.settings import Settings
from station.thai import one_form


@pytest.mark.parametrize(("typed", "form"), TYPED)
def test_what_looks_the_same_has_one_form(typed, form):
    for normal in ("NFC", "NFD", "NFKC", "NFKD"):
        assert one_form(unicodedata.normalize(normal, typed)) == form


def test_who_has_a_thai_name_signs_in_with_any_of_its_forms(db):
    async def scenario():
        database = Database(db)
        await database.upgrade()
        accounts = Accounts(database, Clock(), Settings(broker=("127.0.0.1", 9), db=db))
        await accounts.put(
            "\u0e19\u0e49\u0e33\u0e41\u0e01\u0e49\u0e27", "viewer", "a-long-password"
        )
        typed = "\u0e19\u0e4d\u0e49\u0e32\u0e40\u0e40\u0e01\u0e49\u0e27"
        signed_in = await accounts.sign_in(typed, "a-long-password", "127.0.0.1")
        assert signed_in is not None
        assert signed_in[1].name == "\u0e19\u0e49\u0e33\u0e41\u0e01\u0e49\u0e27"
        assert await accounts.sign_in(typed + "\u0e01", "a-long-password", "127.0.0.1") is None
        await database.close()

    asyncio.run(scenario())

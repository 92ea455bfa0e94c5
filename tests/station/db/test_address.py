"""What people and logs see of a database's address."""

import pytest

from station.db.address import database_url, without_password


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("station.db", "station.db"),
        ("postgresql://me:pa55word@host:5432/name", "postgresql://host:5432/name"),
        ("postgresql://me:pa55%2Fword@[::1]:5432/name", "postgresql://[::1]:5432/name"),
        ("postgres://me:pa55word@host/name?ssl=require", "postgres://host/name"),
        ("PostgreSQL://me:pa55word@host/name", "PostgreSQL://host/name"),
        ("postgresql://me:pa55word@/name?host=/run/postgresql&port=5433",
         "postgresql:///name?host=/run/postgresql&port=5433"),
        ("postgresql:///name?user=me&password=pa55word&host=/run",
         "postgresql:///name?host=/run"),
    ],
)  # fmt: skip
def test_a_shown_address_has_no_password(address, shown):
    assert without_password(address) == shown
    assert database_url(address).endswith(address.partition(":")[2])


def test_an_address_that_is_none_shows_nothing_of_it():
    assert without_password("postgresql://me:pa55/word@host/name") == "postgresql://..."

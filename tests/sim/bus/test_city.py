"""City signs as the vectors of the portable tests say; both Pythons verify those."""

import pytest
import signed

from sim.bus.city import City


@pytest.mark.parametrize("name", signed.ASKED)
def test_a_vector_is_what_the_city_signs(name):
    command, body, more = signed.ASKED[name]
    given = {"to": "f/b", "until_s": 1795388460, **more}
    made = City(given.pop("seed", 1)).command(command, body, **given)
    assert made == getattr(signed, name)


def test_the_keys_of_the_vectors_are_the_cities():
    assert [City(1).public, City(2).public] == signed.KEYS


def test_the_number_rises():
    city = City()
    first, second = city.command("normal"), city.command("normal")
    assert b'"n":1,' in first and b'"n":2,' in second

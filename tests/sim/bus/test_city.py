"""City signs as the vectors of the portable tests say; both Pythons verify those."""

import re

import pytest
import signed
from signatures import is_right, is_the_citys
from vm import ROOT

from sim.bus.city import City


@pytest.mark.parametrize("name", signed.ASKED)
def test_a_vector_is_what_the_city_signs(name):
    command, body, more = signed.ASKED[name]
    given = {"to": "f/b", **more}
    made = City(given.pop("seed", 1)).command(command, body, **given)
    assert made == getattr(signed, name)


def test_the_keys_of_the_vectors_are_the_cities():
    assert [City(1).public, City(2).public] == signed.KEYS


def test_the_number_rises():
    city = City()
    first, second = city.command("normal"), city.command("normal")
    assert b'"n":1,' in first and b'"n":2,' in second


GUIDE = (ROOT / "docs" / "mqtt.md").read_text("utf-8")


def signed_examples():
    """[(name, payload)] of the signed commands that the guide shows."""
    found = re.findall(r"/cmd/(\w+)`\n\n```json\n(\{.*\})\n```", GUIDE)
    return [(name, text) for name, text in found if '"sig"' in text]


def test_the_guide_shows_every_form():
    assert {name for name, _ in signed_examples()} == {
        "drill",
        "out_of_service",
        "policy",
        "city_keys",
        "release",
    }


@pytest.mark.parametrize(("name", "text"), signed_examples())
def test_a_bus_obeys_the_examples_of_the_guide(name, text):
    assert is_the_citys(name, text.encode())
    assert not is_the_citys(name, text.replace('"n":9', '"n":8').encode())


def test_the_program_of_the_guide_makes_its_example():
    begin = r"from base64 import b64encode\nfrom cryptography"
    (source,) = re.findall(rf"```python\n({begin}.*?)```", GUIDE, re.DOTALL)
    made = {}
    exec(source, made)
    example = dict(signed_examples())["drill"]
    assert made["payload"] == example.encode()
    assert City().public in GUIDE
    message = b"busguard-cmd\ndrill\n" + made["head"]
    assert is_right(bytes.fromhex(City().public), message, made["signature"])

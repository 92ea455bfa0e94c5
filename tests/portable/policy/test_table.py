"""Names in one text."""

from firmware.policy.table import Names


def test_a_name_is_found_by_its_number_and_a_number_by_its_name():
    names = Names()
    for name in ("a", "", "bc"):
        names.add(name)
    assert [names[n] for n in range(3)] == ["a", "", "bc"]
    assert (names.index("a"), names.index("bc"), names.index("b")) == (0, 2, -1)


def test_an_index_without_a_name_is_an_error():
    names = Names()
    names.add("a")
    for number in (-1, 1, 7):
        try:
            names[number]
        except IndexError:
            continue
        assert False, number


def test_many_names_stand_in_several_texts():
    names = Names()
    many = ["name-%d" % n for n in range(300)]
    for name in many:
        names.add(name)
    assert [names[n] for n in range(300)] == many
    assert [names.index(name) for name in many] == list(range(300))
    assert names.index("name-300") == -1 and names.index("ame-1") == -1

"""P7: a bad bus.json gets errors that name the place, and costs nothing that was valid."""

import json

from firmware.config.load import ConfigError, defaults, parse


def complaints(given):
    """Of a file that names its board."""
    config, errors = parse(json.dumps(dict({"board": "devkit"}, **given)))
    for error in errors:
        assert isinstance(error, ConfigError)
    return config, [str(error) for error in errors]


def unwired(board="devkit"):
    config = defaults()
    config.update(wired=False, board=board)
    return config


def test_a_file_that_names_its_board_alone_is_all_defaults_and_no_error():
    config, errors = complaints({})
    assert errors == []
    assert config == defaults()
    assert config["rules"]["left_behind_profile"] == "korea"


def test_a_file_that_names_no_board_wires_none():
    missing = (
        "bus.json: board is missing, but has to be one of devkit, devkit_wrover, "
        "lilygo_a7670, esp32s3_devkitc, lilygo_s3."
    )
    for text in ("{}", '{"bus": "bus-7"}', '{"seats": {"belts": false}}'):
        config, errors = parse(text)
        assert [str(error) for error in errors] == [missing], text
        assert not config["wired"] and config["board"] is None, text
    assert parse('{"bus": "bus-7"}')[0]["bus"] == "bus-7"
    config, errors = parse('{"bord": "devkit_wrover"}')
    assert len(errors) == 2 and str(errors[0]) == missing
    assert "there is no setting bord" in str(errors[1])
    assert config == unwired(None)


def test_what_is_set_counts():
    config, errors = complaints({"bus": "bus-7", "rules": {"overspeed_kmh": 60}})
    assert errors == []
    assert config["bus"] == "bus-7"
    assert config["rules"]["overspeed_kmh"] == 60
    assert config["rules"]["belt_kmh"] == 10


def test_limits_belong_to_the_range():
    for value, fits in ((9, False), (10, True), (120, True), (121, False)):
        config, errors = complaints({"rules": {"overspeed_kmh": value}})
        assert (errors == []) == fits, value
        assert config["rules"]["overspeed_kmh"] == (value if fits else 80), value


def test_an_error_names_file_key_value_and_range_and_the_rest_stands():
    config, errors = complaints({"bus": "bus-7", "rules": {"overspeed_kmh": 900, "belt_kmh": 20}})
    assert errors == [
        "bus.json: rules.overspeed_kmh is 900, but has to be a whole number from 10 to 120; "
        "80 is used instead."
    ]
    assert config["bus"] == "bus-7"
    assert config["rules"]["belt_kmh"] == 20


def test_wrong_types_are_refused():
    for given in (
        {"bus": 7},
        {"bus": "bus 7"},
        {"bus": "รถ-7"},
        {"bus": ""},
        {"bus": "b" * 33},
        {"seats": {"debounce_ms": 5}},
        {"broker": {"tls": 1}},
        {"broker": {"tls": "true"}},
        {"broker": {"host": 5}},
        {"readback": {"fitted": 1}},
        {"sleep": []},
        {"wifi": {"ssid": "x" * 33}},
    ):
        config, errors = complaints(given)
        assert len(errors) == 1, given
        assert config == defaults(), given


def test_wrong_wiring_is_never_replaced_by_a_default():
    for given in ({"board": "toaster"}, {"board": "devkit-wrover"}, {"board": None}):
        config, errors = complaints(given)
        assert len(errors) == 1, given
        assert config == unwired(None), given
    for wrong in (
        {"seats": {"count": 40.5}},
        {"seats": {"count": True}},
        {"seats": {"expanders": [32, 32, 33, 34, 35, 36]}},
        {"seats": {"expanders": [31, 32, 33, 34, 35, 36]}},
        {"seats": {"expanders": 32}},
        {"seats": {"belts": "false"}},
        {"seats": {"belts": 1}},
        {"seats": {"belts": None}},
        {"seats": {"belt": False}},
        {"seats": []},
        {"inputs": {"front_door": "no"}},
        {"inputs": {"presence": 5}},
        {"gnss": {"in_modem": "yes"}},
    ):
        wrong["board"] = "devkit"
        config, errors = complaints(wrong)
        assert len(errors) == 1, wrong
        assert "used instead" not in errors[0], wrong
        assert config == unwired(), wrong


def test_what_is_no_wiring_never_unwires_a_bus():
    config, errors = complaints({"board": "devkit", "comment": "spare bus", "rules": {"x": 1}})
    assert len(errors) == 2
    assert config == defaults()


def test_a_wrong_value_is_replaced_by_the_last_one():
    last = complaints({"rules": {"overspeed_kmh": 60}, "sleep": {"on": False}})[0]
    wrong = '{"board":"devkit","rules":{"overspeed_kmh":900},"sleep":{"on":"no"}}'
    config, errors = parse(wrong, last=last)
    assert len(errors) == 2
    assert config["rules"]["overspeed_kmh"] == 60
    assert config["sleep"]["on"] is False
    assert "60 is used instead" in str(errors[0]) + str(errors[1])


def test_a_key_that_nobody_reads_is_refused_as_a_typo():
    config, errors = complaints({"rules": {"overspeed_kph": 60}})
    assert len(errors) == 1
    assert errors[0].startswith("bus.json: there is no setting rules.overspeed_kph; known here: ")
    assert "overspeed_kmh" in errors[0]
    assert config == defaults()


def test_no_json_is_one_error_with_its_place_and_no_wiring():
    for text in ("", "{", "[1, 2", "nonsense", '{"bus": "a"', "\x00\x01", '{"a":1,"a":2}', "{} x"):
        config, errors = parse(text)
        assert len(errors) == 1, text
        assert str(errors[0]).startswith("bus.json is not valid JSON: line 1, column "), text
        assert config == unwired(None), text
    config, errors = parse("[1]")
    assert len(errors) == 1
    assert config == unwired(None)


def test_files_of_windows_are_read_alike_on_every_python():
    text = b'\xef\xbb\xbf{\r\n"bus": "bus-7",\r\n"board": "devkit"\r\n}\r\n'
    config, errors = parse(text)
    assert errors == []
    assert config["bus"] == "bus-7"
    _, errors = parse(b'\xef\xbb\xbf{\r\n"bus": "bus-7"\r\n"board": "devkit"}')
    assert str(errors[0]) == "bus.json is not valid JSON: line 3, column 1: a comma is missing."
    for text in (b"\xff\xfe{\x00}\x00", b'{"bus": "\xff"}', b"\xef\xbb\xbf\xef\xbb\xbf{}"):
        config, errors = parse(text)
        assert "column" in str(errors[0]) and not config["wired"], text


def test_too_few_expanders_for_the_seats_is_told():
    config, errors = complaints({"seats": {"count": 40, "expanders": [32]}})
    assert len(errors) == 1
    assert "reach only 7 seats" in errors[0]
    assert config["seats"]["count"] == 40


def test_sixty_four_seats_take_ten_expanders_on_two_buses():
    eight = [32, 33, 34, 35, 36, 37, 38, 39]
    for second, fits in (([32, 33], True), ([32], False)):
        seats = {"count": 64, "expanders": eight, "expanders_2": second}
        assert (complaints({"seats": seats})[1] == []) == fits


def test_defaults_are_within_their_own_ranges():
    given = defaults()
    del given["wired"]
    config, errors = complaints(given)
    assert errors == []
    assert config == defaults()


def test_one_axis_of_the_accelerometer_cannot_point_both_ways():
    mounted = {"fitted": True, "forward": "-z", "up": "+z"}
    config, errors = complaints({"accelerometer": mounted})
    assert errors == [
        "bus.json: accelerometer.forward is -z and accelerometer.up is +z, but one axis cannot "
        "point both ways; +x and +z are used instead."
    ]
    assert config["accelerometer"] == {"fitted": True, "forward": "+x", "up": "+z"}
    assert not complaints({"accelerometer": {"forward": "-y", "up": "+z"}})[1]


def test_tls_is_on_unless_bus_json_says_in_so_many_words_that_it_is_not():
    assert complaints({})[0]["broker"]["tls"] is True
    assert complaints({"broker": {"tls": False}})[0]["broker"]["tls"] is False
    for value in (0, None, "false", []):
        config, errors = complaints({"broker": {"tls": value}})
        assert len(errors) == 1 and config["broker"]["tls"] is True


def test_what_moved_to_the_identity_is_told_and_keeps_no_bus_from_its_wiring():
    moved = {"user": "bus-01", "password": "secret", "ca": "/ca.der"}
    config, errors = complaints({"board": "devkit", "broker": moved})
    text = "bus.json: broker.%s stands in identity.json now, which make enrol writes: take it out."
    assert sorted(errors) == [text % name for name in sorted(moved)]
    assert config["wired"] is True
    assert not set(moved) & set(config["broker"])


def test_what_seats_may_be_wired_to():
    fitting = (
        {"inputs": "modbus", "modules": [[1, 48], [247, 32]]},
        {"inputs": "modbus", "modules": [[1, 40]], "belts": False},
        {"inputs": "chain", "chain_registers": 10},
        {"inputs": "mats", "belts": False, "count": 12, "mat_readers": [73, 74, 75]},
        {"expanders": [], "behind_mux": [[32, 33, 34], [32, 33, 34]]},
    )
    for seats in fitting:
        assert complaints({"seats": seats})[1] == [], seats
    for modules in ([[0, 48]], [[248, 48]], [[1, 12]], [[1, 72]], [[1, 8], [1, 8]], [1], [[1]], 5):
        config, errors = complaints({"board": "devkit", "seats": {"modules": modules}})
        assert len(errors) == 1 and "pairs [address 1 to 247" in errors[0], modules
        assert config == unwired()
    for wrong in (
        {"modbus": {"baud": 1200}},
        {"modbus": {"parity": "mark"}},
        {"modbus": {"timeout_ms": 10}},
        {"behind_mux": [[31]]},
        {"behind_mux": 32},
        {"mat_readers": [71]},
        {"chain_registers": 0},
        {"inputs": "wireless"},
    ):
        config, errors = complaints({"board": "devkit", "seats": wrong})
        assert len(errors) == 1, wrong
        assert config == unwired(), wrong


def test_what_does_not_fit_together_is_told_and_mended():
    config, errors = complaints(
        {"seats": {"inputs": "modbus", "modules": [[1, 80 - 16]], "modbus": {"direction": "pin"}}}
    )
    assert len(errors) == 2 and "1 modules reach only 32 seats" in errors[0]
    assert config["seats"]["modbus"]["direction"] == "auto"
    mats = {"inputs": "mats", "count": 4, "mat_readers": [72]}
    config, errors = complaints({"seats": mats, "cabin": {"fitted": True}})
    assert len(errors) == 2
    assert (config["seats"]["belts"], config["cabin"]["fitted"]) == (False, False)
    assert config["wired"]
    config, errors = complaints({"seats": {"mats": {"short_mv": 500, "empty_mv": 400}}})
    assert len(errors) == 1 and not config["wired"]
    config, errors = complaints({"seats": {"behind_mux": [[32, 38]]}})
    assert len(errors) == 1 and not config["wired"]


def test_defaults_are_not_changed_by_mending():
    complaints({"seats": {"inputs": "mats", "behind_mux": [[32]]}, "cabin": {"fitted": True}})
    assert defaults()["seats"]["belts"] is True
    assert defaults()["seats"]["behind_mux"] == []

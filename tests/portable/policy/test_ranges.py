"""Every range of a pack at its ends: the last value accepted, the first one refused."""

from packs import loaded

from firmware.policy.error import PolicyError

STOP = '{"id":"s","at":[13.1,100.9]%s}'
CIRCLE = '"circle":{"at":[13.1,100.9],"radius_m":%d}'
LINE = '"line":[[13.1,100.9],[13.2,100.9]]'


def refusal(text):
    try:
        loaded(text)
    except PolicyError as error:
        return str(error)
    return None


def pack(part, item):
    stops = "" if part == "stops" else '"stops":[%s],' % (STOP % "")
    return '{"v":1,"version":1,%s"%s":[%s]}' % (stops, part, item)


def values():
    """(text of a pack with a %d, lowest, highest)"""
    zone = '{"id":"z","kind":"speed","limit_kmh":%s,%s}'
    road = '{"id":"r","class":"town",%s%s}'
    return (
        ('{"v":1,"version":%d}', 1, 1000000000),
        ('{"v":1,"version":1,"utc_offset_min":%d}', -720, 840),
        (pack("stops", STOP % ',"radius_m":%d'), 20, 500),
        (pack("zones", zone % (30, CIRCLE)), 10, 20000),
        (pack("zones", zone % ("%d", CIRCLE % 100)), 5, 120),
        (pack("roads", road % (LINE, ',"limit_kmh":%d')), 5, 120),
        (pack("roads", road % (LINE, ',"width_m":%d')), 5, 200),
        (pack("schools", '{"stop":"s","days":[%d]}'), 1, 7),
    )


def texts():
    """(text of a pack with a %s, the longest)"""
    zone = '{"id":"%%s","kind":"flood",%s}' % (CIRCLE % 100)
    return (
        (pack("stops", '{"id":"%s","at":[13.1,100.9]}'), 32),
        (pack("stops", STOP % ',"name":"%s"'), 100),
        (pack("zones", zone), 32),
        (pack("routes", '{"id":"r","stops":["s"],"buses":["%s"]}'), 32),
        ('{"v":1,"version":1,"name":"%s"}', 200),
    )


def test_numbers():
    for text, low, high in values():
        for value in (low, high):
            assert refusal(text % value) is None, (text, value)
        for value in (low - 1, high + 1):
            assert "from %d to %d" % (low, high) in (refusal(text % value) or ""), (text, value)


def test_lengths_of_texts():
    for text, most in texts():
        assert refusal(text % ("n" * most)) is None, (text, most)
        assert "longer than %d" % most in (refusal(text % ("n" * (most + 1))) or ""), text


def test_how_many():
    zone = '{"id":"x%d","kind":"flood","circle":{"at":[13.1,100.9],"radius_m":10}}'
    road = '{"id":"x%d","class":"town","line":[[13.1,100.9],[13.1,100.91]]}'
    for part, item, most in (
        ("zones", zone, 250), ("roads", road, 100), ("routes", '{"id":"x%d","stops":["s"]}', 50),
    ):  # fmt: skip
        items = [item % number for number in range(most + 1)]
        assert refusal(pack(part, ",".join(items[:most]))) is None, part
        told = "%s[%d]: there may be %d at most" % (part, most, most)
        assert told in refusal(pack(part, ",".join(items)))


def test_corners_each_and_all():
    def roads(*corners):
        lines = []
        for number, n in enumerate(corners):
            line = ",".join(["[13.1,100.9]"] * n)
            lines.append('{"id":"r%d","class":"town","line":[%s]}' % (number, line))
        return '{"v":1,"version":1,"roads":[%s]}' % ",".join(lines)

    assert refusal(roads(1000)) is None
    assert "too many corners" in refusal(roads(1001))
    assert refusal(roads(*[1000] * 8)) is None
    assert "too many corners" in refusal(roads(*[1000] * 7 + [998, 3]))


def test_an_area_is_two_degrees_wide_at_most():
    zone = '{"id":"z","kind":"flood","polygon":[[13,100],[13,%s],[%s,100]]}'
    assert refusal(pack("zones", zone % ("102", "15"))) is None
    assert "wider than 2 degrees" in refusal(pack("zones", zone % ("102.0000001", "15")))
    assert "wider than 2 degrees" in refusal(pack("zones", zone % ("102", "15.0000001")))


def test_the_limits_of_the_classes():
    for name, kmh in (("town", 60), ("rural", 70), ("divided", 80), ("expressway", 90)):
        policy = loaded(pack("roads", '{"id":"r","class":"%s",%s}' % (name, LINE)))
        assert list(policy.lines.limit_kmh) == [kmh], name


def test_no_two_of_a_kind_have_the_same_id():
    for part, item in (
        ("zones", '{"id":"x","kind":"flood",%s}' % (CIRCLE % 10)),
        ("roads", '{"id":"x","class":"town",%s}' % LINE),
        ("routes", '{"id":"x","stops":["s"]}'),
    ):
        assert part + '[1]: "x" is used twice' in refusal(pack(part, item + "," + item))

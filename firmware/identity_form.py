"""What identity.json has to be. It leaves the heap after the start (drivers/board/leave.py)."""

from binascii import a2b_base64, b2a_base64, unhexlify

from micropython import const

from firmware.config.kinds import Identifier

_FILE = "identity.json"  # as in identity.py, which imports this module
_HEX = "0123456789abcdef"
_EARLIEST_S = const(1704067200)  # 2024-01-01
_LATEST_S = const(3851550847)  # what NVS can hold counted from there
_SEQUENCE = const(0x30)  # a certificate and a key in DER begin so
_LONGEST = const(128)


def checked(given):
    """given: dict of identity.json -> the fields of Identity, in its order. ValueError."""
    if not isinstance(given, dict):
        raise ValueError("%s has to be an object { }." % _FILE)
    if type(given.get("v")) is not int or given["v"] != 1:
        raise ValueError("%s: v has to be 1." % _FILE)
    is_name = Identifier("")
    fleet = _text(given, "fleet", is_name.accepts, is_name.range)
    bus = _text(given, "bus", is_name.accepts, is_name.range)
    serial = _text(given, "serial", lambda value: _is_hex(value, 16), "16 hex digits")
    at = given.get("at")
    if type(at) is not int or not _EARLIEST_S <= at <= _LATEST_S:
        _fail("at", "a whole number from %d to %d" % (_EARLIEST_S, _LATEST_S))
    client_id = _text(given, "client_id", _is_client_id, "1 to 128 of A-Z a-z 0-9 _ -")
    own = fleet + "/" + bus
    user = _text(given, "user", lambda value: value == own, own)
    password = _text(given, "password", _is_short, "a text of at most 128 characters")
    mac_key = unhexlify(_text(given, "mac_key", _is_key, "64 hex digits"))
    city_keys = _city_keys(given.get("city_keys"))
    ca, cert, key = [_der(given, name) for name in ("ca", "cert", "key")]
    if bool(cert) != bool(key):
        raise ValueError("%s: cert and key have to stand there together." % _FILE)
    return fleet, bus, serial, at, client_id, user, password, mac_key, city_keys, ca, cert, key


def _fail(name, what):
    raise ValueError("%s: %s has to be %s." % (_FILE, name, what))


def _text(given, name, accepts, what):
    value = given.get(name)
    if not isinstance(value, str) or not accepts(value):
        _fail(name, what)
    return value


def _is_short(value):
    return len(value) <= _LONGEST


def _is_client_id(value):
    is_name = Identifier("").accepts
    return 1 <= len(value) <= _LONGEST and all(is_name(char) for char in value)


def _is_hex(value, length):
    return len(value) == length and all(char in _HEX for char in value)


def _is_key(value):
    return _is_hex(value, 64)


def _city_keys(keys):
    """-> list of bytes."""
    if (
        not isinstance(keys, list)
        or not 1 <= len(keys) <= 2
        or not all(isinstance(key, str) and _is_key(key) for key in keys)
    ):
        _fail("city_keys", "a list of one or two keys of 64 hex digits")
    return [unhexlify(key) for key in keys]


def _der(given, name):
    """-> bytes. MicroPython's a2b_base64 passes over what is no base64: it is written again."""
    text = _text(given, name, lambda value: True, "a text")
    try:
        data = a2b_base64(text)
    except ValueError:
        data = b""
    if text and (data[:1] != bytes((_SEQUENCE,)) or b2a_base64(data)[:-1] != text.encode()):
        _fail(name, "DER in base64, or empty")
    return data

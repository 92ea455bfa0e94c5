"""Identity: who this bus is, apart from its settings; from the file identity.json.

`make enrol` writes the file and `make deploy` sends it. Everything in it is secret. Whoever holds
the board can read it all; it opens no other bus (docs/security.md). A file that is missing, broken
or another bus's is no reason to stop: the bus senses and warns as ever, and reports the fault.
"""

from binascii import a2b_base64, b2a_base64, unhexlify

from micropython import const

from firmware.config.error import ConfigError
from firmware.config.kinds import Identifier
from firmware.jsonstrict import NotJson, parse, place

FILE = "identity.json"
_HEX = "0123456789abcdef"
_EARLIEST_S = const(1704067200)  # 2024-01-01
_LATEST_S = const(3851550847)  # what NVS can hold counted from there
_SEQUENCE = const(0x30)  # a certificate and a key in DER begin so
_LONGEST = const(128)


class Identity:
    """serial: str, 16 hex digits. at: int, UTC s, when it was made. client_id, user, password: str,
    for the broker; password "" if there is a certificate. mac_key: 32 bytes. city_keys: one
    or two Ed25519 public keys of 32 bytes. ca, cert, key: DER, b"" if there is none.
    """

    def __init__(self, given):
        """given: dict of identity.json; a key that is not known here is of later firmware.
        ValueError, with a sentence that shows no secret.
        """
        if not isinstance(given, dict):
            raise ValueError("%s has to be an object { }." % FILE)
        if type(given.get("v")) is not int or given["v"] != 1:
            raise ValueError("%s: v has to be 1." % FILE)
        is_name = Identifier("")
        self.fleet = _text(given, "fleet", is_name.accepts, is_name.range)
        self.bus = _text(given, "bus", is_name.accepts, is_name.range)
        self.serial = _text(given, "serial", lambda value: _is_hex(value, 16), "16 hex digits")
        self.at = given.get("at")
        if type(self.at) is not int or not _EARLIEST_S <= self.at <= _LATEST_S:
            _fail("at", "a whole number from %d to %d" % (_EARLIEST_S, _LATEST_S))
        self.client_id = _text(given, "client_id", _is_client_id, "1 to 128 of A-Z a-z 0-9 _ -")
        user = self.fleet + "/" + self.bus
        self.user = _text(given, "user", lambda value: value == user, user)
        self.password = _text(given, "password", _is_short, "a text of at most 128 characters")
        self.mac_key = unhexlify(_text(given, "mac_key", _is_key, "64 hex digits"))
        self.city_keys = _city_keys(given.get("city_keys"))
        self.ca, self.cert, self.key = [_der(given, name) for name in ("ca", "cert", "key")]
        if bool(self.cert) != bool(self.key):
            raise ValueError("%s: cert and key have to stand there together." % FILE)


def read(content):
    """bytes of identity.json -> Identity. ValueError, with a sentence."""
    try:
        given = parse(content)
    except NotJson as error:
        raise ValueError("%s is not valid JSON: %s." % (FILE, place(content, error)))
    return Identity(given)


def identity_of(files, config):
    """-> (Identity of the bus of these settings or None, list of ConfigErrors: what is wrong with
    the file). files: of the board."""
    if not files.has(FILE):
        return None, []
    try:
        identity = read(_content(files))
    except OSError:
        return None, [ConfigError("%s cannot be read." % FILE)]
    except ValueError as error:
        return None, [ConfigError(str(error))]
    whose, here = identity.user, config["fleet"] + "/" + config["bus"]
    if whose != here:
        text = "%s is of %s, but bus.json says %s: this bus does not use it."
        return None, [ConfigError(text % (FILE, whose, here))]
    return identity, []


def _content(files):
    file = files.open(FILE, "rb")
    try:
        return file.read()
    finally:
        file.close()


def _fail(name, what):
    raise ValueError("%s: %s has to be %s." % (FILE, name, what))


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

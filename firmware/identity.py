"""Identity: who this bus is, apart from its settings; from the file identity.json.

`make enrol` writes the file and `make deploy` sends it. Everything in it is secret. Whoever holds
the board can read it all; it opens no other bus (docs/security.md). A file that is missing, broken
or another bus's is no reason to stop: the bus senses and warns as ever, and reports the fault.
"""

from firmware.config.error import ConfigError

FILE = "identity.json"


class Identity:
    """serial: str, 16 hex digits. at: int, UTC s, when it was made. client_id, user, password: str,
    for the broker; password "" if there is a certificate. mac_key: 32 bytes. city_keys: one
    or two Ed25519 public keys of 32 bytes. ca, cert, key: DER, b"" if there is none.
    """

    def __init__(self, given):
        """given: dict of identity.json; a key that is not known here is of later firmware.
        ValueError, with a sentence that shows no secret.
        """
        from firmware.identity_form import checked

        fields = checked(given)
        self.fleet, self.bus, self.serial, self.at, self.client_id = fields[:5]
        self.user, self.password, self.mac_key, self.city_keys = fields[5:9]
        self.ca, self.cert, self.key = fields[9:]


def read(content):
    """bytes of identity.json -> Identity. ValueError, with a sentence."""
    from firmware.jsonstrict import NotJson, parse, place

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

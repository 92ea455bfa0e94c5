"""Identity: who this bus is, apart from its settings; from the file identity.json.

`make enrol` writes the file and `make deploy` sends it. Everything in it is secret. Whoever holds
the board can read it all; it opens no other bus (docs/security.md).
"""

from binascii import a2b_base64, unhexlify

from firmware.jsonstrict import parse

FILE = "identity.json"


class Identity:
    """serial: str, 16 hex digits. at: int, UTC s, when it was made. client_id, user, password: str,
    for the broker; password "" if there is a certificate. mac_key: 32 bytes. city_keys: one or
    two Ed25519 public keys of 32 bytes. ca, cert, key: DER, b"" if there is none.
    """

    def __init__(self, given):
        """given: dict of identity.json. ValueError, with a sentence."""
        try:
            if given["v"] != 1:
                raise ValueError("v has to be 1")
            self.fleet, self.bus, self.serial = given["fleet"], given["bus"], given["serial"]
            self.at = given["at"]
            self.client_id = given["client_id"]
            self.user, self.password = given["user"], given["password"]
            self.mac_key = unhexlify(given["mac_key"])
            self.city_keys = [unhexlify(key) for key in given["city_keys"]]
            self.ca, self.cert, self.key = [a2b_base64(given[x]) for x in ("ca", "cert", "key")]
        except KeyError as error:
            raise ValueError("%s: %s is missing." % (FILE, error.args[0]))
        except (TypeError, ValueError) as error:
            raise ValueError("%s: %s." % (FILE, error))


def read(content):
    """bytes of identity.json -> Identity. ValueError, with a sentence."""
    return Identity(parse(content))

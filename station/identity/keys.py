"""The folder of keys (`python -m station keys`): the city's key and the fleet's authority.

city.key signs commands (Ed25519, RFC 8032); authority.key signs the certificates of buses and of
the broker (EC P-256). Both private keys stay in this folder and are in no database. Where the
broker has a certificate of another authority, that authority's certificate lies here too, as
broker_ca.crt: the boards then get it in place of authority.crt.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.identity import files
from station.identity.authority import Authority, new_authority
from station.identity.errors import IdentityError

_PEM, _DER = serialization.Encoding.PEM, serialization.Encoding.DER
_RAW = serialization.Encoding.Raw
_CITY_KEY_IS_GONE = (
    "{folder} holds the other keys, and no city.key: bring it back from the copy in the safe. If "
    "no copy exists, `python -m station keys --city-key-lost --out {folder}` makes another; then "
    "make enrol BUS=all ROTATE=1, and deploy each bus. Nothing was changed."
)
_NAMES = ("city.key", "city.pub", "authority.key", "authority.crt")


def make(folder: Path) -> str:
    """Writes all four files, and never over one. -> the city's public key, hex. IdentityError."""
    files.make_folder(folder)
    there = [name for name in _NAMES if files.exists(folder / name)]
    if there and "city.key" not in there:
        raise IdentityError(_CITY_KEY_IS_GONE.format(folder=folder))
    if there:
        raise IdentityError(
            f"{folder} holds {there[0]} already: keys are never overwritten, because every board "
            "knows them. Name another folder, or use --rotate for another key of the city."
        )
    os.chmod(folder, 0o700)
    public = _new_city_key(folder, "city")
    key, certificate = new_authority()
    files.write_new(folder / "authority.key", key)
    files.write_new(folder / "authority.crt", certificate)
    return public


def rotate(folder: Path) -> str:
    """Makes the city's next key beside the one in use. -> its public key, hex. IdentityError."""
    if not files.exists(folder / "city.key"):
        _refuse_without_authority(folder)
        raise IdentityError(_CITY_KEY_IS_GONE.format(folder=folder))
    if files.exists(folder / "city.next.key"):
        raise IdentityError(f"{folder} holds city.next.key already: a rotation is under way.")
    return _new_city_key(folder, "city.next")


def replace_lost(folder: Path) -> str:
    """Another city.key in the place of one that is lost. -> its public key, hex. IdentityError."""
    _refuse_without_authority(folder)
    if files.exists(folder / "city.key"):
        raise IdentityError(f"{folder} holds city.key: it is not lost. For another, use --rotate.")
    return _new_city_key(folder, "city")


def _refuse_without_authority(folder: Path) -> None:
    if not files.exists(folder / "authority.key"):
        raise IdentityError(f"{folder} is no folder of keys: it holds no authority.key.")


def _new_city_key(folder: Path, name: str) -> str:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip
    public = key.public_key().public_bytes(_RAW, serialization.PublicFormat.Raw).hex()
    files.write_new(folder / f"{name}.key", pem)
    files.write(folder / f"{name}.pub", public.encode() + b"\n")
    return public


class Keys:
    """What enrolling needs of the folder. IdentityError, if something is missing in it."""

    def __init__(self, folder: str | Path | None):
        if folder is None:
            raise IdentityError(
                "The folder of keys is not named: give --keys DIR, or set STATION_KEYS. "
                "`python -m station keys --out DIR` makes one."
            )
        self.folder = Path(folder)
        self.city_keys = [self._public("city.pub")]
        """Hex: the one in use, and the next one during a rotation."""
        if files.exists(self.folder / "city.next.pub"):
            self.city_keys.append(self._public("city.next.pub"))
        key, certificate = (self._read(f"authority.{end}") for end in ("key", "crt"))
        try:
            self.authority = Authority(key, certificate)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise IdentityError(f"The authority in {folder} cannot be used: {error}.") from error

    def ca(self) -> bytes:
        """DER: the certificate by which a board knows the broker."""
        path = self.folder / "broker_ca.crt"
        if not files.exists(path):
            return self.authority.certificate.public_bytes(_DER)
        try:
            return x509.load_pem_x509_certificate(files.read(path)).public_bytes(_DER)
        except ValueError:
            raise IdentityError(f"{path} holds no certificate in PEM.") from None

    def _public(self, name: str) -> str:
        text = self._read(name).decode(errors="replace").strip()
        try:
            right = len(bytes.fromhex(text)) == 32
        except ValueError:
            right = False
        if not right:
            raise IdentityError(f"{self.folder / name} does not hold 64 hexadecimal digits.")
        return text

    def _read(self, name: str) -> bytes:
        path = self.folder / name
        if not files.exists(path):
            raise IdentityError(
                f"{self.folder} holds no {name}. Bring the city's folder of keys from its copy and "
                "name it; `python -m station keys --out DIR` makes one for a new city."
            )
        return files.read(path)

"""The fleet's own authority: it certifies buses and the broker, and lists what is revoked.

EC P-256 throughout (RFC 5280, RFC 5480). A bus's certificate names the bus (CN = fleet/bus) and
the identity (serialNumber: its 16 digits), so that a broker can tell a board that was stolen from
the board that replaced it. Dates are the computer's, for a broker and a board judge by them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from station.clock import Clock

_PEM = serialization.Encoding.PEM
_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)
BUS_YEARS, BROKER_YEARS, _AUTHORITY_YEARS = 5, 5, 30
_REVOKED_YEARS = 30
"""A broker refuses every client once the list is out of date."""


class Certified(NamedTuple):
    certificate: bytes
    """DER"""
    key: bytes
    """DER, SEC 1"""
    ends_ms: int


def _now() -> datetime:
    """A day back, because the clock of whoever reads it may be late."""
    return datetime.fromtimestamp(Clock().now_ms() // 1000, timezone.utc) - _DAY


def _name(common: str, serial: str | None = None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if serial is not None:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial))
    return x509.Name(parts)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey,
             years: int, serial: int) -> x509.CertificateBuilder:  # fmt: skip
    begins = _now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(begins)
        .not_valid_after(begins + _DAY + years * _YEAR)
    )


def _with_usage(builder: x509.CertificateBuilder, is_authority: bool) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(
        digital_signature=not is_authority, key_cert_sign=is_authority, crl_sign=is_authority,
        content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    limits = x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None)
    return builder.add_extension(limits, critical=True).add_extension(usage, critical=True)


def new_authority() -> tuple[bytes, bytes]:
    """-> (key, certificate), PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Busguard fleet authority")
    builder = _with_usage(
        _builder(name, name, key, _AUTHORITY_YEARS, x509.random_serial_number()), True
    ).add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return _pem(key), builder.sign(key, hashes.SHA256()).public_bytes(_PEM)


def own_certificate(name: str) -> tuple[bytes, bytes]:
    """-> (key, certificate), PEM: one that no authority vouches for, and that vouches for no
    other. The station's: the broker knows this one alone, so no bus can be taken for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _with_usage(
        _builder(_name(name), _name(name), key, BROKER_YEARS * 4, x509.random_serial_number()),
        False,
    ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    return _pem(key), builder.sign(key, hashes.SHA256()).public_bytes(_PEM)


def general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


class Authority:
    def __init__(self, key: bytes, certificate: bytes):
        """PEM. ValueError, TypeError."""
        self.certificate = x509.load_pem_x509_certificate(certificate)
        loaded = serialization.load_pem_private_key(key, None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise ValueError("its key is no EC key")
        if loaded.public_key() != self.certificate.public_key():
            raise ValueError("key and certificate do not belong together")
        self._key = loaded

    def bus(self, user: str, serial: str) -> Certified:
        """user: "fleet/bus". serial: 16 hexadecimal digits."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._signed_by_me(_name(user, serial), key, BUS_YEARS, int(serial, 16))
        client = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        made = builder.add_extension(client, critical=False).sign(self._key, hashes.SHA256())
        der = serialization.Encoding.DER
        private = key.private_bytes(
            der, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        ends_ms = int(made.not_valid_after_utc.timestamp()) * 1000
        return Certified(made.public_bytes(der), private, ends_ms)

    def broker(self, hosts: Iterable[str], is_node: bool = False) -> tuple[bytes, bytes]:
        """hosts: names or addresses by which it is reached. is_node: it connects to the other nodes
        of its cluster, too. -> (key, certificate), PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [general_name(host) for host in hosts]
        builder = self._signed_by_me(
            _name(str(names[0].value)), key, BROKER_YEARS, x509.random_serial_number()
        )
        uses = [ExtendedKeyUsageOID.SERVER_AUTH]
        uses += [ExtendedKeyUsageOID.CLIENT_AUTH] * is_node
        made = (
            builder.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return _pem(key), made.public_bytes(_PEM)

    def revoked(self, serials: Iterable[str]) -> bytes:
        """PEM: the list of what is revoked (RFC 5280, section 5)."""
        begins = _now()
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(begins)
            .next_update(begins + _REVOKED_YEARS * _YEAR)
        )
        for serial in serials:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(int(serial, 16))
                .revocation_date(begins)
                .build()
            )
        return builder.sign(self._key, hashes.SHA256()).public_bytes(_PEM)

    def vouches_for(self, certificate: x509.Certificate) -> bool:
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def _signed_by_me(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, years: int,
                      serial: int) -> x509.CertificateBuilder:  # fmt: skip
        builder = _builder(subject, self.certificate.subject, key, years, serial)
        return _with_usage(builder, False).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
            critical=False,
        )

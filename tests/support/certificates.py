"""Authorities, brokers' and buses' certificates for the tests: EC P-256, of any dates."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


class Certified(NamedTuple):
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> str:
        """As identity.json has it."""
        return base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode()

    @property
    def key_der(self) -> str:
        der = self.key.private_bytes(
            Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        )  # fmt: skip
        return base64.b64encode(der).decode()

    @property
    def pkcs8(self) -> str:
        der = self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return base64.b64encode(der).decode()

    def save(self, folder: Path, name: str) -> tuple[Path, Path]:
        """-> (certificate, key), PEM."""
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        certificate.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        key.write_bytes(
            self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )  # fmt: skip
        return certificate, key


def certified(name: str, by: Certified | None = None, days: tuple[int, int] = (-1, 300),
              host: str | None = None) -> Certified:  # fmt: skip
    """days: from when and to when it is valid, from today. by: None: an authority's own."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + days[0] * _DAY)
        .not_valid_after(now + days[1] * _DAY)
        .add_extension(x509.BasicConstraints(by is None, None), True)
    )
    if host is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
    return Certified(builder.sign(by.key if by else key, hashes.SHA256()), key)

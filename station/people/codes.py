"""The second factor: codes of six digits from a telephone (TOTP, RFC 6238), and ten recovery codes
for the day on which the telephone is lost. Each code counts once."""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
from typing import Any

import pyotp
import segno

STEP_S = 30
_ABROAD = 1
"""Steps that the telephone's clock may be off."""
_RECOVERY = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
ISSUER = "Busguard"


def new_secret() -> str:
    """160 bits in base 32."""
    return pyotp.random_base32()


def link(secret: str, name: str) -> str:
    """What the QR code says: otpauth://totp/..."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def picture(text: str) -> str:
    """A QR code as SVG."""
    out = io.BytesIO()
    code = segno.make(text, error="m")
    code.save(out, kind="svg", scale=5, border=4, light="#fff", xmldecl=False)
    return out.getvalue().decode()


def step_of(secret: str, code: str, now_ms: int, after: int | None) -> int | None:
    """The step (of 30 s since 1970) that this code is of; None: it is wrong, or not later than
    `after`, the step of the last code that was taken."""
    now = now_ms // 1000 // STEP_S
    totp = pyotp.TOTP(secret)
    for step in range(now - _ABROAD, now + _ABROAD + 1):
        is_new = after is None or step > after
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()) and is_new:
            return step
    return None


def new_recovery() -> list[str]:
    """Codes such as abcde-23456: 49 bits each."""

    def part() -> str:
        return "".join(secrets.choice(_ALPHABET) for _ in range(5))

    return [f"{part()}-{part()}" for _ in range(_RECOVERY)]


def digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def used(row: Any, given: str, now_ms: int) -> dict[str, Any] | None:
    """row: of the table users. -> what has to be written to it, so that the code counts once; None:
    the code is wrong."""
    code = given.replace(" ", "").lower()
    step = step_of(row.totp, code, now_ms, row.totp_step)
    if step is not None:
        return {"totp_step": step}
    left = [one for one in row.recovery or [] if one != digest(code)]
    return {"recovery": left} if len(left) < len(row.recovery or []) else None

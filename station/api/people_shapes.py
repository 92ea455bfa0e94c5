"""What the API takes and answers about people (station/api/shapes.py has the rest)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from station.api.shapes import Text

Role = Literal["viewer", "duty", "admin"]
Lang = Literal["th", "en"]
PERSON = r"^[\w .@-]{1,64}$"
"""A person's name."""
Fleet = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,32}$")]
Password = Annotated[str, Field(min_length=10, max_length=256)]


class SignIn(BaseModel):
    name: Text = Field(max_length=64)
    password: str = Field(max_length=256)
    code: Text | None = Field(None, max_length=20)


class Proof(BaseModel):
    """Whoever is signed in is asked for the password again."""

    password: str = Field(max_length=256)


class NewPassword(BaseModel):
    old: str = Field(max_length=256)
    new: Password


class NewCode(BaseModel):
    """secret: in base 32. link: otpauth://totp/... picture: the link as a QR code, SVG."""

    secret: str
    link: str
    picture: str


class BothProofs(Proof):
    """code: from the telephone, or a recovery code."""

    code: Text | None = Field(None, max_length=20)


class FirstCode(Proof):
    """present: a code of the second factor that is replaced."""

    secret: str = Field(pattern="^[A-Z2-7]{32}$")
    code: str = Field(max_length=20)
    present: Text | None = Field(None, max_length=20)


class RecoveryCodes(BaseModel):
    recovery: list[str]


class Session(BaseModel):
    """mine: the session that asks."""

    id: str
    name: str
    address: str
    browser: str
    made_at: str
    used_at: str
    mine: bool


class TriedSignIn(BaseModel):
    """flood: more than 500 different ones failed within the hour."""

    at: str
    name: str
    address: str
    result: Literal["ok", "wrong", "code_needed", "wrong_code", "refused", "flood"]
    times: int


class Me(BaseModel):
    name: str
    role: Role
    csrf: str
    lang: Lang
    code: bool
    must_code: bool


class User(BaseModel):
    name: str
    role: Role
    lang: Lang
    enabled: bool
    code: bool
    fleets: list[str] | None


class NewUser(BaseModel):
    """Without a password, a person who exists keeps the old one. fleets: those that the person
    sees; None: all."""

    name: str = Field(pattern=PERSON)
    role: Role
    lang: Lang = "th"
    enabled: bool = True
    password: Password | None = None
    fleets: list[Fleet] | None = Field(None, max_length=100)

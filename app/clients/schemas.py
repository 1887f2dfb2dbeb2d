"""What is said of clients, tokens and keys over HTTP."""

from typing import Annotated, Literal

from pydantic import Field

from app.clients.client import Scope
from app.kernel.schema import Code, Distinct, Flag, IndicatorCode, Name, Schema, Timestamp, UnitCode, Whole

LONGEST_OVERLAP_SECONDS = 604_800


ClientName = Annotated[Name, Field(description="Whose system it is, for people", examples=["Cổng một cửa"])]
Scopes = Annotated[
    Distinct[Scope],
    Field(min_length=1, max_length=6, description="What it may do", examples=[["read", "push"]]),
]
UnitBound = Annotated[
    UnitCode | None, Field(description="Only this unit and those below; null: no bound", examples=["H61"])
]
LevelBound = Annotated[
    Annotated[Distinct[Code], Field(min_length=1, max_length=100)] | None,
    Field(description="Only these levels; null: no bound", examples=[["commune"]]),
]
IndicatorBound = Annotated[
    Annotated[Distinct[IndicatorCode], Field(min_length=1, max_length=1000)] | None,
    Field(description="Only these indicators; null: no bound", examples=[["1.1", "3.8"]]),
]


class ClientCreate(Schema):
    """A client to be. A bound that is left out is none."""

    name: ClientName
    scopes: Scopes
    unit: UnitBound = None
    levels: LevelBound = None
    indicators: IndicatorBound = None


class ClientReplace(Schema):
    """All that can change of a client. Nothing may be left out: a bound that was forgotten would be a bound lifted."""

    name: ClientName
    scopes: Scopes
    unit: UnitBound
    levels: LevelBound
    indicators: IndicatorBound
    disabled: Flag = Field(description="true: gets no token, and those it has are void at once")


class RegisteredClient(Schema):
    """A calling system. Not `Client`, which is the name of generated clients themselves."""

    id: str = Field(description="Its `client_id`, made here", examples=["client-0f2c9a51d3b7e864"])
    name: str
    scopes: list[Scope]
    unit: str | None
    levels: list[str] | None
    indicators: list[str] | None
    disabled: bool
    disabled_at: Timestamp | None
    created_at: Timestamp
    last_used_at: Timestamp | None = Field(description="When it last got a token, to the minute")
    previous_secret_expires_at: Timestamp | None = Field(
        description="Until when the secret before the last rotation is good too; null when it is not"
    )
    revision: int


class ClientWithSecret(RegisteredClient):
    """A client with its new secret, which is shown here and never again."""

    client_secret: str = Field(json_schema_extra={"format": "password"})


class RotationWrite(Schema):
    """How long the secret before stays good."""

    overlap_seconds: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP_SECONDS), Whole] = Field(
        86_400,
        description="0: the old secret and all tokens end at once, for a secret that others have seen",
    )


class Token(Schema):
    """An access token (RFC 6749, 5.1)."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int = Field(description="Seconds")
    scope: str = Field(description="What was granted, separated by spaces", examples=["read submit"])


class Jwk(Schema):
    """The public half of a signing key (RFC 8037)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str = Field(description="Thumbprint of the key (RFC 7638)")
    alg: Literal["EdDSA"]
    use: Literal["sig"]


class JwkSet(Schema):
    """The keys that access tokens made here are verified with (RFC 7517)."""

    keys: list[Jwk]

"""The file of trusted issuers: whose tokens are accepted, with which keys, for what."""

from pathlib import Path
from typing import Annotated, Literal

import httpx
from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from app.clients.client import Scope
from app.kernel.schema import Code, IndicatorCode, Schema, UnitCode
from app.settings import Settings

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
Claim = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _encrypted(url: str) -> str:
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        parts = httpx.URL()
    if not parts.host or not (parts.scheme == "https" or (parts.scheme == "http" and parts.host in _LOOPBACK)):
        raise PydanticCustomError("not_https", "Must be an https address, or http on this machine")
    return url


class TrustedIssuer(Schema):
    """One issuer. Its callers get the ids `name:subject`, what `scopes` makes of their scopes, and these bounds."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
    issuer: str = Field(min_length=1, max_length=500, description="`iss`, letter by letter")
    audience: str = Field(min_length=1, max_length=500, description="What `aud` has to be or hold")
    jwks_url: Annotated[str, AfterValidator(_encrypted)] = Field(max_length=2000)
    algorithms: list[Algorithm] = Field(["RS256"], min_length=1)
    client_claim: Literal["sub", "azp", "client_id"] = Field("sub", description="The claim that names the caller")
    scope_claim: Claim | Annotated[list[Claim], Field(min_length=1, max_length=8)] = Field(
        "scope", description="A claim, or the way to a nested one: [realm_access, roles]"
    )
    scopes: dict[Claim, list[Scope]] = Field(min_length=1, description="What each of theirs stands for here")
    unit: UnitCode | None = None
    levels: list[Code] | None = Field(None, min_length=1)
    indicators: list[IndicatorCode] | None = Field(None, min_length=1)
    leeway_seconds: int = Field(30, ge=0, le=60, description="Between its clock and ours")


_FILE = TypeAdapter(list[TrustedIssuer])


def load_issuers(settings: Settings) -> list[TrustedIssuer]:
    """The issuers of the file that the settings name; none without one.

    ValueError in one sentence when the file cannot be read, breaks a rule, or names an issuer twice or ourselves.
    """
    if settings.trusted_issuers is None:
        return []
    issuers = _read(settings.trusted_issuers)
    addresses = [settings.issuer, *(issuer.issuer for issuer in issuers)]
    names = [issuer.name for issuer in issuers]
    if len(set(addresses)) < len(addresses) or len(set(names)) < len(names):
        raise ValueError(f"DTI_TRUSTED_ISSUERS: {settings.trusted_issuers} names an issuer twice, or ourselves.")
    return issuers


def _read(path: Path) -> list[TrustedIssuer]:
    try:
        return _FILE.validate_json(path.read_bytes())
    except OSError as error:
        raise ValueError(f"DTI_TRUSTED_ISSUERS: {path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        told = "; ".join(f"/{'/'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise ValueError(f"DTI_TRUSTED_ISSUERS: {path}: {told}.") from error

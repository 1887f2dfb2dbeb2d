"""Every setting, read once from the environment and passed in."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _listed(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Rate = Annotated[str, Field(pattern=r"^([1-9][0-9]{0,8}/(second|minute|hour|day))?$", examples=["600/minute"])]
"""Requests per second, minute, hour or day; empty for no limit."""


class Settings(BaseSettings):
    """What an installation may choose. Environment variables are `DTI_` and the name in capitals."""

    model_config = SettingsConfigDict(env_prefix="DTI_", frozen=True, extra="ignore", validate_by_name=True)

    database_url: str | None = Field(
        None,
        validation_alias="DATABASE_URL",
        repr=False,
        description="PostgreSQL 15 or newer. Not given: a server of our own is started",
    )
    data_dir: Path = Field(Path(".data"), description="Where secrets and the embedded database are kept")
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on")
    workers: int = Field(1, ge=1, le=64, description="Worker processes")
    environment: Literal["development", "production"] = "development"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    max_body_bytes: int = Field(2_000_000, ge=1, description="Largest request body; 413 above it")
    pool_size: int = Field(8, ge=1, le=200, description="Database connections of a worker to write; as many to read")
    statement_seconds: int = Field(30, ge=1, le=3600, description="A statement that takes longer is given up")
    rate_limit: Rate = Field("6000/minute", description="Requests that a worker answers one client; 429 above it")
    address_rate_limit: Rate = Field(
        "600/minute", description="The same of an address without a good token, and as many at /oauth/token"
    )

    webhook_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_listed)] = Field(
        (), description="Networks (CIDR) to which webhooks may go though private and without TLS; else https only"
    )
    jobs_per_client: int = Field(20, ge=1, le=1000, description="Pushes of one client that wait or run; 429 above it")
    job_hours: int = Field(24, ge=1, le=720, description="How long a job can be read after its end")

    issuer: str = Field("dti", min_length=1, description="`iss` of the tokens made here")
    token_seconds: int = Field(900, ge=10, le=86_400, description="How long a token is good for")
    trusted_issuers: Path | None = Field(
        None, description="JSON file of the outside issuers whose tokens are accepted. Not given: none"
    )
    token_key: SecretStr | None = Field(
        None, description="Ed25519 private key (PEM) that signs tokens. Not given: made in data_dir"
    )
    pepper: SecretStr | None = Field(
        None, min_length=16, description="Key of the client secrets' hashes. Not given: made in data_dir"
    )

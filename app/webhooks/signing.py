"""Secrets of webhooks, and the headers that sign a message (Standard Webhooks 1.0)."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from standardwebhooks.webhooks import Webhook as Signer

from app.kernel.sealing import Seal

_PREFIX = "whsec_"
_SECRET_BYTES = 32  # of 24 to 64


def make_secret() -> str:
    """A new secret: `whsec_` and 32 random bytes in base64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def secret_seal(pepper: bytes) -> Seal:
    """What secrets are sealed with."""
    return Seal(pepper, "webhooks")


def message_name(message: UUID) -> str:
    """The `webhook-id` of a message, the same at every attempt."""
    return f"msg_{message.hex}"


def signed(name: str, at: datetime, body: str, keys: Sequence[str]) -> dict[str, str]:
    """The three headers of one attempt at `at` (UTC): one signature for each secret that is good now."""
    signatures = [Signer(key).sign(name, at, body) for key in keys]
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }

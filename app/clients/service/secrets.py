"""Secrets: made here, shown once, kept as hashes."""

import hmac
import secrets
from hashlib import sha256


def make_secret() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def hash_secret(pepper: bytes, secret: str) -> bytes:
    """HMAC-SHA256 under the pepper. Secrets are 256 random bits, so no slow hash is needed."""
    return hmac.digest(pepper, secret.encode("utf-8", "replace"), sha256)


def is_one_of(hashed: bytes, stored: tuple[bytes, ...]) -> bool:
    """Whether the hash is one of those stored; takes as long for a wrong one."""
    return sum(hmac.compare_digest(hashed, one) for one in stored) > 0

"""What the database keeps but must not tell: sealed under the installation's pepper (AES-256-GCM)."""

import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class BrokenSealError(Exception):
    """Sealed under another pepper, for another purpose or name, or altered since."""


class Seal:
    """Seals and opens for one purpose: what is sealed for one cannot be opened for another."""

    def __init__(self, pepper: bytes, purpose: str) -> None:
        self._cipher = AESGCM(sha256(purpose.encode() + pepper).digest())

    def seal(self, content: bytes, name: bytes) -> bytes:
        """`content`, to be kept beside what `name` names and to be opened only there."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, name)

    def open(self, sealed: bytes, name: bytes) -> bytes:
        """What was sealed. BrokenSealError."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name)
        except InvalidTag:
            raise BrokenSealError from None

"""The secrets of this installation: given in the settings, else made at first start and kept as files."""

import contextlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import SecretStr

from app.settings import Settings


@dataclass(frozen=True, repr=False)
class Keys:
    """`token_key` signs tokens; `pepper` keys the hashes of client secrets."""

    token_key: Ed25519PrivateKey
    pepper: bytes


def load_keys(settings: Settings) -> Keys:
    """Read both secrets, making the files `token_key.pem` and `pepper` (0600) where none were given.

    Raises ValueError when the token key is not an Ed25519 private key in PEM.
    """
    pem = _given(settings.token_key) or secret_file(settings.data_dir / "token_key.pem", _make_token_key)
    pepper = _given(settings.pepper) or secret_file(settings.data_dir / "pepper", _make_pepper)
    return Keys(_read_token_key(pem), pepper)


def secret_file(path: Path, make: Callable[[], bytes]) -> bytes:
    """What the file holds; made first where it is missing. Workers that start together agree on one."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _put(path, make())
    return path.read_bytes()


def _put(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # A link appears whole or not at all, and the first one stays.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _given(secret: SecretStr | None) -> bytes | None:
    return None if secret is None else secret.get_secret_value().encode()


def _read_token_key(pem: bytes) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        key = None
    if isinstance(key, Ed25519PrivateKey):
        return key
    raise ValueError("The token key (DTI_TOKEN_KEY or token_key.pem) is not an Ed25519 private key in PEM.")


def _make_token_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _make_pepper() -> bytes:
    return secrets.token_urlsafe(32).encode()

"""An outside issuer on this machine: its keys over HTTP, its tokens, and what can go wrong with it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://sso.example.vn/realms/lgsp"
AUDIENCE = "dti"


@dataclass
class Elsewhere:
    """Serves its keys at `url`; `answer` replaces the answer, `seconds` delays it, `asked` counts the requests."""

    keys: dict[str, RSAPrivateKey] = field(default_factory=lambda: {"k1": generate_private_key(65537, 2048)})
    answer: bytes | None = None
    seconds: float = 0
    asked: int = 0
    port: int = 0
    paths: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/certs"

    def jwks(self) -> dict[str, Any]:
        return {
            "keys": [
                {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", "alg": "RS256"}
                for kid, key in self.keys.items()
            ]
        }

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Those of a good token; a change to None leaves the claim out."""
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "mot-cua", "exp": now + 300, "iat": now, "scope": "dti.read"}
        return {name: value for name, value in {**claims, **changes}.items() if value is not None}

    def token(self, kid: str = "k1", header: dict[str, Any] | None = None, **changes: Any) -> str:
        claims = self.claims(**changes)
        return jwt.encode(claims, self.keys[kid], "RS256", headers={"kid": kid, **(header or {})})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            self.asked += 1
            self.paths.append(request.split()[1].decode())
            await asyncio.sleep(self.seconds)
            writer.write(self.answer or response(json.dumps(self.jwks()).encode()))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side has hung up, as it should where the answer is too long
        finally:
            writer.close()


def response(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """The bytes of an HTTP answer, after which the connection closes."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(head).encode() + body


@asynccontextmanager
async def elsewhere() -> AsyncIterator[Elsewhere]:
    found = Elsewhere()
    server = await asyncio.start_server(found._serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found

from typing import Literal

from pydantic import Field

from app.kernel.schema import Schema


class Token(Schema):
    """An access token (RFC 6749, 5.1)."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int = Field(description="Seconds")
    scope: str = Field(description="What was granted, separated by spaces", examples=["read submit"])

"""Webhooks and their deliveries, over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.kernel.schema import Schema, Text, Timestamp, Whole

MessageType = Literal["submission.status_changed", "ranking.changed", "ranking.published", "period.status_changed"]
Status = Literal["active", "disabled"]
DisabledReason = Literal["requested", "gone", "failing"]
MOST_OVERLAP_SECONDS = 604_800

TYPES_TOLD = (
    "What to be told of. `ranking.changed`: a new version of a cohort. `submission.status_changed`: submitted or "
    "returned. `period.status_changed`: opened, closed, reopened. "
    "`ranking.published` is accepted; nobody sends it yet."
)


def _distinct(types: list[MessageType]) -> list[MessageType]:
    if len(set(types)) < len(types):
        raise PydanticCustomError("duplicate_type", "Must not name a type twice")
    return types


Types = Annotated[
    list[MessageType],
    Field(min_length=1, description=TYPES_TOLD, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_distinct),
]
Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2000,
        description=(
            "Where messages are sent by POST: `https://`, a host on the internet by name or address, port 443 or from "
            "1024. No user, no fragment. Networks that the installation allows may be private, and without TLS."
        ),
        examples=["https://lgsp.example.vn/dti"],
    ),
]


class WebhookCreate(Schema):
    """Where to send which messages."""

    url: Url
    types: Types
    description: Text | None = None


class WebhookReplace(WebhookCreate):
    """All that can be changed. `active` takes up again what was disabled; what still waits is sent then."""

    status: Status = "active"


class Webhook(Schema):
    """Where a client is told. `disabled_reason` is null while `status` is `active`.

    `requested` by its owner; `gone`: the receiver answered 410; `failing`: it has taken nothing for three days.
    """

    id: UUID
    client: str = Field(description="Id of the client that made it")
    url: str
    types: list[MessageType]
    description: str | None
    status: Status
    disabled_reason: DisabledReason | None
    disabled_at: Timestamp | None
    previous_secret_expires_at: Timestamp | None = Field(description="Until then the secret before this one signs too")
    created_at: Timestamp
    revision: int


class WebhookWithSecret(Webhook):
    """A webhook with the secret that signs its messages, which is shown this once."""

    secret: str = Field(description="`whsec_` and base64, as Standard Webhooks libraries take it")


class Rotation(Schema):
    """How a secret is replaced."""

    overlap_seconds: Annotated[int, Field(ge=0, le=MOST_OVERLAP_SECONDS), Whole] = Field(
        86_400, description="So long the old secret signs beside the new"
    )


class Attempt(Schema):
    """One attempt that has ended. Neither headers nor body of the answer are kept."""

    number: int = Field(description="From 1; one that is missing ended with the process that made it")
    at: Timestamp
    status_code: int | None
    error: str | None = Field(
        description=(
            "Null for success. `timeout`, `unknown_host`, `address_refused`, `connection_failed`, `tls_failed`, "
            "`bad_answer`, `redirected`, `refused`, `secret_unreadable`"
        )
    )
    duration_ms: int


class Delivery(Schema):
    """One message to one webhook.

    `waiting` for an attempt, `sending`, `delivered`, `failed` for good, `overtaken` by a newer message on the same
    ranking.
    """

    id: UUID
    message_id: str = Field(description="The `webhook-id` of all its attempts", examples=["msg_0c1f…"])
    type: MessageType
    status: Literal["waiting", "sending", "delivered", "failed", "overtaken"]
    payload: dict[str, Any] = Field(description="What is sent: `type`, `timestamp`, `data`")
    attempts: list[Attempt]
    next_attempt_at: Timestamp | None = Field(description="Null unless it waits and the webhook is active")
    created_at: Timestamp

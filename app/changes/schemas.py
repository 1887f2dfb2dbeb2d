"""What a list of changes looks like over HTTP."""

from pydantic import Field

from app.kernel.schema import Code, Schema

LATEST = 2**63 - 1


class ChangesQuery(Schema):
    """Which changes of one cohort are wanted, and which page of them."""

    period: Code
    level: Code
    since: int = Field(
        default=0, ge=0, le=LATEST, description="The `version` of the answer before; 0 asks for every unit."
    )
    limit: int = Field(default=100, ge=1, le=1000, description="Items per page")
    cursor: str | None = Field(default=None, max_length=400, description="`next` of the page before")


class ChangedUnit(Schema):
    """A unit, and the version of the cohort at which it last changed."""

    unit: str
    version: int


class Changes(Schema):
    """One page of the units that changed after `since` up to `version`, by version, then code.

    `version` is the same on all pages of one list, and is what to send as `since` next time.
    """

    period: str
    level: str
    since: int
    version: int
    items: list[ChangedUnit]
    next: str | None

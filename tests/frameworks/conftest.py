import pytest
from httpx import AsyncClient

from tests.frameworks.documents import framework


@pytest.fixture
async def draft(admin: AsyncClient) -> str:
    """The path of a draft."""
    answer = await admin.post("/v1/frameworks", json=framework())
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


@pytest.fixture
async def published(admin: AsyncClient, draft: str) -> str:
    """The path of a published framework."""
    answer = await admin.post(f"{draft}/publish")
    assert answer.status_code == 200, answer.text
    return draft

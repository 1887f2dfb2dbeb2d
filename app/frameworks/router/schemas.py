"""HTTP of the JSON Schema of framework documents."""

from fastapi import APIRouter, Response

from app.frameworks.json_schema import framework_schema_text

router = APIRouter(prefix="/schemas", tags=["frameworks"])
_MEDIA_TYPE = "application/schema+json"


@router.get(
    "/framework.json",
    response_class=Response,
    responses={200: {"content": {_MEDIA_TYPE: {"schema": {"type": "object"}}}, "description": "A JSON Schema"}},
)
async def get_framework_schema() -> Response:
    """The JSON Schema (2020-12) of the framework document, for editors; no token is needed.

    A YAML file that begins with `# yaml-language-server: $schema=` and this address is completed and checked while it
    is typed. Sums, expressions and examples are beyond a schema: `dti frameworks check` tells those.
    """
    return Response(framework_schema_text(), media_type=_MEDIA_TYPE, headers={"Cache-Control": "max-age=3600"})

"""The JSON Schema of the framework document: an editor that knows it completes and checks a file while it is typed."""

import json
from functools import cache
from typing import Any

from app.frameworks.document import FrameworkDocument


def framework_schema() -> dict[str, Any]:
    """The schema, of draft 2020-12. Sums, expressions, examples are beyond it: `dti frameworks check` tells those."""
    schema = FrameworkDocument.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


@cache
def framework_schema_text() -> str:
    """The schema as it is kept in the repository and served."""
    return json.dumps(framework_schema(), indent=2, ensure_ascii=False) + "\n"

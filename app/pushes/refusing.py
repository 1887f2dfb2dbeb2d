"""How a refused push is told: the problem has the members of the report."""

from dataclasses import dataclass

from app.kernel.errors import FieldError, InvalidError
from app.pushes.schemas import PushReport


@dataclass(frozen=True)
class IndexedError(FieldError):
    """A field error that also says which value it is about."""

    index: int


def refusal(report: PushReport) -> InvalidError:
    """InvalidError `values_rejected`: its members are the report's, its `status` the answer's."""
    errors = [IndexedError(each.pointer, each.code, each.detail, each.index) for each in report.errors]
    told = report.model_dump(mode="json", exclude={"status", "errors"})
    detail = f"Nothing was written: {len(errors)} errors are listed."
    return InvalidError("values_rejected", detail, errors, extensions=told)

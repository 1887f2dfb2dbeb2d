"""What schemathesis loads beside its own: two checks, and what requests must not do to the fuzzing itself."""

import itertools
import os
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response
from schemathesis.core.failures import Failure

_PROBLEM = "application/problem+json"
_MEMBERS = {"type": "urn:dti:problem:", "title": "", "detail": "", "code": ""}
# The codes of a request that was refused before anything was looked up.
_FORM = {"validation_failed", "unreadable_body", "unknown_parameter", "repeated_parameter", "unsupported_media_type"}
# What JSON Schema cannot tell, though the descriptions do.
_UNTELLABLE = {
    "unit_code_form": "what names a unit depends on another parameter, `unit_scheme`",
    "not_unicode": "U+FFFD in a query, which is how text reads that is not UTF-8",
    "not_storable": "U+0000 anywhere in a document of any form",
    "number_too_precise": "digits of a number: its schema sees the value, not how it is written",
    "too_many_decimals": "likewise; multipleOf is wrong on floats in most validators",
}
# What stands in the parts of example inputs is not told: a type that holds itself is beyond generators of clients.
_EXAMPLES = "/examples/"
_KEY = "Idempotency-Key"
_FUZZING = frozenset(os.environ["FUZZ_CLIENTS"].split())
_numbers = itertools.count(1)


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Send the documented key once only: what is sent again is answered again, and nothing behind it would be tried."""
    if case.headers and _KEY in case.headers and case.headers[_KEY] == _documented_key(case):
        case.headers[_KEY] = f"fuzz-{next(_numbers)}"


@schemathesis.hook("before_call")
def keep_in_house(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Send webhooks to a name that is never resolved, not to the one in the examples (RFC 2606)."""
    body: Any = case.body
    if isinstance(body, dict) and isinstance(body.get("url"), str):
        body["url"] = body["url"].replace("example.vn", "invalid")


@schemathesis.hook("before_call")
def spare_those_who_fuzz(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Neither delete nor disable a client by which is fuzzed: everything after that would be 401."""
    for name, value in (case.path_parameters or {}).items():
        if value in _FUZZING and case.method.upper() != "GET":
            case.path_parameters[name] = "client-of-nobody"


def _documented_key(case: Case[Any]) -> Any:
    parameters = case.operation.definition.raw.get("parameters", ())
    return next((parameter.get("example") for parameter in parameters if parameter.get("name") == _KEY), None)


@schemathesis.check
def refusals_are_problems(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Whatever is refused, also by the router (404, 405), is a problem that says so."""
    if response.status_code < 400 or response.request.method == "HEAD":
        return
    media_type = response.headers.get("content-type", [""])[0]
    if media_type != _PROBLEM:
        raise Failure(operation=case.operation.label, title="Refused without a problem", message=media_type)
    problem = response.json()
    told = all(str(problem.get(name, "")).startswith(start) for name, start in _MEMBERS.items())
    if not told or problem["status"] != response.status_code:
        raise Failure(operation=case.operation.label, title="Not a whole problem", message=str(problem))


@schemathesis.check
def form_is_told(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """What fits the document is not refused for its form: else the document keeps a rule from its readers."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code not in (400, 415, 422):
        return
    problem = response.json()
    codes = {error["code"] for error in problem["errors"] if _EXAMPLES not in error["pointer"]}
    if problem["code"] in _FORM and not codes <= _UNTELLABLE.keys():
        raise Failure(
            operation=case.operation.label, title="A rule of form that the document keeps", message=str(problem)
        )

"""Who may do what: one row for each operation of the OpenAPI document. A new operation needs a row here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.clients.client import Scope
from tests.frameworks.documents import leaf
from tests.periods.building import DOCUMENT, PERIOD, REFERENCE, period, points, unit

BOUND = "H61.D1"
"""The unit to which the bounded client is bound."""
COMMUNES = ("H61.101", "H61.102", "H61.999")
DISTRICTS = ("H61.D1", "H61.D2", "H61.D9")
NOBODYS = "7d9f7a52-8f0e-4a2f-9d5b-0f6f3a1c2b4e"
"""Of what belongs to one client alone: whoever asks for another's is told what this one is told."""
REASON = {"reason": "Theo Công văn 12"}

ANYBODY: tuple[Scope, ...] = ()
"""No token is needed; one that is no good is refused all the same."""


@dataclass(frozen=True)
class Row:
    """What an operation answers to whom.

    `opens_to` are the scopes of which one is needed, besides `admin`; None where there is no door at all. `status` is
    what such a client gets; `bounded` the same with bounds, for a unit within them, where that differs. `{unit}` in
    path, query and body stands for a unit: `units` are one within the bounds, one outside and one that does not exist.
    `outside` is what the second of them gets: the answer must be that of the third but for the name, unless `is_told`.
    `before` is done first, by somebody who may do everything.
    """

    opens_to: tuple[Scope, ...] | None
    status: int = 200
    bounded: int | None = None
    outside: int | None = None
    is_told: bool = False
    units: tuple[str, str, str] = COMMUNES
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    form: Mapping[str, str] | None = None
    before: tuple[tuple[str, str, Any], ...] = ()


DEFAULTS: dict[str, str] = {
    "period": PERIOD,
    "unit": "{unit}",
    "indicator": "1.2",
    "code": str(DOCUMENT["code"]),
    "id": NOBODYS,
    "webhook": NOBODYS,
    "delivery": NOBODYS,
    "version": str(DOCUMENT["version"]),
}
READ, SUBMIT, PUSH, REVIEW, ADMIN = (Scope.READ,), (Scope.SUBMIT,), (Scope.PUSH,), (Scope.REVIEW,), (Scope.ADMIN,)
COHORT = {"period": PERIOD, "level": "commune"}
LEVEL = {"level": "commune"}
BENCHMARK = {"min": 1, "max": 5, "source": "Công văn 12"}
EXTENSION = {"until": "2999-01-01T00:00:00Z", **REASON}
VERDICT = {"verdict": "adjust", "points": 1, "reason": "Biên bản"}
NEXT = period(code="ky-sau")
NEW_LEVEL = {"code": "village", "title": "Thôn", "ordinal": 9, "valid_from": "2020-01-01"}
RENAMED = {"code": "{unit}", "name": "Tên mới", "level": "commune", "parent": BOUND}
WEBHOOK = {"url": "https://8.8.8.8/dti", "types": ["ranking.changed"]}
DECISION = {"number": "1/QĐ", "date": "2026-01-01", "issuer": "UBND"}

DRAFT = {"version": "2"}
SPARE = unit("H61.105", parent=BOUND)
DRAFTED = (("POST", "/frameworks", {**DOCUMENT, "version": 2}),)
PERIOD_DRAFTED = (("POST", "/periods", NEXT),)
EXTENDED = (("PUT", f"/periods/{PERIOD}/extensions/{COMMUNES[0]}", EXTENSION),)
SUBMITTED = (("POST", f"/submissions/{PERIOD}/{COMMUNES[0]}/submit", None),)
COMPARED = ("PUT", f"/periods/{PERIOD}/benchmarks/1.3?level=commune", BENCHMARK)
FOUNDED = (("POST", "/units", SPARE),)

ROWS = {
    "livez": Row(None),
    "readyz": Row(None),
    "get_framework_schema": Row(None),
    "issue_token": Row(None, 401, form={"grant_type": "client_credentials"}),
    # rankings, scores
    "get_ranking": Row(READ, outside=404, query={**COHORT, "within": "{unit}"}),
    "get_scorecard": Row(READ, outside=404),
    "get_receipt": Row(READ, outside=404),
    "list_aggregates": Row(READ, outside=404, query={**COHORT, "within": "{unit}"}),
    # submissions
    "list_submissions": Row(READ, outside=200, query={"period": PERIOD, "within": "{unit}"}),
    "get_submission": Row(READ, outside=404),
    "put_submission": Row(SUBMIT, outside=404, body=points(1)),
    "patch_submission": Row(SUBMIT, outside=404, body=points(1)),
    "submit_submission": Row(SUBMIT, outside=404),
    "return_submission": Row(REVIEW, outside=404, body=REASON, before=SUBMITTED),
    "put_review": Row(REVIEW, outside=404, body=VERDICT),
    # pushes
    "push_data_values": Row(
        PUSH,
        outside=422,
        body={"period": PERIOD, "values": [{"unit": "{unit}", "indicator": "1.2", "inputs": {"points": 1}}]},
    ),
    "reconcile_data_values": Row((Scope.READ, Scope.PUSH), query={"period": PERIOD}),
    "list_jobs": Row((Scope.PUSH, Scope.REVIEW)),
    "get_job": Row((Scope.PUSH, Scope.REVIEW), 404),
    "list_changes": Row(READ, query=COHORT),
    # webhooks
    "list_webhooks": Row(READ),
    "create_webhook": Row(READ, 201, body=WEBHOOK),
    "get_webhook": Row(READ, 404),
    "put_webhook": Row(READ, 404, body=WEBHOOK),
    "delete_webhook": Row(READ, 404),
    "rotate_webhook_secret": Row(READ, 404),
    "list_webhook_deliveries": Row(READ, 404),
    "replay_webhook_delivery": Row(READ, 404),
    # periods
    "list_periods": Row(READ),
    "create_period": Row(ADMIN, 201, body=NEXT),
    "get_period": Row(READ),
    "put_period": Row(ADMIN, body=period()),
    "delete_period": Row(ADMIN, 204, path={"period": "ky-sau"}, before=PERIOD_DRAFTED),
    "open_period": Row(ADMIN, path={"period": "ky-sau"}, before=PERIOD_DRAFTED),
    "close_period": Row(ADMIN),
    "reopen_period": Row(ADMIN, body=REASON, before=(("POST", f"/periods/{PERIOD}/close", None),)),
    "list_participants": Row(READ),
    "put_participant": Row(ADMIN, outside=404, body={"ranked": False, **REASON}),
    "delete_participant": Row(ADMIN, 204, outside=404, query=REASON),
    "list_extensions": Row(READ),
    "get_extension": Row(READ, outside=404, before=EXTENDED),
    "put_extension": Row(ADMIN, 201, outside=404, body=EXTENSION),
    "delete_extension": Row(ADMIN, 204, outside=404, before=EXTENDED),
    "list_benchmarks": Row(READ),
    "get_benchmark": Row(READ, path={"indicator": "1.3"}, query=LEVEL, before=(COMPARED,)),
    "put_benchmark": Row(ADMIN, 201, bounded=403, path={"indicator": "1.3"}, query=LEVEL, body=BENCHMARK),
    "delete_benchmark": Row(ADMIN, 204, bounded=403, path={"indicator": "1.3"}, query=LEVEL, before=(COMPARED,)),
    # units
    "list_levels": Row(READ),
    "create_level": Row(ADMIN, 201, bounded=403, body=NEW_LEVEL),
    "put_level": Row(ADMIN, 201, bounded=403, path={"code": "village"}, body=NEW_LEVEL),
    "list_units": Row(READ, outside=404, query={"within": "{unit}"}),
    "create_unit": Row(ADMIN, 201, outside=422, units=DISTRICTS, body=unit("H61.110", parent="{unit}")),
    "get_unit": Row(READ, outside=404),
    # Told: the code is free or it is not, whoever asks for it.
    "put_unit": Row(ADMIN, outside=404, is_told=True, body=unit("{unit}", parent=BOUND)),
    "delete_unit": Row(ADMIN, 204, outside=404, units=("H61.105", *COMMUNES[1:]), before=FOUNDED),
    "get_history": Row(READ, outside=404),
    "create_reorganisation": Row(
        ADMIN,
        201,
        outside=422,
        body={
            "effective_on": "2026-01-01",
            "decision": DECISION,
            "changes": [{"kind": "rename", "predecessors": ["{unit}"], "successors": [RENAMED]}],
        },
    ),
    # frameworks
    "list_frameworks": Row(ANYBODY),
    "create_framework": Row(ADMIN, 201, bounded=403, body={**DOCUMENT, "version": 2}),
    "get_framework": Row(ANYBODY),
    "replace_framework": Row(ADMIN, bounded=403, path=DRAFT, body={**DOCUMENT, "version": 2}, before=DRAFTED),
    "delete_framework": Row(ADMIN, 204, bounded=403, path=DRAFT, before=DRAFTED),
    "publish_framework": Row(ADMIN, bounded=403, path=DRAFT, before=DRAFTED),
    "retire_framework": Row(ADMIN, bounded=403),
    "compare_frameworks": Row(ANYBODY, query={"against": REFERENCE}),
    "search_indicators": Row(ANYBODY),
    "list_indicators": Row(ANYBODY),
    "get_indicator": Row(ANYBODY),
    "create_indicator": Row(ADMIN, 201, bounded=403, path=DRAFT, body=leaf("4", 0), before=DRAFTED),
    "replace_indicator": Row(ADMIN, bounded=403, path={**DRAFT, "indicator": "3"}, body=leaf("3", 0), before=DRAFTED),
    "delete_indicator": Row(ADMIN, 204, bounded=403, path={**DRAFT, "indicator": "3"}, before=DRAFTED),
    "check_rule": Row(READ, body={"rule": {"type": "direct"}, "max_points": 10}),
    "rehearse_framework": Row(READ, path=DRAFT, body={"period": PERIOD}, before=DRAFTED),
}

"""Messages put into the outbox by the transaction that gives cause for them: they are there with it, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from app.audit.service import CohortKey
from app.kernel.canonical import dumps
from app.kernel.pending import Statement

CHANNEL = "webhooks"
"""Rung when there is something to send."""

# No webhook, no row. A bounded client is told where somebody in its bounds takes part, or did until just now ($8, $9).
# A version that nobody has seen yet gives way to the newer one of the same subject. Webhooks are locked, so that one
# that is deleted at this moment is passed over, and breaks no reference of somebody's write.
ANNOUNCE = f"""
    INSERT INTO webhook_deliveries (webhook_id, type, payload, subject, version)
    SELECT w.id, $1::text, $2::text, $3::text, $4::bigint
      FROM webhooks w
      LEFT JOIN clients c ON c.id = w.registered_id
      LEFT JOIN units u ON u.id = c.unit_id
     CROSS JOIN LATERAL (SELECT CASE WHEN c.id IS NULL THEN w.unit ELSE u.code END AS unit,
                                CASE WHEN c.id IS NULL THEN w.levels ELSE c.levels END AS levels) bounds
     WHERE w.status = 'active' AND $1::text = ANY(w.types)
       AND c.disabled_at IS NULL AND (c.id IS NULL OR c.scopes && ARRAY['read', 'admin'])
       AND ((bounds.unit IS NULL AND bounds.levels IS NULL)
            OR EXISTS (SELECT FROM participants pt JOIN levels l ON l.id = pt.level_id
                        WHERE pt.period_id = $5::bigint AND ($6::bigint IS NULL OR pt.level_id = $6::bigint)
                          AND ($7::bigint IS NULL OR pt.unit_id = $7::bigint)
                          AND (bounds.unit IS NULL OR bounds.unit = pt.code OR bounds.unit = ANY(pt.ancestors))
                          AND (bounds.levels IS NULL OR l.code = ANY(bounds.levels)))
            OR (bounds.unit = ANY($8::text[]) AND (bounds.levels IS NULL OR $9::text = ANY(bounds.levels))))
       FOR KEY SHARE OF w
        ON CONFLICT (webhook_id, subject) WHERE status = 'waiting' AND attempts = 0
        DO UPDATE SET payload = excluded.payload, version = excluded.version
 RETURNING pg_notify('{CHANNEL}', '')
"""  # noqa: S608 - built from constants only


@dataclass(frozen=True, slots=True)
class _About:
    """What a message is about, as far as it decides who is told: of None, all. `gone` is who has just left."""

    period_id: int
    level_id: int | None = None
    unit_id: int | None = None
    gone: Sequence[str] = ()
    level: str | None = None


def ranking_changed(cohort: CohortKey, version: int, at: datetime, gone: Sequence[str] = ()) -> Statement:
    """Tell a new version of a cohort; one that has not been sent is overtaken by the next.

    `gone` are the codes of a unit that has just left the roster and of those above it: they are told as before.
    """
    path = "/v1/rankings?" + urlencode({"period": cohort.period, "level": cohort.level})
    data = {"period": cohort.period, "level": cohort.level, "version": version, "path": path}
    about = _About(cohort.period_id, cohort.level_id, gone=gone, level=cohort.level)
    return _announce("ranking.changed", at, data, about, f"{cohort.period}/{cohort.level}", version)


def submission_moved(cohort: CohortKey, unit_id: int, unit: str, status: str, version: int, at: datetime) -> Statement:
    """Tell that a unit's submission has another status."""
    path = f"/v1/submissions/{cohort.period}/{quote(unit)}"
    names = {"period": cohort.period, "level": cohort.level, "unit": unit}
    data = {**names, "status": status, "version": version, "path": path}
    return _announce("submission.status_changed", at, data, _About(cohort.period_id, cohort.level_id, unit_id))


def period_moved(period_id: int, period: str, status: str, at: datetime) -> Statement:
    """Tell that a period has another status; its roster is frozen by then."""
    data = {"period": period, "status": status, "path": f"/v1/periods/{period}"}
    return _announce("period.status_changed", at, data, _About(period_id))


def _announce(
    type: str,  # noqa: A002 - the standard's word
    at: datetime,
    data: Mapping[str, Any],
    about: _About,
    subject: str | None = None,
    version: int | None = None,
) -> Statement:
    payload = dumps({"type": type, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": data})
    whom = (about.period_id, about.level_id, about.unit_id, list(about.gone), about.level)
    return Statement(ANNOUNCE, (type, payload, subject, version, *whom))

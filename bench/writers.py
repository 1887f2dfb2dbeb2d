"""What is written: the same rows by a PUT of the service, and by one bare transaction."""

import random
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from hashlib import sha256
from typing import Any

import asyncpg

from bench import documents
from bench.connection import Connection, as_json, expect, request
from bench.filling import ACTOR, Filled

LOCK = "SELECT version, head FROM cohorts WHERE period_id = $1 AND level_id = $2 FOR UPDATE"
UPSERT = """
    INSERT INTO answers (period_id, level_id, unit_id, indicator_id, reported, self_values, assessed_values,
                         reported_by, reported_at)
    SELECT $1, $2, $3, r.id, CAST(r.reported AS jsonb), CAST(r.figures AS numeric[]), CAST(r.figures AS numeric[]),
           $4, now()
      FROM unnest($5::bigint[], $6::text[], $7::text[]) AS r(id, reported, figures)
    ON CONFLICT (period_id, unit_id, indicator_id) DO UPDATE
       SET reported = excluded.reported, self_values = excluded.self_values,
           assessed_values = excluded.assessed_values, reported_by = excluded.reported_by,
           reported_at = excluded.reported_at
"""
TOUCH = """
    UPDATE submissions SET revision = revision + 1, updated_at = now()
     WHERE period_id = $1 AND level_id = $2 AND unit_id = $3
"""
# Both bases of one unit, written anew as they are: the reference scores nothing.
SCORECARDS = """
    UPDATE scorecards SET points = points, covered = covered, pillar_points = pillar_points, node_points = node_points,
                          node_covered = node_covered, states = states
     WHERE period_id = $1 AND level_id = $2 AND unit_id = $3
"""
EVENT = """
    INSERT INTO cohort_events (period_id, level_id, sequence, unit_id, body, previous_hash, hash, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, now())
"""
MOVE = "UPDATE cohorts SET version = $3, head = $4 WHERE period_id = $1 AND level_id = $2"

Versions = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def two_versions(filled: Filled, unit: str, leaves: Iterable[int]) -> Versions:
    """Two sets of a unit's 63 answers that differ in those leaves: put in turn, every PUT changes just these."""
    chance = random.Random(unit)  # noqa: S311 - the same made-up data in every run
    first = list(filled.answers[unit])
    second = list(first)
    documents.change(second, leaves, chance)
    return first, second


class Putter:
    """One unit's client: it PUTs its two versions in turn."""

    def __init__(self, connection: Connection, headers: Mapping[str, str], filled: Filled, unit: str) -> None:
        self._connection = connection
        self._put = partial(request, "PUT", f"/v1/submissions/{filled.period}/{unit}", headers)
        self._turn = 0
        self._requests: list[bytes] = []

    def take(self, versions: Versions) -> "Putter":
        self._requests = [self._put(as_json(documents.submission(inputs))) for inputs in versions]
        return self

    async def write(self) -> None:
        self._turn += 1
        expect(await self._connection.send(self._requests[self._turn % 2]), 200)


class RawWriter:
    """The reference: one asyncpg connection that writes the rows of two versions in turn, and nothing else."""

    def __init__(self, connection: asyncpg.Connection, filled: Filled, unit: str) -> None:
        self._connection = connection
        self._filled = filled
        self._unit_id = filled.unit_ids[unit]
        self._turn = 0
        self._rows: list[tuple[list[int], list[str], list[str | None]]] = []
        self._bodies: list[str] = []

    def take(self, versions: Versions, leaves: Sequence[int]) -> "RawWriter":
        """Write these leaves only of each version."""
        self._rows = [self._arrays(inputs, leaves) for inputs in versions]
        self._bodies = [as_json(documents.submission(inputs)).decode() for inputs in versions]
        return self

    async def write(self) -> None:
        self._turn += 1
        at, body, key = self._connection, self._bodies[self._turn % 2], self._filled.key
        async with at.transaction():
            ((version, head),) = await at.fetch(LOCK, *key)
            await at.execute(UPSERT, *key, self._unit_id, ACTOR, *self._rows[self._turn % 2])
            await at.execute(TOUCH, *key, self._unit_id)
            await at.execute(SCORECARDS, *key, self._unit_id)
            sealed = sha256(f"{head}{body}".encode()).hexdigest()
            await at.execute(EVENT, *key, version + 1, self._unit_id, body, head, sealed)
            await at.execute(MOVE, *key, version + 1, sealed)

    def _arrays(
        self, inputs: Sequence[dict[str, Any]], leaves: Sequence[int]
    ) -> tuple[list[int], list[str], list[str | None]]:
        return (
            [self._filled.indicator_ids[leaf] for leaf in leaves],
            [as_json(inputs[leaf]).decode() for leaf in leaves],
            [_figures(inputs[leaf]) if self._filled.slots[leaf] else None for leaf in leaves],
        )


def _figures(inputs: Mapping[str, int]) -> str:
    return f"{{{Decimal(inputs['a']) / Decimal(inputs['b']):.24f}}}"

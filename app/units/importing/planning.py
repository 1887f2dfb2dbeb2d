"""What an import would do: every line held against the units that are there, by the rules of POST and PUT."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from app.kernel.errors import FieldError
from app.kernel.pointers import field_errors
from app.units.importing.drafts import Defaults, Draft
from app.units.importing.matching import Match
from app.units.importing.stored import Stored
from app.units.schemas import Identifier, Unit, UnitCreate
from app.units.service.checks import check_dates
from app.units.service.identifiers import PLACEHOLDER, borne, check_forms
from app.units.service.placing import day_errors

_COMPARED = ("name", "level", "parent", "traits", "valid_from", "valid_to")


@dataclass(frozen=True, slots=True)
class Planned:
    """One line with the unit as it would be, and as it is; `unit` is None while the line breaks a rule of form."""

    draft: Draft
    code: str | None
    unit: Unit | None
    before: Unit | None

    @property
    def fields(self) -> list[str]:
        """What would change of a unit that is there."""
        if self.unit is None or self.before is None:
            return []
        found = [name for name in _COMPARED if getattr(self.unit, name) != getattr(self.before, name)]
        own, stored = ({(i.scheme, i.value) for i in unit.identifiers} for unit in (self.unit, self.before))
        return found if own == stored else [*found, "identifiers"]


def plan(matches: Sequence[Match], stored: Stored, defaults: Defaults) -> list[Planned]:
    """Every line as it would stand; what is wrong with a line is noted in its draft.

    `stored` is left as the import would leave it.
    """
    named = {match.code for match in matches if match.code is not None}
    planned = [_planned(match, stored, defaults, named) for match in matches]
    for line in planned:
        if line.unit is not None:
            stored.put(line.unit)
    lines = {line.unit.code: line.draft.line for line in planned if line.unit is not None}
    for line in planned:
        if line.unit is not None:
            _check_together(line.draft, line.unit, stored, lines)
    return planned


def _planned(match: Match, stored: Stored, defaults: Defaults, named: set[str]) -> Planned:
    draft = match.draft
    if match.code is None or match.repeated:
        return Planned(draft, match.code, None, None)
    before = stored.units.get(match.code)
    values = _values(match, before, stored, defaults)
    for problem in _broken_rules(values, stored, named):
        _note(draft, problem, values)
    try:
        body = UnitCreate.model_validate(values)
    except ValidationError as error:
        located = [{**item, "loc": ("body", *item["loc"])} for item in error.errors()]
        for problem in field_errors(located, values):
            _note(draft, problem, values)
        return Planned(draft, match.code, None, before)
    unit = Unit.model_validate({**body.model_dump(), "revision": 1 if before is None else before.revision})
    for problem in _broken_days(before, unit, stored):
        _note(draft, problem, values)
    return Planned(draft, match.code, unit, before)


def _values(match: Match, before: Unit | None, stored: Stored, defaults: Defaults) -> dict[str, Any]:
    """The body that the line stands for: what it says, else what is stored, else the defaults."""
    draft = match.draft
    kept = {} if before is None else before.model_dump(exclude={"revision"})
    kept.setdefault("valid_from", defaults.valid_from or stored.today)
    said: dict[str, Any] = {name: value for name, value in draft.said.items() if name not in ("code", "parent")}
    if said.get("valid_from", ...) is None:
        del said["valid_from"]
    if "name" in said and said["name"] is None:
        said["name"] = ""
    if match.names_parent:
        said["parent"] = match.parent
    others = [item for item in kept.get("identifiers", ()) if item["scheme"] not in draft.identifiers]
    own = [{"scheme": scheme, "value": value} for scheme, values in draft.identifiers.items() for value in values]
    made_up = [{"scheme": PLACEHOLDER, "value": match.code}] if match.made_up else []
    return kept | said | {"code": match.code, "identifiers": [*others, *own, *made_up]}


def _broken_rules(values: dict[str, Any], stored: Stored, named: set[str]) -> Iterator[FieldError]:
    level, parent = values.get("level"), values.get("parent")
    if level is not None and level not in stored.levels:
        yield FieldError("/level", "unknown_level", f"There is no level '{level}'.")
    if parent is not None and parent not in stored.units and parent not in named:
        yield FieldError("/parent", "unknown_unit", f"There is no unit '{parent}'.")
    # As they come: a line is told of its wrong identifiers whatever else is wrong with it.
    yield from check_forms([Identifier.model_construct(**item) for item in values["identifiers"]])
    yield from check_dates(values["valid_from"], values.get("valid_to"))


def _broken_days(before: Unit | None, unit: Unit, stored: Stored) -> Iterator[FieldError]:
    if before is None:
        return
    begun, ended = stored.begun.get(unit.code, set()), stored.ended.get(unit.code, set())
    yield from day_errors(before, unit, stored.spans[unit.code], begun, ended)


def _check_together(draft: Draft, unit: Unit, stored: Stored, lines: dict[str, int]) -> None:
    """What only the whole list can break: a circle of parents, and one identifier for two units on one day."""
    if stored.stands_below_itself(unit):
        draft.refuse("parent", "unit_under_itself", "A unit cannot stand below itself.")
    for item in unit.identifiers:
        for rival in stored.rivals(unit, (item.scheme, item.value)):
            if lines.get(rival, 0) < draft.line:
                where = f"'{rival}' (line {lines[rival]})" if rival in lines else f"'{rival}'"
                detail = borne(item.scheme, item.value, where)
                draft.refuse(f"identifier:{item.scheme}", "identifier_in_use", detail)


def _note(draft: Draft, problem: FieldError, values: dict[str, Any]) -> None:
    """The problem under the column that its pointer leads to."""
    name, *rest = problem.pointer.split("/")[1:]
    if name == "identifiers" and rest:
        name = f"identifier:{values['identifiers'][int(rest[0])]['scheme']}"
    draft.refuse(name, problem.code, problem.detail)

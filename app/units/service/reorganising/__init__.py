"""What a reorganisation does to the dated tree of units, and what is wrong with it; only `writing` needs a database."""

from app.units.service.reorganising.plan import Plan, known_share, plan
from app.units.service.reorganising.problems import problems
from app.units.service.reorganising.tree import DatedTree

__all__ = ["DatedTree", "Plan", "known_share", "plan", "problems"]

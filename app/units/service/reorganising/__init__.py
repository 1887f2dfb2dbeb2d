"""What a reorganisation does to the dated tree of units, what is wrong with it, and the writing of it."""

from app.units.service.reorganising.form import check_size
from app.units.service.reorganising.plan import Plan, known_share, plan
from app.units.service.reorganising.problems import problems
from app.units.service.reorganising.tree import DatedTree

__all__ = ["DatedTree", "Plan", "check_size", "known_share", "plan", "problems"]

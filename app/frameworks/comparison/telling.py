"""A comparison as lines for people."""

from collections.abc import Iterator

from app.frameworks.comparison.schemas import DiffNode, FrameworkDiff, MatchedNode


def told(diff: FrameworkDiff) -> Iterator[str]:
    """What changed, the counts first. `+` added, `-` removed, `>` moved, `*` other points, `~` another rule."""
    counts = diff.counts
    yield f"{diff.against} → {diff.framework}"
    yield (
        f"{counts.matched} matched, {counts.added} added, {counts.removed} removed, {counts.moved} moved, "
        f"{counts.points_changed} with other points, {counts.rule_changed} with another rule "
        f"({counts.formula_changed} of them another formula), {counts.details_changed} with other details"
    )
    yield from (f"  {words}" for words in diff.framework_changed)
    yield from (f"+ {_alone(node)}" for node in diff.added)
    yield from (f"- {_alone(node)}" for node in diff.removed)
    yield from (f"> {_both(node)}" for node in diff.moved)
    for points in diff.points_changed:
        yield f"* {_both(points)}: {points.max_points_before:f} → {points.max_points_after:f} points"
    for rule in diff.rule_changed:
        yield f"~ {_both(rule)}{' (formula)' if rule.formula_changed else ''}"
        yield from (f"    {words}" for words in rule.words)


def _alone(node: DiffNode) -> str:
    return f"{node.code} {node.title} ({node.max_points:f} points)"


def _both(node: MatchedNode) -> str:
    codes = node.code_after if node.code_before == node.code_after else f"{node.code_before} → {node.code_after}"
    return f"{codes} {node.title}"

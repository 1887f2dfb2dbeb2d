"""The shape of a framework's tree: every node in document order, whatever the depth."""

from dataclasses import dataclass, field
from decimal import Decimal

from app.scoring.fields import Section


@dataclass(slots=True, eq=False)
class Node:
    """One node while its document is read; `ordinal` is its place in document order."""

    section: Section
    code: str
    title: str
    max_points: Decimal
    parent: "Node | None"
    ordinal: int
    children: "list[Node]" = field(default_factory=list)
    path: tuple[int, ...] = ()
    pillar: str = ""

    def __post_init__(self) -> None:
        """Take the place below the parent."""
        if self.parent is None:
            self.pillar = self.code
            return
        self.path = (self.parent.ordinal, *self.parent.path)
        self.pillar = self.parent.pillar
        self.parent.children.append(self)


class _Trail:
    """The nodes above the one being read, by code and by identity."""

    def __init__(self) -> None:
        self._codes: set[str] = set()
        self._objects: set[int] = set()

    def holds(self, section: Section, code: str) -> bool:
        return (code != "" and code in self._codes) or id(section.value) in self._objects

    def enter(self, node: Node) -> None:
        self._codes.add(node.code)
        self._objects.add(id(node.section.value))

    def leave(self, node: Node) -> None:
        self._codes.discard(node.code)
        self._objects.discard(id(node.section.value))


def outline(document: Section) -> list[Node]:
    """Return all nodes in document order; note `duplicate_code`, and `cycle` where a code stands below
    itself.

    A stack instead of recursion: the depth of a tree is the decree's business, not the interpreter's.
    """
    nodes: list[Node] = []
    seen: set[str] = set()
    trail = _Trail()
    # Either a section to read below its parent, or a node whose children have all been read.
    pending: list[tuple[Section, Node | None] | Node] = [(each, None) for each in reversed(document.some("indicators"))]
    while pending:
        step = pending.pop()
        if isinstance(step, Node):
            trail.leave(step)
            continue
        node = _read_node(*step, len(nodes), seen, trail)
        if node is None:
            continue
        nodes.append(node)
        trail.enter(node)
        pending.append(node)
        pending.extend((each, node) for each in reversed(list(node.section.sections("children"))))
    return nodes


def _read_node(section: Section, parent: Node | None, ordinal: int, seen: set[str], trail: _Trail) -> Node | None:
    code = section.text("code")
    if trail.holds(section, code):
        section.problem("code", "cycle", f"'{code}' stands below itself")
        return None
    if code and code in seen:
        section.problem("code", "duplicate_code", f"'{code}' stands here twice")
    seen.add(code)
    return Node(section, code, section.text("title"), section.points("max_points"), parent, ordinal)

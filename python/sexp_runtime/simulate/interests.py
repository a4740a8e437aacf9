"""What a mission's formulas are about: the keys, orders, places, cargo, targets and docks that they wait for.

A simulated battle that ignores what the mission is about leaves most events untouched. Players know it from
the briefing and the messages; the simulator takes it from the formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sexp_runtime.syntax.tree import NodeKind, SyntaxNode

if TYPE_CHECKING:
    from sexp_runtime.mission.model import Mission
    from sexp_runtime.syntax.tree import SexpExpression
    from sexp_runtime.world.world import World

#: Operators about a distance, a cargo or a navigation point: the player flies to these places now and then.
_SIGHTS: Final = frozenset(
    (
        "distance",
        "distance-to-center",
        "distance-to-bbox",
        "distance-center-to-subsystem",
        "distance-bbox-to-subsystem",
        "distance-ship-subsystem",
        "is-cargo-known",
        "is-cargo-known-delay",
        "cap-subsys-cargo-known-delay",
        "distance-to-nav",
        "is-nav-visited",
    )
)
#: Operators about ships destroyed or crippled.
_PREY: Final = frozenset(
    (
        "is-destroyed",
        "is-destroyed-delay",
        "was-destroyed-by-delay",
        "destroyed-or-departed-delay",
        "percent-ships-destroyed",
        "is-disabled",
        "is-disabled-delay",
        "is-disarmed",
        "is-disarmed-delay",
        "hits-left",
        "shields-left",
        "sim-hits-left",
    )
)
#: Operators about a subsystem, which is named after its ship.
_PARTS: Final = frozenset(
    (
        "is-subsystem-destroyed",
        "is-subsystem-destroyed-delay",
        "hits-left-subsystem",
        "hits-left-subsystem-generic",
        "hits-left-subsystem-specific",
    )
)
_DOCKS: Final = frozenset(("has-docked", "has-docked-delay", "has-undocked", "has-undocked-delay"))
#: Operators whose first argument names an event that must come true before.
_NEEDS: Final = frozenset(("is-event-true", "is-event-true-delay", "is-previous-event-true"))
_ENDS: Final = frozenset(("end-mission", "end-campaign"))


@dataclass(frozen=True, slots=True)
class Wish:
    """Something that a formula waits for.

    texts: the names in it, as ship and subsystem. event: index of the event, -1 for other formulas. needs: names, in
    lower case, of events that must come true before, as the formula reads them, except below a `not`. ends:
    whether the event ends the mission.
    """

    texts: tuple[str, ...]
    event: int = -1
    needs: tuple[str, ...] = ()
    ends: bool = False

    def is_open(self, world: World) -> bool:
        """Whether the event can still come true, and those that it needs have."""
        if self.event >= 0 and world.events[self.event].done:
            return False
        for name in self.needs:
            before = world.event(name)
            if before is not None and before.satisfied_time is None:
                return False
        return True


@dataclass(slots=True)
class Interests:
    """The wishes of a mission by kind, in the order of its text."""

    keys: list[Wish] = field(default_factory=list)
    orders: list[Wish] = field(default_factory=list)
    sights: list[Wish] = field(default_factory=list)
    prey: list[Wish] = field(default_factory=list)
    docks: list[Wish] = field(default_factory=list)
    #: Lower-case names of subsystems in formulas about cargo.
    cargo_parts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, mission: Mission | None) -> Interests:
        """Return the wishes in all formulas of a mission."""
        found = cls()
        if mission is None:
            return found
        seen: set[int] = set()
        for index, event in enumerate(mission.events):
            if event.formula is not None:
                seen.add(id(event.formula))
                found._learn(event.formula, index)
        for formula in mission.formulas():
            if id(formula) not in seen:
                found._learn(formula, -1)
        return found

    def _learn(self, formula: SexpExpression, event: int) -> None:
        nodes = list(formula.root.walk())
        needs = _needs(formula.root)
        ends = any(node.operator in _ENDS for node in nodes)
        parts: set[str] = set()
        for node in nodes:
            name, texts = node.operator, _texts(node)
            if name is None or not texts:
                continue
            if name == "key-pressed":
                self.keys.append(Wish(texts[:1], event, needs, ends))
            elif name in ("order", "query-orders"):
                if len(texts) > 1:
                    self.orders.append(Wish((*texts[:2], texts[2] if len(texts) > 2 else ""), event, needs, ends))
            elif name in _PARTS:
                self.prey.append(Wish(texts[:2], event, needs, ends))
            elif name in _PREY:
                self.prey += (Wish((text,), event, needs, ends) for text in texts)
            elif name in _DOCKS:
                if len(texts) > 1:
                    self.docks.append(Wish(texts[:2], event, needs, ends))
            elif name in _SIGHTS:
                self.sights += (Wish((text,), event, needs, ends) for text in texts)
                if name == "cap-subsys-cargo-known-delay":
                    parts.update(text.lower() for text in texts[1:])
        self.cargo_parts |= parts


def _needs(root: SyntaxNode) -> tuple[str, ...]:
    """Return the events that a formula needs to have come true, in lower case, without those below a `not`."""
    found: dict[str, None] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        if node.operator == "not":
            continue
        if node.operator in _NEEDS and _texts(node):
            found[_texts(node)[0].lower()] = None
        stack.extend(node.children)
    return tuple(found)


def _texts(node: SyntaxNode) -> tuple[str, ...]:
    """Return the quoted arguments of an operator."""
    return tuple(argument.text for argument in node.arguments if argument.kind is NodeKind.STRING)


def open_first(wishes: Sequence[Wish], world: World) -> Sequence[Wish]:
    """Return the wishes that are open now, or all if none is."""
    return [wish for wish in wishes if wish.is_open(world)] or wishes

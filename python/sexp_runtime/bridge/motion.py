"""Finds the objects whose positions a mission's formulas can read, so that the bridge reads only those each frame."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sexp_runtime.catalog import CATALOG
from sexp_runtime.syntax.tree import NodeKind, SexpExpression, SyntaxNode

if TYPE_CHECKING:
    from sexp_runtime.mission.model import Mission, ShipDef, WingDef
    from sexp_runtime.world.facts import FactBoard
    from sexp_runtime.world.ships import Ship
    from sexp_runtime.world.world import World

#: Arguments that mean more than the object that they name.
_OPEN_ENDED = ("<", "@", "&")
#: Represents the player's ship among the names.
PLAYER = "<player>"
#: Operators whose result depends on the objects docked to the object that they name.
_OF_DOCKED_GROUP = ("current-speed",)
_MOTION_FACTS = ("position", "velocity", "orientation", "jump", "speed_bound")


def reads_motion(operator: str) -> bool:
    """Return whether the operator reads positions, speeds or orientations, by the catalog."""
    row = CATALOG.get(operator) or CATALOG.get(CATALOG.aliases.get(operator.lower(), ""))
    return row is not None and "position" in row.reads


class MotionInterest:
    """Names of ships and wings whose motion the formulas read, in lower case; `everything` when that is not known.

    `anchors` are the names that arrivals take their place from. The player's ship counts as named by each formula that
    reads motion, because several operators mean it without naming it.
    """

    __slots__ = ("everything", "names")

    def __init__(self, expressions: Iterable[SexpExpression], anchors: Iterable[str] = ()) -> None:
        self.names: set[str] = set()
        self.everything = False
        for anchor in anchors:
            self._name(anchor)
        for expression in expressions:
            for node in expression.root.walk():
                if node.operator is not None and reads_motion(node.operator):
                    self._add(node)

    def _name(self, name: str) -> None:
        if name.startswith(_OPEN_ENDED):
            self.everything = True  # the object is known only at run time
        elif name:
            self.names.add(name.lower())

    def _add(self, node: SyntaxNode) -> None:
        self.names.add(PLAYER)
        if node.operator in _OF_DOCKED_GROUP:
            self.everything = True
        for argument in node.arguments:
            if argument.kind is NodeKind.STRING and argument.variable is None:
                self._name(argument.text)
            elif argument.kind is not NodeKind.NUMBER or argument.text.startswith("<"):
                self.everything = True

    def wants(self, ship: Ship, world: World) -> bool:
        """Return whether a formula of the mission, or one in the cache now, can read the motion of a ship."""
        if self.everything or ship.key in self.names:
            return True
        if ship.wing is not None and ship.wing in self.names:
            return True
        if PLAYER in self.names and ship.key == world.player.ship:
            return True
        return has_motion_readers(ship, world.facts)


def has_motion_readers(ship: Ship, facts: FactBoard) -> bool:
    """Return whether a slot waits for a change of motion of the ship, or of any ship of its side or wing."""
    readers = facts.readers
    subjects: list[tuple[str, ...]] = [("ship", ship.key), ("team", ship.team.lower()), ("player-ship",)]
    if ship.wing is not None:
        subjects.append(("wing", ship.wing))
    return any((*subject, fact) in readers for subject in subjects for fact in _MOTION_FACTS)


def mission_anchors(mission: Mission) -> list[str]:
    """Return the names of the objects beside which ships and wings arrive."""
    owners: list[ShipDef | WingDef] = [*mission.ships, *mission.wings]
    return [owner.arrival.anchor for owner in owners if owner.arrival.anchor]


def mission_expressions(mission: Mission) -> list[SexpExpression]:
    """Return all formulas of a mission that are evaluated in play or after it."""
    found = [event.formula for event in mission.events] + [goal.formula for goal in mission.goals]
    owners: list[ShipDef | WingDef] = [*mission.ships, *mission.wings]
    for owner in owners:
        found += [owner.arrival.cue, owner.departure.cue]
    found += [stage.formula for stage in mission.debriefing]
    return [expression for expression in found if expression is not None]


def mission_interest(mission: Mission) -> MotionInterest:
    """Return the interest of a mission's formulas and of its terms of arrival."""
    return MotionInterest(mission_expressions(mission), mission_anchors(mission))

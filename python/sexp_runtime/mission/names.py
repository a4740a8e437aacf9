"""The names of a mission that formulas can refer to, gathered for checking."""

from __future__ import annotations

from collections.abc import Iterable

from sexp_runtime.catalog import CATALOG
from sexp_runtime.mission.model import Mission
from sexp_runtime.syntax.tree import NodeKind, SexpExpression

#: Operators that create a ship or prop named by their first argument.
_CREATORS = frozenset({"ship-create", "prop-create"})
#: Teams that every game has.
_TEAMS = ("Friendly", "Hostile", "Neutral", "Unknown", "Traitor")


class MissionNames:
    """Names in lower case by kind, as mappings to the spelling of the mission file."""

    def __init__(self, mission: Mission, formulas: Iterable[SexpExpression]) -> None:
        def table(names: Iterable[str]) -> dict[str, str]:
            return {name.lower(): name for name in names}

        self.ships = table(ship.name for ship in mission.ships)
        self.ships.update(table(created_names(formulas)))
        for wing in mission.wings:
            if wing.waves > 1:
                # Ships of later waves get these names when they arrive (F45).
                count = min(wing.waves * max(len(wing.ships), 1), 1000)
                self.ships.update(table(f"{wing.name} {number}" for number in range(1, count + 1)))
        self.wings = table(wing.name for wing in mission.wings)
        self.props = table(mission.props)
        self.events = table(event.name for event in mission.events)
        self.goals = table(goal.name for goal in mission.goals)
        self.messages = table(message.name for message in mission.messages)
        self.paths = table(path.name for path in mission.waypoints)
        self.points = table(
            f"{path.name}:{number}" for path in mission.waypoints for number in range(1, len(path.points) + 1)
        )
        self.jump_nodes = table(node.name for node in mission.jump_nodes)
        self.teams = table((*_TEAMS, *(ship.team for ship in mission.ships if ship.team)))
        #: Per ship the subsystems that the file lists for it or for another ship of its class; files list few.
        self.subsystems: dict[str, dict[str, str]] = {}
        of_class: dict[str, dict[str, str]] = {}
        for ship in mission.ships:
            known = of_class.setdefault(ship.class_name.lower(), {})
            known.update(table(part.name for part in ship.subsystems if part.name.lower() != "pilot"))
            self.subsystems[ship.name.lower()] = known
        self.containers = {row.name.lower(): row.kind for row in mission.containers}
        self.variables = [name for name in mission.variable_names() if name]


def created_names(formulas: Iterable[SexpExpression]) -> list[str]:
    """Return the literal names that formulas give to ships and props they create."""
    found: list[str] = []
    for formula in formulas:
        for node in formula.root.walk():
            if node.kind is NodeKind.OPERATOR or node.operator not in _CREATORS or len(node.children) < 2:
                continue
            name = node.children[1]
            if name.kind is NodeKind.STRING and name.variable is None:
                found.append(name.text)
    return found


def is_special(text: str) -> bool:
    """Whether a text is one of the special words like <none>, <argument> or <any friendly>."""
    return text[:1] == "<" and text[-1:] == ">"


assert _CREATORS.issubset(CATALOG), "an operator that creates things is missing from the catalog"

"""Initial orders of ships and wings (Q13, Q3.5)."""

from __future__ import annotations

from typing import Final

from sexp_runtime.mission.model import Mission, ShipDef, WingDef
from sexp_runtime.mission.validator.names import MissionNames
from sexp_runtime.mission.validator.report import Link, Report
from sexp_runtime.syntax.diagnostics import quoted
from sexp_runtime.syntax.tree import NodeKind, SexpExpression, SyntaxNode

#: Maximum number of orders of a ship or wing.
_MOST: Final = 5
_GUARD: Final = frozenset({"ai-guard", "ai-guard-wing"})
_ATTACK: Final = frozenset(
    {
        "ai-chase",
        "ai-chase-wing",
        "ai-destroy-subsystem",
        "ai-disarm-ship",
        "ai-disarm-ship-tactical",
        "ai-disable-ship",
        "ai-disable-ship-tactical",
    }
)
#: Other orders with their target as first argument.
_AIMED: Final = frozenset(
    {
        "ai-dock",
        "ai-evade-ship",
        "ai-stay-near-ship",
        "ai-form-on-wing",
        "ai-fly-to-ship",
        "ai-ignore",
        "ai-ignore-new",
        "ai-stay-still",
    }
)


def check_orders(mission: Mission, names: MissionNames, report: Report) -> None:
    """Check the initial orders of all ships and wings."""
    wings = {wing.name.lower(): wing for wing in mission.wings}
    for ship in mission.ships:
        if ship.goals is not None:
            wing = wings.get(ship.wing.lower())
            if not ship.goals.root.arguments and _comes_later(ship, wing):
                report.owner = ship.goals.owner
                message = (
                    "( goals ) without orders: leave $AI Goals out; the original refuses it on a ship that comes later"
                )
                report.at("W351", message, ship.goals.root)
            _Orders(names, report, ship, wing).check(ship.goals)
    for wing in mission.wings:
        if wing.goals is not None:
            _Orders(names, report, None, wing).check(wing.goals)


def _comes_later(ship: ShipDef, wing: WingDef | None) -> bool:
    """Whether a ship arrives after the start, or again with a later wave (Q3.5, second reading)."""
    arrival = wing.arrival if wing is not None else ship.arrival
    if wing is not None and wing.waves > 1:
        return True
    return arrival.delay > 0 or (arrival.cue is not None and not is_constant(arrival.cue, "true"))


def is_constant(formula: SexpExpression, name: str) -> bool:
    """Whether a formula is just ( true ) or ( false )."""
    return formula.root.operator == name and not formula.root.arguments


class _Orders:
    """The orders of one ship, or of one wing (then `ship` is None)."""

    def __init__(self, names: MissionNames, report: Report, ship: ShipDef | None, wing: WingDef | None) -> None:
        self.names = names
        self.report = report
        self.ship = ship
        self.wing = wing
        first = ship
        if first is None and wing is not None and wing.ships:
            first = names.ship_defs.get(wing.ships[0].lower())
        self.team = first.team.lower() if first is not None else ""

    def check(self, formula: SexpExpression) -> None:
        """Check one list of orders."""
        root = formula.root
        self.report.owner = formula.owner
        if root.operator != "goals":
            self.report.at("W313", "initial orders are written as ( goals ( ai-... ) ... )", root)
            return
        orders = root.arguments
        if len(orders) > _MOST:
            self.report.at("W349", f"only the first {_MOST} of {len(orders)} orders are kept", orders[_MOST])
        for number, order in enumerate(orders, 1):
            name = order.operator
            if name is not None and len(order.arguments) > 0:
                self.order(name, order, ((None, "goals", number), name, 1))

    def order(self, name: str, node: SyntaxNode, link: Link) -> None:
        """Check one order's target."""
        if name == "ai-dock" and self.ship is None:
            self.report.at("W348", "a wing cannot dock", node, link[0])
        target = node.arguments[0]
        if target.kind is not NodeKind.STRING or target.variable is not None:
            return
        if name not in _GUARD and name not in _ATTACK and name not in _AIMED:
            return
        key = target.text.lower()
        if self.is_own(name, key):
            what = "ship" if self.ship is not None else "wing"
            message = f"{name}: the target {quoted(target.text)} is the {what} itself or a part of it"
            self.report.at("W348", message, target, link)
            return
        team = self.team_of(name, key)
        if not team or not self.team:
            return
        if name in _ATTACK and team == self.team:
            self.report.at("W348", f"{name}: {quoted(target.text)} is of the same team", target, link)
        elif name in _GUARD and team != self.team:
            self.report.at("W348", f"{name}: {quoted(target.text)} is of another team", target, link)

    def is_own(self, name: str, key: str) -> bool:
        """Whether the target of an order is its own receiver (Q13.2)."""
        target = self.names.ship_defs.get(key)
        if self.ship is not None:
            if target is self.ship:
                return True
            return name in ("ai-chase-wing", "ai-guard-wing") and key == self.ship.wing.lower()
        if self.wing is None:
            return False
        if key == self.wing.name.lower():
            return True
        return target is not None and target.wing == self.wing.name and not target.is_player_start

    def team_of(self, name: str, key: str) -> str:
        """Return the team of a target, "" if it has no single team."""
        ship = self.names.ship_defs.get(key) if not name.endswith("-wing") else None
        if ship is None and key in self.names.wings:
            members = next((wing.ships for wing in self.names.mission.wings if wing.name.lower() == key), [])
            ship = self.names.ship_defs.get(members[0].lower()) if members else None
        return ship.team.lower() if ship is not None else ""

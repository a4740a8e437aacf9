"""Potential issues: formulas that are valid but may behave unexpectedly (Q16)."""

from __future__ import annotations

from typing import Final

from sexp_runtime.mission.model import Mission
from sexp_runtime.mission.validator.report import Link, Report
from sexp_runtime.syntax.diagnostics import quoted
from sexp_runtime.syntax.tree import NodeKind, SyntaxNode

#: Operators that test whether a wing is destroyed, with the position of the first name (Q16.1).
_DESTROYED: Final = {
    "is-destroyed": 0,
    "is-destroyed-delay": 1,
    "percent-ships-destroyed": 1,
    "time-wing-destroyed": 0,
}
_FLAGS: Final = frozenset({"alter-ship-flag", "are-ship-flags-set"})
#: Flags that keep a ship in place, each independent of the others (Q16.2).
_HOLDING: Final = frozenset({"immobile", "don't-change-position", "don't-change-orientation"})


class PotentialIssues:
    """Checks operators with a meaning that depends on the rest of the mission."""

    def __init__(self, mission: Mission, report: Report) -> None:
        self.report = report
        self.from_bay = {
            wing.name.lower()
            for wing in mission.wings
            if wing.waves > 1 and wing.arrival.location.lower() == "docking bay"
        }
        self.held = next((ship.name for ship in mission.ships if not _HOLDING.isdisjoint(ship.flags)), "")

    def look(self, name: str, arguments: tuple[SyntaxNode, ...], node: SyntaxNode, link: Link | None) -> None:
        """Check one operator with its arguments."""
        if self.from_bay and name in _DESTROYED:
            for argument in arguments[_DESTROYED[name] :]:
                if argument.kind is NodeKind.STRING and argument.text.lower() in self.from_bay:
                    message = (
                        f"{name}: the wing {quoted(argument.text)} has several waves that come from a docking bay; if "
                        "its carrier is lost before the last one, the wing never counts as destroyed"
                    )
                    self.report.at("W371", message, argument, link)
                    return
        elif self.held and name in _FLAGS:
            flags = arguments[:1] if name == "alter-ship-flag" else arguments[1:]
            if any(flag.text.lower() == "immobile" for flag in flags):
                message = (
                    f'{name} with "immobile" while {quoted(self.held)} of the file has a flag that holds it in place: '
                    f"{', '.join(sorted(_HOLDING))} are independent of each other"
                )
                self.report.at("W372", message, node, link)

"""What the checker knows about each operator: the types of its arguments and its special rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sexp_runtime.catalog import CATALOG, CatalogRow
from sexp_runtime.mission.model import ContainerDef

#: Forms that allow `<argument>` below them (Q8.2).
ARGUMENT_FORMS: Final = frozenset({"when-argument", "every-time-argument"})
#: Argument types that name a subsystem; another argument names its ship (Q9.13).
SUBSYSTEMS: Final = frozenset(
    {
        "subsystem",
        "subsystem-or-none",
        "subsys-or-generic",
        "awacs-subsystem",
        "rotating-subsystem",
        "translating-subsystem",
    }
)
#: Operators that do not name a subsystem's ship in their first argument (Q9.13): its position from 1. For an
#: operator with two subsystems, the entry is for the second.
_SHIP_POSITIONS: Final[Mapping[str, int]] = {
    "cap-subsys-cargo-known-delay": 2,
    "distance-center-to-subsystem": 2,
    "distance-bbox-to-subsystem": 2,
    "distance-ship-subsystem": 2,
    "set-cargo": 2,
    "is-cargo": 2,
    "change-ai-class": 2,
    "is-ai-class": 2,
    "missile-locked": 2,
    "ship-subsys-guardian-threshold": 2,
    "is-in-turret-fov": 2,
    "turret-set-forced-target": 2,
    "fire-beam": 3,
    "turret-set-forced-subsys-target": 3,
    "query-orders": 4,
    "beam-create": 7,
    "weapon-create": 9,
}
_TWO_SHIPS: Final = frozenset({"fire-beam", "turret-set-forced-subsys-target"})
#: Literals of these positions (from 1) have rules beyond their type's (Q5.9, Q5.10).
_REFINED: Final[Mapping[tuple[str, int], str]] = {
    ("has-docked-delay", 3): "docking-count",
    ("has-undocked-delay", 3): "docking-count",
    ("change-iff-color", 3): "colour-part",
    ("change-iff-color", 4): "colour-part",
    ("change-iff-color", 5): "colour-part",
}
#: Argument types that take variables and container items of either type (Q6.5).
EITHER: Final = frozenset({"ambiguous", "game-snd", "fireball", "weapon-bank-number"})
#: Operators that demand a variable of one type (Q6.6).
DEMANDED_TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "add-background-bitmap",
            "add-background-bitmap-new",
            "add-sun-bitmap",
            "add-sun-bitmap-new",
            "play-sound-from-file",
            "pause-sound-from-file",
            "close-sound-from-file",
        ),
        "number",
    ),
    **dict.fromkeys(
        (
            "string-concatenate",
            "string-concatenate-block",
            "int-to-string",
            "string-get-substring",
            "string-set-substring",
            "script-eval-string",
        ),
        "string",
    ),
}
#: Operators that compare their values with the keys of a map instead of its data (Q7.4).
KEY_OPERATORS: Final = frozenset({"map-has-key", "remove-from-map"})


class OperatorRules:
    """One operator as the checker sees it.

    `literals` are the argument types, or finer ones that only checks of literals know, `types` those of the catalog.
    """

    __slots__ = ("is_form", "is_provider", "literals", "name", "names_subsystems", "row", "types")

    def __init__(self, row: CatalogRow) -> None:
        self.row = row
        self.name = row.name
        self.is_form = row.name in ARGUMENT_FORMS
        self.is_provider = row.returns == "flexible-argument"
        self.types = row.args
        literals = [_REFINED.get((row.name, number), kind) for number, kind in enumerate(row.args, 1)]
        if row.name.startswith("is-previous-"):  # of another mission: not looked up (Q11.4)
            literals = ["string" if kind in ("event-name", "goal-name") else kind for kind in literals]
        elif row.name == "flash-hud-gauge":
            literals = ["flashed-gauge" if kind == "builtin-hud-gauge" else kind for kind in literals]
        priority = row.min_args - 1
        if row.returns == "ai-goal" and 0 <= priority < len(literals) and literals[priority] in ("positive", "number"):
            literals[priority] = "goal-priority"
        self.literals = tuple(literals)
        self.names_subsystems = not SUBSYSTEMS.isdisjoint(row.args)

    def slot(self, position: int) -> int | None:
        """Return the index in `types` for argument `position` (from 0); None if no argument is allowed there."""
        row = self.row
        if row.max_args is not None and position >= row.max_args:
            return None
        size = len(row.args)
        if position < size:
            return position
        if not row.repeats:
            return None
        return size - row.repeats + (position - size) % row.repeats

    def ship_position(self, position: int) -> int:
        """Return the argument (from 0) that names the ship of the subsystem in argument `position` (Q9.13)."""
        if self.name in _TWO_SHIPS and position == 1:
            return 0
        return _SHIP_POSITIONS.get(self.name, 1) - 1


class Scope:
    """The list whose arguments are being checked.

    inside: whether it is below a form that gives `<argument>` a meaning. container: the container that an argument
    last named; `dynamic` says that something other than a literal named it. after_number: whether the last
    argument of a relevant kind was a number (Q5.8).
    """

    __slots__ = ("after_number", "container", "dynamic", "inside", "operator")

    def __init__(self, operator: OperatorRules | None, inside: bool) -> None:
        self.operator = operator
        self.inside = inside
        self.container: ContainerDef | None = None
        self.dynamic = False
        self.after_number = False


assert CATALOG.keys() >= {*_SHIP_POSITIONS, *DEMANDED_TYPES, *KEY_OPERATORS, *(name for name, _ in _REFINED)}

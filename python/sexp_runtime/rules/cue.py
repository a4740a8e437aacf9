"""Cues: formulas that decide when ships and wings arrive and depart, in the order of a frame (F40-F47)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.world.clock import NEVER
from sexp_runtime.world.facts import FactKey
from sexp_runtime.world.ships import Ship
from sexp_runtime.world.wings import Wing

if TYPE_CHECKING:
    from sexp_runtime.rules.formula import Formula
    from sexp_runtime.world.world import World


class CueKind(Enum):
    """What a cue decides."""

    SHIP_ARRIVAL = "ship arrival"
    WING_ARRIVAL = "wing arrival"
    SHIP_DEPARTURE = "ship departure"
    WING_DEPARTURE = "wing departure"


class Cue:
    """One cue, with the delay that starts when it is true for the first time.

    - `expression`: the text's tree from which the formula was made
    - `terms`: the subject's arrival or departure terms to which the delay belongs; an action can replace them
    - `due_us`: the moment in mission microseconds at which the running delay has elapsed, NEVER while none runs
    - `facts`: the facts that processing reads besides the formula's own. Until one of all these changes, or `due_us`
      comes, processing the cue again only counts an evaluation
    - `done`: processing it will never change anything again
    """

    __slots__ = (
        "anchor", "arrives", "done", "due_us", "expression", "facts", "formula", "index", "kind", "subject", "terms",
    )  # fmt: skip

    def __init__(
        self, index: int, kind: CueKind, subject: Ship | Wing, formula: Formula, expression: SexpExpression
    ) -> None:
        self.index = index
        self.kind = kind
        self.expression = expression
        self.arrives = kind in (CueKind.SHIP_ARRIVAL, CueKind.WING_ARRIVAL)
        self.subject = subject
        self.formula = formula
        self.anchor: str | None = None  # the one in `facts`, None until `facts` is set
        self.facts: tuple[FactKey, ...] = ()
        self.terms: Any = None
        self.due_us = NEVER
        self.done = False

    def __repr__(self) -> str:
        return f"Cue({self.kind.value} of {self.subject.name!r}, done={self.done})"


#: What a cue is made from: its kind, its subject and its formula.
CueSeed = tuple[CueKind, Ship | Wing, SexpExpression]


def cue_seeds(world: World) -> Iterator[CueSeed]:
    """Yield the cues of a world before its first frame, in the order in which a frame processes them."""
    single = [ship for ship in world.ships.values() if ship.wing is None]
    followers = dock_followers(world)
    subjects: dict[CueKind, Sequence[Ship | Wing]] = {
        CueKind.SHIP_ARRIVAL: [ship for ship in single if ship.key not in followers],
        CueKind.WING_ARRIVAL: list(world.wings.values()),
        CueKind.SHIP_DEPARTURE: single,
        CueKind.WING_DEPARTURE: list(world.wings.values()),
    }
    for kind, found in subjects.items():
        arrives = kind in (CueKind.SHIP_ARRIVAL, CueKind.WING_ARRIVAL)
        for subject in found:
            expression = getattr(subject.arrival if arrives else subject.departure, "cue", None)
            if expression is not None:
                yield kind, subject, expression


def dock_followers(world: World) -> set[str]:
    """Return the keys of ships that start docked to the leader of their group; their own arrival cues do not count.

    The leader (M10.5) is the leader of a wing, else the first ship of the file whose arrival cue is not just
    `( false )`, else the first.
    """
    followers: set[str] = set()
    seen: set[str] = set()
    leaders = {wing.ships[0].lower() for wing in world.wings.values() if wing.ships}
    for ship in world.ships.values():
        if not ship.docked or ship.key in seen:
            continue
        keys = {member.key for member in world.docked_group(ship)}
        seen |= keys
        group = [member for member in world.ships.values() if member.key in keys]
        able = [member for member in group if member.wing is None and not _is_never(member)]
        leader = next((member for member in group if member.key in leaders), None) or (able or group)[0]
        followers |= {member.key for member in group if member is not leader and member.wing is None}
    return followers


def _is_never(ship: Ship) -> bool:
    """Whether a ship has no arrival cue, or just `( false )`."""
    cue = getattr(ship.arrival, "cue", None)
    return cue is None or cue.root.operator == "false"

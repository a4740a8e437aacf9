"""The cues of a world after a reload of its mission file: which stay, which are new."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.mission.matching import is_same
from sexp_runtime.rules.cue import Cue, CueKind, CueSeed, dock_followers
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.world.ships import Ship, ShipStatus

if TYPE_CHECKING:
    from sexp_runtime.mission.model import Mission
    from sexp_runtime.world.wings import Wing
    from sexp_runtime.world.world import World

_OF_WINGS: Final = (CueKind.WING_ARRIVAL, CueKind.WING_DEPARTURE)
_ARRIVALS: Final = (CueKind.SHIP_ARRIVAL, CueKind.WING_ARRIVAL)


def renewed_cues(world: World, old: Mission, new: Mission, cues: Sequence[Cue]) -> list[tuple[CueSeed, Cue | None]]:
    """Return the cues of a world that has just taken the mission `new`, each with its earlier cue among `cues`.

    The earlier cue is None for a cue that is new or whose terms have changed. The order stays, with new cues after the
    others of their kind.
    """
    found: list[tuple[CueSeed, Cue | None]] = []
    before = {False: _rows(old.ships), True: _rows(old.wings)}
    after = {False: _rows(new.ships), True: _rows(new.wings)}
    for kind in CueKind:
        of_wings = kind in _OF_WINGS
        known = set()
        for cue in cues:
            if cue.kind is not kind:
                continue
            name = _row_name(cue.subject)
            known.add(name)
            row = after[of_wings].get(name)
            if row is None:  # removed from the file: present ships keep their cue
                if not _is_waiting(cue.subject):
                    found.append(((kind, cue.subject, cue.expression), cue))
                continue
            expression = _terms(kind, row).cue
            if expression is not None:
                other = before[of_wings].get(name)
                is_kept = other is not None and is_same(_terms(kind, other), _terms(kind, row))
                found.append(((kind, cue.subject, expression), cue if is_kept else None))
        found += [(seed, None) for seed in _new_seeds(world, kind, after[of_wings], known, before[of_wings])]
    return found


def _rows(rows: Iterable[Any]) -> dict[str, Any]:
    return {row.name.lower(): row for row in reversed(list(rows))}


def _row_name(subject: Ship | Wing) -> str:
    """Return the lower-case name of the row of the file from which a ship or wing was made."""
    return str(getattr(subject.definition, "name", subject.name)).lower()


def _is_waiting(subject: Ship | Wing) -> bool:
    return subject.status is ShipStatus.NOT_YET if isinstance(subject, Ship) else subject.wave == 0


def _terms(kind: CueKind, row: Any) -> Any:
    return row.arrival if kind in _ARRIVALS else row.departure


def _new_seeds(
    world: World, kind: CueKind, rows: dict[str, Any], known: set[str], before: dict[str, Any]
) -> Iterable[CueSeed]:
    """Yield the cues of a kind whose subjects had no cue before, in the order of the file."""
    followers = dock_followers(world)
    registry: dict[str, Any] = dict(world.wings) if kind in _OF_WINGS else dict(world.ships)
    for name, row in reversed(rows.items()):
        subject = registry.get(name)
        if name in known or subject is None or _row_name(subject) != name:
            continue
        if isinstance(subject, Ship):
            is_docked = bool(subject.docked) or bool(row.docked_with)
            if subject.wing is not None or (is_docked and kind is CueKind.SHIP_ARRIVAL and name in before):
                continue
            if kind is CueKind.SHIP_ARRIVAL and name in followers:
                continue
        expression: SexpExpression | None = _terms(kind, row).cue
        if expression is not None:
            yield kind, subject, expression

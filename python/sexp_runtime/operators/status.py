"""Shared parts of the status operators: results for absent ships, roundings, and declared reads."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import ReadsFunction
from sexp_runtime.values import (
    CANT_EVAL,
    FALSE,
    INT_MAX,
    INT_MIN,
    KNOWN_FALSE,
    KNOWN_TRUE,
    NAN,
    NAN_FOREVER,
    Raw,
    Status,
    wrap32,
)
from sexp_runtime.world.clock import FIX_ONE
from sexp_runtime.world.facts import FactKey
from sexp_runtime.world.ships import EXITED, NOT_YET, PRESENT, ExitKind, Ship

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

#: The special results of the patterns of section H, for `results=` declarations.
P12_RESULTS: Final = (NAN, NAN_FOREVER)
P3_RESULTS: Final = (CANT_EVAL, KNOWN_FALSE)
P4_RESULTS: Final = (KNOWN_FALSE,)


def living_ship(ctx: EvaluationContext, arg: EvalNode | None) -> Ship | Status:
    """Return a ship that is present and not dying, or what pattern P1 gives instead."""
    ship = ctx.ship(arg)
    if ship is None or ship.status is NOT_YET:
        return NAN
    if ship.status is PRESENT:
        return ship
    return NAN_FOREVER


def ship_in_space(ctx: EvaluationContext, arg: EvalNode | None) -> Ship | Status:
    """Return a ship that is present or dying, or what pattern P2 gives instead."""
    ship = ctx.ship(arg)
    if ship is None or ship.status is NOT_YET:
        return NAN
    if ship.status is EXITED:
        return NAN_FOREVER
    return ship


def ship_or_cant(ctx: EvaluationContext, arg: EvalNode | None) -> Ship | Raw:
    """Return a ship that is present or dying, or what pattern P3 gives instead."""
    ship = ctx.ship(arg)
    if ship is None:
        return 0
    if ship.status is NOT_YET:
        return CANT_EVAL
    if ship.status is EXITED:
        return KNOWN_FALSE
    return ship


def ship_or_false(ctx: EvaluationContext, arg: EvalNode | None) -> Ship | Raw:
    """Return a ship that is present or dying, or what pattern P4 gives instead."""
    ship = ctx.ship(arg)
    if ship is None or ship.status is NOT_YET:
        return 0
    if ship.status is EXITED:
        return KNOWN_FALSE
    return ship


def nan_result(nan: Status | None) -> Raw:
    """Return the result of pattern N for a number argument's special result: NAN gives F, NAN_FOREVER gives KF."""
    return KNOWN_FALSE if nan is NAN_FOREVER else 0


def vanished(ship: Ship) -> bool:
    """Whether a ship left without a trace (F48)."""
    return ship.status is EXITED and ship.exit is ExitKind.VANISHED


def rounded(value: float) -> int:
    """Return value rounded half away from zero (B2)."""
    return wrap32(math.floor(abs(value) + 0.5) * (1 if value >= 0 else -1))


def truncated(value: float) -> int:
    """Return value cut toward zero (B2)."""
    whole = int(value)
    return whole if INT_MIN <= whole <= INT_MAX else wrap32(whole)


def seconds_over(ctx: EvaluationContext, since: int, seconds: int) -> bool:
    """Whether a delay in seconds has passed since a log time (fix); if not, record when it will have (G4)."""
    moment = since + seconds * FIX_ONE
    if ctx.world.clock.fix >= moment:
        return True
    ctx.due_fix(moment)
    return False


def name_reads(fields: Sequence[str] = (), *, at: int = 0, count: int | None = 1, log: bool = False) -> ReadsFunction:
    """Reads of names that may be ships or wings: status, the given fields of both, log entries with `log`.

    The names are `count` texts from position `at` on, all of them for None. Leaves out wing facts for a ship's name,
    because no wing can take that name any more (see World.add_wing).
    """
    chosen = ("status", *fields)

    def reads(world: Any, texts: Sequence[str]) -> Iterable[FactKey]:
        keys: list[FactKey] = []
        for text in texts[at : None if count is None else at + count]:
            name = text.lower()
            keys.extend([("ship", name, field) for field in chosen])
            if name not in world.ships or name in world.wings:
                keys.extend([("wing", name, field) for field in chosen])
                keys.append(("wing", name, "state"))
            if log:
                keys.append(("log", name))
        return keys

    return reads


def game_value_reads(op: str, *keys: FactKey, names: int = 1) -> ReadsFunction:
    """Reads of the game's value for an operator, keyed by its first `names` arguments, and of further facts."""

    def reads(world: Any, texts: Sequence[str]) -> Iterable[FactKey]:
        return [("game", op, *(text.lower() for text in texts[:names])), *keys]

    return reads


Judge = Callable[["EvaluationContext", EvalNode], "int | Status | None"]


def all_of(ctx: EvaluationContext, args: Sequence[EvalNode], judge: Judge) -> int | Status | None:
    """Judge names in order; stop at one that decides.

    `judge` gives a time (fix) for a name that counts, None for one that does not, or a status that decides at once
    (FALSE for a plain false). Returns the latest time when all count, None when some do not, or the deciding status
    (H, "several").
    """
    latest = 0
    missing = False
    for arg in args:
        fate = judge(ctx, arg)
        if isinstance(fate, Status):
            return fate
        if fate is None:
            missing = True
        elif fate > latest:
            latest = fate
    return None if missing else latest


def known_true_after(ctx: EvaluationContext, latest: int | Status | None, seconds: int) -> Raw:
    """Convert what `all_of` returned to a result: KT once the delay since the latest time is over, F before (G4)."""
    if isinstance(latest, Status):
        return 0 if latest is FALSE else latest
    if latest is not None and seconds_over(ctx, latest, seconds):
        return KNOWN_TRUE
    return 0

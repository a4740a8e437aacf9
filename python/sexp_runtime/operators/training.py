"""Operators of training missions: values from the game's training context, false without one (H.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import operator
from sexp_runtime.operators.status import game_value_reads, nan_result
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, Raw

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext


@operator("speed", reads=game_value_reads("speed", names=0), results=(KNOWN_FALSE, KNOWN_TRUE))
def speed(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT once the player has held the training speed for the given seconds (H.3).

    Game: () is the number of whole seconds that the player has held it. Without: F.
    """
    seconds = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    held = ctx.world.game("speed", default=-1)
    return KNOWN_TRUE if held >= seconds else 0


def _told(name: str) -> None:
    @operator(name, reads=game_value_reads(name, names=0))
    def told(ctx: EvaluationContext, node: EvalNode) -> Raw:
        """T when the game's training context says so (H.3). Game: (). Without: F."""
        return int(ctx.world.game(name, default=0) != 0)


for _name in ("waypoint-missed", "waypoint-twice", "path-flown", "matching-speed"):
    _told(_name)


@operator("special-check", reads=game_value_reads("special-check", names=0), results=(KNOWN_FALSE,))
def special_check(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """One of the original's training puzzles, which only a game can judge (H.3). Game: (number). Without: F."""
    number = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    return ctx.world.game("special-check", number, default=0)

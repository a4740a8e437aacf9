"""Mission time and durations (H.2, section G)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import Trait, operator
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, NAN, Raw, Status
from sexp_runtime.world.clock import FIX_ONE, us_of_msecs

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext


def no_number(nan: Status) -> Raw:
    """The usual result for a number argument that is not a number: false, or known false if for ever (pattern N)."""
    return 0 if nan is NAN else KNOWN_FALSE


@operator("mission-time", traits=Trait.TIME)
def mission_time(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whole seconds of mission time (G2)."""
    seconds = ctx.world.clock.seconds
    ctx.due_us((seconds + 1) * 1_000_000)
    return seconds


@operator("mission-time-msecs", traits=Trait.TIME)
def mission_time_msecs(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Milliseconds of mission time, truncated from its fixed-point value (G2)."""
    msecs = ctx.world.clock.msecs
    ctx.due_us(us_of_msecs(msecs + 1))
    return msecs


@operator("has-time-elapsed", traits=Trait.TIME, results=(KNOWN_TRUE, KNOWN_FALSE))
def has_time_elapsed(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Known true from the given whole second on (G3)."""
    seconds = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return no_number(ctx.nan)
    if ctx.world.clock.seconds >= seconds:
        return KNOWN_TRUE
    ctx.due_us(seconds * 1_000_000)
    return 0


@operator("has-time-elapsed-msecs", traits=Trait.TIME, results=(KNOWN_TRUE, KNOWN_FALSE))
def has_time_elapsed_msecs(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Known true from the given millisecond on (G3)."""
    msecs = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return no_number(ctx.nan)
    if ctx.world.clock.msecs >= msecs:
        return KNOWN_TRUE
    ctx.due_us(us_of_msecs(msecs))
    return 0


@operator("is-true-for-duration", traits=Trait.TIME | Trait.STATEFUL, results=(KNOWN_FALSE,))
def is_true_for_duration(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """True when all conditions have been true at each evaluation for the given milliseconds (G20, D10)."""
    duration = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return no_number(ctx.nan)
    now = ctx.world.clock.fix
    if node.memory is None:
        _start(ctx, node, now)
    all_true = True
    for arg in node.args[1:]:
        all_true = ctx.truth(arg) and all_true
    if not all_true:
        _start(ctx, node, now)
        return 0
    # A flush during the conditions may have removed the clock.
    start = node.memory if node.memory is not None else now
    if (now - start) * 1000 // FIX_ONE >= duration:
        return 1
    ctx.due_fix(start - (-duration * FIX_ONE // 1000))
    return 0


def _start(ctx: EvaluationContext, node: EvalNode, now: int) -> None:
    """Start the node's clock at the moment given, in fixed-point seconds."""
    if node.memory != now:
        node.memory = now
        ctx.effects += 1

"""Random numbers: drawn once per node or at every evaluation, with the original's overwritten texts (section I)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.node import DRAWN, EvalKind, EvalNode
from sexp_runtime.operators.registry import MEANINGS, Trait, operator
from sexp_runtime.values import NAN, NAN_FOREVER, Raw

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

_ATOM: Final = EvalKind.ATOM
_NANS: Final = (NAN, NAN_FOREVER)


def overwrite_text(node: EvalNode, number: int) -> None:
    """Replace an argument's text by a number, as the original does (I2, I4); a variable stays a variable."""
    node.text = str(number)
    node.literal = number


def _draw(ctx: EvaluationContext, low: int, high: int, seed_arg: EvalNode | None, seed: int) -> int:
    """Draw a number from low to high, reseeding the mission's generator first if there is a seed (I1)."""
    if seed_arg is not None:
        ctx.world.rng.reseed(seed)
    ctx.effects += 1
    return ctx.world.rng.between(low, high)


@operator("rand", traits=Trait.RANDOM | Trait.STATEFUL, results=_NANS)
def rand(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """A number between two bounds, drawn once: it replaces the text of the first argument (I1-I3)."""
    if not node.args:
        return 0
    first = node.args[0]
    if first.status is DRAWN:
        return first.literal if first.kind is EvalKind.WRAPPER else ctx.atom_number(first)
    seed_arg = node.arg(2)
    (low, high, seed), nan = ctx.numbers((first, node.arg(1), seed_arg))
    if nan is not None:
        return nan
    if low > high:
        ctx.warn(f"rand: the lower bound {low} is above the upper bound {high}", node)
        return low
    number = _draw(ctx, low, high, seed_arg, seed)
    overwrite_text(first, number)
    ctx.set_status(first, DRAWN)
    return number


@operator("rand-multiple", traits=Trait.RANDOM | Trait.STATEFUL, results=_NANS)
def rand_multiple(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """A number between two bounds, drawn at every evaluation; a new random seed replaces a given one (I1, I4)."""
    args = node.args
    seed_arg = node.arg(2)
    if len(args) == 2 and args[0].kind is _ATOM and args[1].kind is _ATOM:  # the common case; atoms are numbers
        ctx.nan = None
        low, high, seed = ctx.atom_number(args[0]), ctx.atom_number(args[1]), 0
    else:
        (low, high, seed), nan = ctx.numbers((node.arg(0), node.arg(1), seed_arg))
        if nan is not None:
            return nan
    if low > high:
        ctx.warn(f"rand-multiple: the lower bound {low} is above the upper bound {high}", node)
        return low
    number = _draw(ctx, low, high, seed_arg, seed)
    if seed_arg is not None and seed > 0:
        overwrite_text(seed_arg, ctx.world.rng.next31())
    return number


_DRAW: Final = MEANINGS["rand-multiple"]


def is_plain_draw(node: EvalNode) -> bool:
    """Whether an operator node is a `rand-multiple` between two atoms: it draws one number, and always gives one."""
    return node.spec is _DRAW and [arg.kind for arg in node.args] == [_ATOM, _ATOM]


def least_drawn(ctx: EvaluationContext, arg: EvalNode) -> int | None:
    """Return the minimum of an argument that has just drawn, None if it is more than one plain draw.

    If every value of a draw leads to the same result, `ctx.unused_draws` counts it, so that the result can be cached.
    """
    draw = arg.inner
    return ctx.atom_number(draw.args[0]) if draw is not None and is_plain_draw(draw) else None
